/// What happened to a call's channels, in the order of time.
///
/// Each kind of thing is one SELECT that gives time, rank (the order of what happens at one time),
/// channel, what, and detail.
enum CallTimeLine {
  /// The statement for the call with this id; `after_s` counts from the call's start.
  static func sql(of call: Int64) -> String {
    """
    WITH mine AS (SELECT * FROM channels WHERE call_id = \(call)),
    -- Agents on the line too, who are in a bridge of the call and not of the call.
    stays AS (
      SELECT m.*, b.bridge_uniqueid, c.name FROM bridge_members m
      JOIN bridges b ON b.id = m.bridge_id JOIN channels c ON c.id = m.channel_id
      WHERE m.id IN (
        SELECT id FROM bridge_members WHERE channel_id IN (SELECT id FROM mine)
        UNION SELECT x.id FROM bridges y JOIN bridge_members x ON x.bridge_id = y.id
        WHERE y.call_id = \(call))),
    happened (us, rank, channel, what, detail) AS (
      \((channels + bridges + queues + features).joined(separator: "\n  UNION ALL ")))
    SELECT strftime('%Y-%m-%dT%H:%M:%S', us / 1000000, 'unixepoch', 'localtime')
        || printf('.%03d', us / 1000 % 1000) AS time,
      printf('%.3f', (us - (SELECT started_us FROM calls WHERE id = \(call))) / 1e6) AS after_s,
      channel, what, detail
    FROM happened WHERE us IS NOT NULL ORDER BY us, rank
    """
  }

  private static let channels = [
    """
    SELECT started_us, 0, name, iif(opened_by = 'newchannel', 'begins', 'is there already'), trim(
        coalesce('from ' || caller_number, '') || coalesce(' to ' || exten, '')
        || iif(counts, '', ' (leads to others only)'))
      FROM mine
    """,
    "SELECT answered_us, 3, name, 'is up', NULL FROM mine",
    """
    SELECT ended_us, 9, name, CASE closed_by WHEN 'hangup' THEN 'hangs up'
          WHEN 'restart' THEN 'ends with its server' WHEN 'cdr' THEN 'hung up, as its CDR tells'
          WHEN 'cel' THEN 'hung up, as CEL tells' ELSE 'ended unobserved' END,
        coalesce(cause || ' ' || coalesce(cause_text, ''), '') || coalesce(', ' || tech_cause, '')
      FROM mine
    """,
    """
    SELECT d.started_us, 1, coalesce(s.name, 'the server'), 'dials', t.name
      FROM dials d JOIN mine t ON t.id = d.dest_channel_id
      LEFT JOIN channels s ON s.id = d.channel_id
    """,
    """
    SELECT d.ringing_us, 2, t.name, 'rings', NULL
      FROM dials d JOIN mine t ON t.id = d.dest_channel_id
    """,
    """
    SELECT d.ended_us, 4, t.name, 'was dialled',
        coalesce(d.status, 'without an answer from the dial')
          || coalesce(', forwards to ' || d.forward, '')
      FROM dials d JOIN mine t ON t.id = d.dest_channel_id
    """,
    """
    SELECT o.received_us, 3, m.name, 'was originated', o.reason_word
      FROM originates o JOIN mine m ON m.id = o.channel_id
    """,
  ]

  private static let bridges = [
    """
    SELECT m.entered_us, 5, m.name, 'enters bridge ' || substr(m.bridge_uniqueid, 1, 8),
        coalesce((SELECT 'with ' || group_concat(o.name, ', ') FROM bridge_members om
          JOIN channels o ON o.id = om.channel_id
          WHERE om.bridge_id = m.bridge_id AND om.id <> m.id AND om.entered_us <= m.entered_us
            AND coalesce(om.left_us, m.entered_us + 1) > m.entered_us), '')
      FROM stays m
    """,
    """
    SELECT m.left_us, 8, m.name, 'leaves bridge ' || substr(m.bridge_uniqueid, 1, 8), NULL
      FROM stays m
    """,
    """
    SELECT m.joined_us, 5, c.name, 'enters conference ' || f.name, iif(m.admin, 'as admin', NULL)
      FROM conference_members m JOIN mine c ON c.id = m.channel_id
      JOIN conferences f ON f.id = m.conference_id
    """,
    """
    SELECT m.left_us, 8, c.name, 'leaves conference ' || f.name, NULL
      FROM conference_members m JOIN mine c ON c.id = m.channel_id
      JOIN conferences f ON f.id = m.conference_id
    """,
  ]

  private static let queues = [
    """
    SELECT v.joined_us, 1, c.name,
        iif(v.opened_by = 'refusal', 'is refused by queue ', 'joins queue ') || q.name,
        coalesce('as number ' || v.original_position, v.queue_status)
      FROM queue_visits v JOIN mine c ON c.id = coalesce(v.entered_channel_id, v.channel_id)
      JOIN queues q ON q.id = v.queue_id
    """,
    """
    SELECT v.connected_us, 6, c.name, 'talks with agent ' || v.agent,
        printf('after %.1f s in queue ', v.wait_ms / 1e3) || q.name
      FROM queue_visits v JOIN mine c ON c.id = v.channel_id JOIN queues q ON q.id = v.queue_id
    """,
    """
    SELECT v.talk_ended_us, 8, c.name, 'ends talking with agent ' || v.agent,
        printf('after %.1f s', v.talk_ms / 1e3) || coalesce(', by ' || v.ended_by, '')
      FROM queue_visits v JOIN mine c ON c.id = v.channel_id
    """,
    """
    SELECT v.left_us, 6, c.name, 'leaves queue ' || q.name,
        v.outcome || coalesce(', to ' || v.next_exten || '@' || v.next_context, '')
      FROM queue_visits v JOIN mine c ON c.id = v.channel_id JOIN queues q ON q.id = v.queue_id
      WHERE v.opened_by <> 'refusal'
    """,
    """
    SELECT o.called_us, 2, coalesce(c.name, o.interface), 'rings for queue ' || q.name,
        'agent ' || o.agent
      FROM queue_offers o JOIN queue_visits v ON v.id = o.visit_id
      JOIN mine m ON m.id = v.channel_id JOIN queues q ON q.id = o.queue_id
      LEFT JOIN channels c ON c.id = o.channel_id
    """,
    """
    SELECT o.ended_us, 4, coalesce(c.name, o.interface), 'rang for queue ' || q.name,
        o.outcome || printf(', %.1f s', o.ring_ms / 1e3)
      FROM queue_offers o JOIN queue_visits v ON v.id = o.visit_id
      JOIN mine m ON m.id = v.channel_id JOIN queues q ON q.id = o.queue_id
      LEFT JOIN channels c ON c.id = o.channel_id
    """,
  ]

  private static let features = [
    """
    SELECT t.started_us, 6, coalesce(c.name, t.transferer), 'transfers (' || t.kind || ')',
        coalesce(e.name, 'the other side') || ' to '
          || coalesce(t.destination_name, t.exten, g.name, t.destination)
      FROM transfers t JOIN (SELECT DISTINCT call_id FROM mine) USING (call_id)
      LEFT JOIN channels c ON c.id = t.transferer_channel_id
      LEFT JOIN channels e ON e.id = t.transferee_channel_id
      LEFT JOIN channels g ON g.id = t.target_channel_id
    """,
    """
    SELECT t.ended_us, 7, coalesce(c.name, t.transferer), 'transferred',
        t.outcome || coalesce(' (' || t.result || ')', '')
      FROM transfers t JOIN (SELECT DISTINCT call_id FROM mine) USING (call_id)
      LEFT JOIN channels c ON c.id = t.transferer_channel_id
    """,
    "SELECT h.started_us, 6, c.name, 'holds', h.music_class FROM holds h "
      + "JOIN mine c ON c.id = h.channel_id",
    """
    SELECT h.ended_us, 6, c.name, 'ends holding', printf('after %.1f s', (h.ended_us - h.started_us)
        / 1e6)
      FROM holds h JOIN mine c ON c.id = h.channel_id
    """,
    """
    SELECT p.parked_us, 6, p.channel, 'is parked',
        'space ' || p.space || coalesce(' of ' || p.lot, '') || coalesce(', by ' || k.name, '')
      FROM parkings p JOIN mine c ON c.id = p.channel_id
      LEFT JOIN channels k ON k.id = p.parker_channel_id
    """,
    """
    SELECT p.ended_us, 6, p.channel, 'is parked no more',
        p.outcome || coalesce(', by ' || r.name, '')
      FROM parkings p JOIN mine c ON c.id = p.channel_id
      LEFT JOIN channels r ON r.id = p.retriever_channel_id
    """,
    """
    SELECT r.started_us, 6, c.name, 'is recorded (' || r.kind || ')', r.file
      FROM recordings r JOIN mine c ON c.id = r.channel_id
    """,
    """
    SELECT r.ended_us, 7, c.name, 'is recorded no more', r.file
      FROM recordings r JOIN mine c ON c.id = r.channel_id
    """,
  ]
}
