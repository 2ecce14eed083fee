/// Something that is true of every store, told as the rows that contradict it.
///
/// To add one: an entry in `all`, and in the tests a change of a store that it finds.
public struct Invariant: Sendable {
  /// What it is called, in lower case with hyphens.
  public let name: String
  /// What is true, as a sentence.
  public let sentence: String
  /// Gives a row of one text for each contradiction: which row of which table.
  let sql: String

  init(_ name: String, _ sentence: String, _ sql: String) {
    self.name = name
    self.sentence = sentence
    self.sql = sql
  }

  /// Times reckoned back from whole seconds may be this far off, in microseconds. An event also may
  /// come so much later than one that another thread of the server sends.
  private static let tolerance = 1_000_000

  /// All of them; `tables` are the store's that have a column `server_id`.
  static func all(tables: [String]) -> [Invariant] {
    theFile(tables) + theStream + theCalls + theQueues + [afterRestart]
  }

  /// Channels on which agents wait for callers: with a caller they are in the bridge of another
  /// call.
  ///
  /// **Source:** apps/app_agent_pool.c, `bridge_agent_hold_ds_init`.
  private static let agentChannels =
    """
    SELECT m.channel_id FROM bridge_members m JOIN bridges b ON b.id = m.bridge_id
    WHERE b.type = 'agent_hold'
    """

  // MARK: Clocks

  /// Where the clock was set back between two sessions, so that a time came twice: from the
  /// connection of the later one to the latest end of those before it.
  private static let setBack =
    """
    WITH set_back (server_id, from_us, until_us) AS (
      SELECT server_id, connected_us, ended FROM (
        SELECT server_id, connected_us,
          max(ended_us) OVER (PARTITION BY server_id ORDER BY id
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS ended
        FROM sessions)
      WHERE ended > connected_us)

    """

  /// Whether none of these rows was there in such a time: what they say of times of each other
  /// holds for the others. `rows` are names of tables with the columns of their beginning and end.
  private static func isOfOneClock(_ rows: (name: String, start: String, end: String)...) -> String
  {
    rows.map { row in
      """
      NOT EXISTS (SELECT 1 FROM set_back b WHERE b.server_id = \(row.name).server_id
        AND \(row.name).\(row.start) <= b.until_us
        AND coalesce(\(row.name).\(row.end), 9e18) >= b.from_us)
      """
    }.joined(separator: " AND ")
  }

  private static let life = ("c", "started_us", "ended_us")
  private static let visit = ("v", "joined_us", "left_us")

  // MARK: The file

  private static func theFile(_ tables: [String]) -> [Invariant] {
    [
      Invariant(
        "integrity", "SQLite finds the file in order.",
        "SELECT integrity_check FROM pragma_integrity_check WHERE integrity_check <> 'ok'"),
      Invariant(
        "foreign-keys", "Every row that a row refers to is there.",
        """
        SELECT "table" || ' ' || rowid || ' refers to no row of ' || parent
        FROM pragma_foreign_key_check
        """),
      Invariant(
        "ids", "The ids of a server lie in its range.",
        tables.map {
          "SELECT '\($0) ' || id FROM \"\($0)\" WHERE id >> 40 <> server_id"
        }.joined(separator: " UNION ALL ")),
    ]
  }

  // MARK: The stream

  private static let theStream = [
    // Not of their times: the clock may have been set back between two of them.
    Invariant(
      "sessions", "One session of a server follows the other, in the order of their ids.",
      """
      SELECT 'session ' || id || ' has not ended' FROM sessions s
      WHERE ended_us IS NULL AND EXISTS (SELECT 1 FROM blocks b
        WHERE b.server_id = s.server_id AND b.session_id > s.id)
      UNION ALL SELECT 'block ' || id FROM (
        SELECT id, session_id,
          max(session_id) OVER (PARTITION BY server_id ORDER BY id
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS last
        FROM blocks)
      WHERE session_id < last
      """),
    Invariant(
      "contiguity",
      "The blocks of a session follow each other without a hole, unless gaps tells it.",
      """
      SELECT 'block ' || id FROM (
        SELECT id, session_id, session_offset,
          coalesce(lag(session_offset + size)
            OVER (PARTITION BY session_id ORDER BY session_offset), 0) AS ended
        FROM blocks) x
      WHERE session_offset <> ended AND NOT EXISTS (SELECT 1 FROM gaps g
        WHERE g.session_id = x.session_id AND g.session_offset <= ended
          AND g.session_offset + g.length >= x.session_offset)
      """),
    Invariant(
      "session-sums", "A session has the bytes and messages of its blocks.",
      """
      SELECT 'session ' || s.id FROM sessions s LEFT JOIN (
        SELECT session_id, max(session_offset + size) AS bytes, sum(frames) AS frames
        FROM blocks GROUP BY session_id) b ON b.session_id = s.id
      WHERE s.bytes <> coalesce(b.bytes, 0) OR s.frames <> coalesce(b.frames, 0)
      """),
    Invariant(
      "positions", "What a restart goes on from is the end of the last block.",
      """
      SELECT 'server ' || p.id FROM positions p JOIN sessions s ON s.id = p.session_id
      WHERE p.session_offset <> s.bytes
        OR EXISTS (SELECT 1 FROM blocks b WHERE b.server_id = p.id AND b.session_id > p.session_id)
      UNION ALL SELECT 'server ' || id || ' has none' FROM servers s
      WHERE NOT EXISTS (SELECT 1 FROM positions p WHERE p.id = s.id)
        AND EXISTS (SELECT 1 FROM blocks b WHERE b.server_id = s.id)
      """),
  ]

  // MARK: Lives

  /// Tables with rows that begin and end, and the columns of both times.
  private static let lives = [
    ("calls", "started_us", "ended_us"), ("channels", "started_us", "ended_us"),
    ("dials", "started_us", "ended_us"), ("bridges", "started_us", "ended_us"),
    ("bridge_members", "entered_us", "left_us"), ("queue_visits", "joined_us", "left_us"),
    ("queue_offers", "called_us", "ended_us"), ("queue_members", "started_us", "ended_us"),
    ("agent_intervals", "started_us", "ended_us"), ("transfers", "started_us", "ended_us"),
    ("parkings", "parked_us", "ended_us"), ("conferences", "started_us", "ended_us"),
    ("conference_members", "joined_us", "left_us"), ("holds", "started_us", "ended_us"),
    ("recordings", "started_us", "ended_us"), ("registrations", "started_us", "ended_us"),
    ("device_states", "started_us", "ended_us"),
  ]

  /// Other times of one row that follow each other.
  private static let moments = [
    ("sessions", "connected_us", "ended_us"), ("gaps", "started_us", "ended_us"),
    ("channels", "started_us", "answered_us"), ("channels", "answered_us", "ended_us"),
    ("dials", "started_us", "ringing_us"), ("queue_visits", "joined_us", "connected_us"),
    ("queue_visits", "connected_us", "talk_ended_us"),
  ]

  /// How long before its server's start something may have begun, in microseconds. That is counted
  /// in whole seconds; and members of a queue are logged in as its module is loaded, on a large
  /// server a while before the start is complete.
  ///
  /// **Source:** recordings of Asterisk 16 and 22: `LoginTime` lies before what `Uptime` tells.
  private static func earliness(_ table: String) -> Int {
    ["queue_members", "agent_intervals"].contains(table) ? 60 * tolerance : 2 * tolerance
  }

  private static let afterRestart = Invariant(
    "restart", "Nothing is open from before its server's start.",
    setBack
      + lives.map { table, start, end in
        "SELECT '\(table) ' || t.id FROM \(table) t JOIN servers s ON s.id = t.server_id "
          + "WHERE t.\(end) IS NULL AND t.\(start) < s.boot_us - \(earliness(table)) "
          + "AND \(isOfOneClock(("t", start, end))) "
          // By another clock the server was started at another time.
          + "AND NOT EXISTS (SELECT 1 FROM clock_steps k "
          + "WHERE k.server_id = t.server_id AND k.stepped_us >= t.\(start))"
      }.joined(separator: " UNION ALL "))

  /// How far times of rows that a file filled may be off, in microseconds: whole seconds, cut.
  private static func slack(_ column: String) -> String {
    "iif(\(column) IS NULL, 0, \(tolerance))"
  }

  /// When a channel ended by what was observed; where a file told it, nothing else was.
  private static let observedEnd = "iif(c.closed_by IN ('cdr', 'cel'), NULL, c.ended_us)"

  // MARK: Calls

  private static let theCalls = [
    Invariant(
      "times", "No channel ends before it starts, and nothing else does.",
      setBack
        + (lives + moments).map { table, start, end in
          "SELECT '\(table) ' || id || ': \(end)' FROM \(table) WHERE \(end) < \(start)"
        }.joined(separator: " UNION ALL ")
          + """
           UNION ALL SELECT 'calls ' || id || ': answered_us' FROM calls c
          WHERE (answered_us < started_us - \(slack("filled_by"))
            OR answered_us > ended_us + \(slack("filled_by")))
            AND \(isOfOneClock(life))
          """),
    Invariant(
      "call-ends", "A call starts with its first channel and ends with its last.",
      setBack + """
        SELECT 'call ' || c.id FROM calls c LEFT JOIN (
          SELECT call_id, min(started_us) AS started, max(ended_us) AS ended,
            max(ended_us IS NULL) AS is_open
          FROM channels GROUP BY call_id) x ON x.call_id = c.id
        WHERE (c.started_us IS NOT x.started OR c.ended_us IS NOT iif(x.is_open, NULL, x.ended))
          AND \(isOfOneClock(life))
        """),
    Invariant(
      "call-channels", "A call counts those of its channels that count.",
      """
      SELECT 'call ' || id FROM calls c
      WHERE channels <> (SELECT total(counts) FROM channels x WHERE x.call_id = c.id)
      """),
    Invariant(
      "merges", "A call that became part of another is gone, and that one is there.",
      """
      SELECT 'merge ' || id FROM call_merges
      WHERE id IN (SELECT id FROM calls) OR call_id NOT IN (SELECT id FROM calls) OR id <= call_id
      """),
    Invariant(
      "dials", "A dial is of the call of the channel that it reaches, and ends with it.",
      setBack + """
        SELECT 'dial ' || d.id FROM dials d JOIN channels c ON c.id = d.dest_channel_id
        WHERE d.call_id <> c.call_id OR (coalesce(d.ended_us, 9e18) > \(observedEnd)
          AND \(isOfOneClock(("d", "started_us", "ended_us"), life)))
        """),
    Invariant(
      "bridge-members", "A channel is in a bridge only while both are there.",
      setBack + """
        SELECT 'bridge member ' || m.id FROM bridge_members m
        JOIN channels c ON c.id = m.channel_id JOIN bridges g ON g.id = m.bridge_id
        WHERE ((m.entered_us < c.started_us OR coalesce(m.left_us, 9e18) > \(observedEnd)
            OR m.entered_us < g.started_us OR coalesce(m.left_us, 9e18) > g.ended_us)
          AND \(isOfOneClock(("m", "entered_us", "left_us"), life, ("g", "started_us", "ended_us"))))
          OR (g.call_id <> c.call_id AND c.opened_by <> 'snapshot'
            AND c.id NOT IN (\(agentChannels)))
        """),
  ]

  // MARK: Queues

  private static let theQueues = [
    // A visit that was there before has times that are reckoned back.
    Invariant(
      "visits", "A visit lies within its call.",
      setBack + """
        SELECT 'visit ' || v.id FROM queue_visits v JOIN calls c ON c.id = v.call_id
        WHERE ((v.joined_us < c.started_us AND v.opened_by IN ('join', 'refusal'))
          OR coalesce(v.left_us, 9e18) > c.ended_us OR v.talk_ended_us > c.ended_us)
          AND \(isOfOneClock(visit, life))
        UNION ALL
        SELECT 'visit ' || v.id || ' has a channel of another call' FROM queue_visits v
        JOIN channels c ON c.id = v.channel_id WHERE c.call_id <> v.call_id
        """),
    // While its talk lasts, a visit has come to where an agent was connected: a moment after the
    // caller left the queue, and the end of a ringing of which nothing else was seen.
    Invariant(
      "offers", "An offer lies within its visit.",
      setBack + """
        SELECT 'offer ' || o.id FROM queue_offers o JOIN queue_visits v ON v.id = o.visit_id
        WHERE (o.called_us < v.joined_us - iif(v.opened_by IN ('join', 'refusal'), 0, \(tolerance))
          OR coalesce(o.ended_us, 9e18) > coalesce(v.talk_ended_us, v.connected_us, v.left_us)
            + \(slack("o.filled_by")))
          AND \(isOfOneClock(("o", "called_us", "ended_us"), visit))
        """),
    Invariant(
      "outcomes", "A visit has an outcome once it has ended.",
      // Between leaving and what says why, its channel lives.
      """
      SELECT 'visit ' || v.id FROM queue_visits v LEFT JOIN channels c ON c.id = v.channel_id
      WHERE (v.outcome IS NULL) <> (v.left_us IS NULL)
        AND NOT (v.outcome IS NULL AND c.id IS NOT NULL AND c.ended_us IS NULL)
      """),
    Invariant(
      "agent-intervals", "An agent is in a state once at a time.",
      setBack + """
        SELECT 'interval ' || id FROM (
          SELECT id, server_id, started_us, ended_us, max(coalesce(ended_us, 9e18)) OVER (
            PARTITION BY server_id, agent, source, state ORDER BY started_us, id
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS until
          FROM agent_intervals WHERE ended_us IS NULL OR ended_us > started_us) i
        WHERE started_us < until AND \(isOfOneClock(("i", "started_us", "ended_us")))
        """),
    Invariant(
      "talks", "Who talks with an agent is in a bridge, where the version tells of bridges.",
      setBack + """
        SELECT 'visit ' || id FROM queue_visits v
        WHERE talk_ended_us IS NOT NULL AND \(isOfOneClock(("v", "joined_us", "talk_ended_us"))) AND opened_by <> 'seen'
          AND EXISTS (SELECT 1 FROM event_counts e
            WHERE e.server_id = v.server_id AND e.name = 'BridgeEnter')
          AND NOT EXISTS (SELECT 1 FROM gaps g WHERE g.server_id = v.server_id
            AND g.started_us <= v.talk_ended_us AND coalesce(g.ended_us, 9e18) >= v.connected_us)
          AND talk_ended_us - connected_us - \(tolerance) > (
            SELECT total(max(0, min(coalesce(m.left_us, v.talk_ended_us), v.talk_ended_us)
              - max(m.entered_us, v.connected_us)))
            FROM bridge_members m WHERE m.channel_id IN (v.channel_id, v.entered_channel_id))
        """),
  ]
}
