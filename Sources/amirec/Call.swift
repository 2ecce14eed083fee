import ArgumentParser
import Reports

struct CallCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "call",
    abstract: "Shows one call as a time line, channel by channel.",
    discussion: """
      ID is the id of a call (amirec report calls lists them), also that of one that became part \
      of another, or the uniqueid or linkedid of a channel. amirec frames --call ID gives the \
      messages.
      """)

  @Argument(help: "The call.")
  var id: String

  @OptionGroup var store: StoreOptions

  @Option(help: ArgumentHelp("Time zone. Default: the system's.", valueName: "zone"))
  var tz: String?

  @Option(help: "How it is written: table, csv, json or html.")
  var format: Format = .table

  func run() throws {
    _ = try Zone.use(tz)
    let lookup = try CallLookup(path: store.given())
    let call = try lookup.call(id)
    try Rows.write(timeLine(of: call), from: lookup.file, as: format, to: Terminal.output())
  }

  /// What happened to the call's channels, in the order of time; `after_s` counts from the call's
  /// start.
  private func timeLine(of call: Int64) -> String {
    """
    WITH mine AS (SELECT * FROM channels WHERE call_id = \(call)),
    happened (us, rank, channel, what, detail) AS (
      SELECT started_us, 0, name, iif(opened_by = 'newchannel', 'begins', 'is there already'),
        summary FROM (
          SELECT *, trim(
            coalesce('from ' || caller_number, '') || coalesce(' to ' || exten, '')
            || iif(counts, '', ' (leads to others only)')) AS summary FROM mine)
      UNION ALL SELECT answered_us, 3, name, 'is up', NULL FROM mine WHERE answered_us IS NOT NULL
      UNION ALL SELECT ended_us, 9, name,
          iif(closed_by = 'hangup', 'hangs up', 'ends with its server'),
          coalesce(cause || ' ' || coalesce(cause_text, ''), '') || coalesce(', ' || tech_cause, '')
        FROM mine WHERE ended_us IS NOT NULL
      UNION ALL SELECT d.started_us, 1, coalesce(s.name, 'the server'), 'dials', t.name
        FROM dials d JOIN mine t ON t.id = d.dest_channel_id
        LEFT JOIN channels s ON s.id = d.channel_id
      UNION ALL SELECT d.ringing_us, 2, t.name, 'rings', NULL
        FROM dials d JOIN mine t ON t.id = d.dest_channel_id WHERE d.ringing_us IS NOT NULL
      UNION ALL SELECT d.ended_us, 4, t.name, 'was dialled',
          coalesce(d.status, 'without an answer from the dial')
            || coalesce(', forwards to ' || d.forward, '')
        FROM dials d JOIN mine t ON t.id = d.dest_channel_id WHERE d.ended_us IS NOT NULL
      UNION ALL SELECT m.entered_us, 5, c.name, 'enters bridge ' || substr(b.bridge_uniqueid, 1, 8),
          coalesce((SELECT 'with ' || group_concat(o.name, ', ') FROM bridge_members om
            JOIN channels o ON o.id = om.channel_id
            WHERE om.bridge_id = m.bridge_id AND om.id <> m.id AND om.entered_us <= m.entered_us
              AND coalesce(om.left_us, m.entered_us + 1) > m.entered_us), '')
        FROM bridge_members m JOIN mine c ON c.id = m.channel_id
        JOIN bridges b ON b.id = m.bridge_id
      UNION ALL SELECT m.left_us, 8, c.name,
          'leaves bridge ' || substr(b.bridge_uniqueid, 1, 8), NULL
        FROM bridge_members m JOIN mine c ON c.id = m.channel_id
        JOIN bridges b ON b.id = m.bridge_id
        WHERE m.left_us IS NOT NULL)
    SELECT strftime('%Y-%m-%dT%H:%M:%S', us / 1000000, 'unixepoch', 'localtime')
        || printf('.%03d', us / 1000 % 1000) AS time,
      printf('%.3f', (us - (SELECT started_us FROM calls WHERE id = \(call))) / 1e6) AS after_s,
      channel, what, detail
    FROM happened ORDER BY us, rank
    """
  }
}
