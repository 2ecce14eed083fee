/// A store filled by hand: two servers around 2025-03-30 in Europe/Berlin, a day of 23 hours that
/// begins at
/// 2025-03-29T23:00:00Z and ends at 2025-03-30T22:00:00Z. What the tests expect is worked out from
/// these rows by hand.
enum Sample {
  /// The first second of the day.
  static let start: Int64 = 1_743_289_200
  /// Some time later: the moment at which the tests ask.
  static let now: Int64 = (start + 400_000) * 1_000_000

  /// The day, as a period.
  static let day = ["from": "2025-03-30", "to": "2025-03-31"]

  /// The number of the second server's first row.
  static let second: Int64 = 1 << 40

  static let sql =
    servers + gaps + calls + channels + transfers + rest + queues + devices

  /// `seconds` after the day's start, in microseconds.
  static func at(_ seconds: Double) -> String {
    String(start * 1_000_000 + Int64(seconds * 1_000_000))
  }

  /// pbx1 is watched from before the day until an hour in, and from 61 s later until the collector
  /// last wrote, 81,000 s into the day.
  /// pbx2 is watched for one hour.
  private static let servers = """
    INSERT INTO servers (id, name, asterisk_version) VALUES
      (0, 'pbx1', '22.10.1'), (1, 'pbx2', NULL);
    INSERT INTO sessions (
      id, server_id, connected_us, logged_in_us, ended_us, end_reason, source, time_source,
      bytes, frames, cut_frames) VALUES
      (1, 0, \(at(-100)), \(at(-99)), \(at(3600)), 'connection-lost', 'live', 'received',
        500, 5, 0),
      (2, 0, \(at(3660)), \(at(3661)), NULL, NULL, 'live', 'received',
        700, 7, 1),
      (\(second + 1), 1, \(at(7200)), NULL, \(at(10800)), 'recording-ended', 'import',
        'received', 90, 3, 0);
    INSERT INTO positions (id, session_id, session_offset, last_us, state) VALUES
      (0, 2, 700, \(at(80000)), x'');
    INSERT INTO collector (id, version, pid, started_us, written_us, servers) VALUES
      (1, '0.1.0', 77, \(at(-100)), \(at(81000)), json_array(json_object(
        'name', 'pbx1', 'state', 'connected', 'connected_us', \(at(3661)), 'behind_bytes', 0,
        'behind_us', 0)));

    """

  private static let gaps = """
    INSERT INTO gaps (id, server_id, session_id, started_us, ended_us, reason, attempts) VALUES
      (1, 0, 1, \(at(3600)), \(at(3661)), 'connection-lost', 2),
      (2, 0, 2, \(at(20000)), \(at(20002.5)), 'cut-frame', 0),
      (3, 0, 2, \(at(-3600)), \(at(-99)), 'not-recorded', 0);

    """

  /// Nine calls in the day; one before, one after it.
  private static let calls = """
    INSERT INTO calls (
      id, server_id, linkedid, caller_number, caller_name, dialled, started_us, answered_us,
      ended_us, disposition, cause, channels, callee_number, talk_ms, hold_ms, ended_by) VALUES
      (1, 0, '1.1', '101', 'Zoë', '0301234', \(at(0)), \(at(5)), \(at(65)), 'answered', 16, 2,
        '0301234', 60000, 2500, 'callee'),
      (2, 0, '2.1', '102', NULL, '0305678', \(at(3599)), NULL, \(at(3602.5)), 'busy', 17, 2,
        '0305678', 0, 0, 'callee'),
      (3, 0, '3.1', '201', NULL, '600', \(at(7200)), NULL, \(at(7230)), 'no-answer', 19, 2,
        NULL, 0, 0, 'system'),
      (4, 0, '4.1', '202', NULL, '700', \(at(7300)), \(at(7301)), \(at(7400)), 'self-service', 16, 1,
        NULL, 0, 0, 'caller'),
      (5, 0, '5.1', '101', NULL, '102', \(at(40000)), NULL, \(at(40010)), 'cancelled', 127, 1,
        '102', 0, 0, 'caller'),
      (6, 0, '6.1', '101', NULL, '999', \(at(50000)), NULL, \(at(50001)), 'failed', 700, 1,
        NULL, 0, 0, 'system'),
      (7, 0, '7.1', '102', NULL, '101', \(at(80000)), \(at(80001)), NULL, NULL, NULL, 1,
        '101', 0, 0, NULL),
      (9, 0, '9.1', '101', NULL, '102', \(at(-50)), \(at(-40)), \(at(-30)), 'answered', 16, 1,
        '102', 10000, 0, 'caller'),
      (10, 0, '10.1', '101', NULL, '102', \(at(82800)), NULL, NULL, NULL, NULL, 1,
        NULL, 0, 0, NULL),
      (\(second + 8), 1, '8.1', '303', '<b>"A&B"</b>', '404', \(at(8000)), \(at(8010)),
        \(at(8040)), 'answered', 16, 2, '404', 30000, 0, 'agent');

    """

  /// Of the day: ten channels that count and hung up, one conduit, one that lives, one that a
  /// restart ended.
  private static let channels = """
    INSERT INTO channels (
      id, server_id, call_id, name, uniqueid, linkedid, technology, endpoint, caller_number,
      account_code, context, state, started_us, answered_us, ended_us, closed_by, cause, counts,
      opened_by)
    VALUES
      (11, 0, 1, 'PJSIP/101-00000001', '1.1', '1.1', 'PJSIP', '101', '101', 'sales', 'internal', 6,
        \(at(0)), \(at(5)), \(at(65)), 'hangup', 16, 1, 'newchannel'),
      (12, 0, 1, 'PJSIP/trunk1-00000002', '1.2', '1.1', 'PJSIP', 'trunk1', NULL, NULL, 'trunk', 6,
        \(at(1)), \(at(5)), \(at(65)), 'hangup', 16, 1, 'newchannel'),
      (21, 0, 2, 'PJSIP/102-00000003', '2.1', '2.1', 'PJSIP', '102', '102', 'sales', 'internal', 4,
        \(at(3599)), NULL, \(at(3602.5)), 'hangup', 17, 1, 'newchannel'),
      (22, 0, 2, 'PJSIP/trunk1-00000004', '2.2', '2.1', 'PJSIP', 'trunk1', NULL, NULL, 'trunk', 5,
        \(at(3600)), NULL, \(at(3602)), 'hangup', 17, 1, 'newchannel'),
      (31, 0, 3, 'SIP/201-00000001', '3.1', '3.1', 'SIP', '201', '201', NULL, 'internal', 4,
        \(at(7200)), NULL, \(at(7230)), 'hangup', 19, 1, 'newchannel'),
      (32, 0, 3, 'PJSIP/103-00000005', '3.2', '3.1', 'PJSIP', '103', NULL, NULL, 'internal', 5,
        \(at(7201)), NULL, \(at(7230)), 'hangup', 26, 1, 'newchannel'),
      (33, 0, 3, 'Local/103@internal-00000001;2', '3.3', '3.1', 'Local', '103@internal', NULL, NULL,
        'internal', 6, \(at(7200)), \(at(7200)), \(at(7230)), 'hangup', 16, 0, 'snapshot'),
      (41, 0, 4, 'SIP/202-00000002', '4.1', '4.1', 'SIP', '202', '202', NULL, 'internal', 6,
        \(at(7300)), \(at(7301)), \(at(7400)), 'hangup', 16, 1, 'newchannel'),
      (51, 0, 5, 'PJSIP/101-00000006', '5.1', '5.1', 'PJSIP', '101', '101', 'sales', 'internal', 4,
        \(at(40000)), NULL, \(at(40010)), 'hangup', 127, 1, 'newchannel'),
      (61, 0, 6, 'PJSIP/101-00000007', '6.1', '6.1', 'PJSIP', '101', '101', 'sales', 'internal', 4,
        \(at(50000)), NULL, \(at(50001)), 'hangup', 700, 1, 'newchannel'),
      (71, 0, 7, 'PJSIP/102-00000008', '7.1', '7.1', 'PJSIP', '102', '102', 'sales', 'internal', 6,
        \(at(80000)), \(at(80001)), NULL, NULL, NULL, 1, 'newchannel'),
      (91, 0, 9, 'PJSIP/101-00000009', '9.1', '9.1', 'PJSIP', '101', '101', 'sales', 'internal', 6,
        \(at(-50)), \(at(-40)), \(at(-30)), 'hangup', 16, 1, 'newchannel'),
      (101, 0, 10, 'PJSIP/101-0000000a', '10.1', '10.1', 'PJSIP', '101', '101', 'sales', 'internal',
        4, \(at(82800)), NULL, \(at(82801)), 'hangup', 16, 1, 'newchannel'),
      (\(second + 81), 1, \(second + 8), 'PJSIP/303-00000001', '8.1', '8.1', 'PJSIP', '303', '303',
        NULL, 'internal', 6, \(at(8000)), \(at(8010)), \(at(8030)), 'hangup', 16, 1, 'newchannel'),
      (\(second + 82), 1, \(second + 8), 'PJSIP/404-00000002', '8.2', '8.1', 'PJSIP', '404', NULL,
        NULL, 'internal', 6, \(at(8001)), \(at(8010)), \(at(8040)), 'restart', NULL, 1, 'newchannel');

    """

  /// Six transfers in the day, one before it.
  private static let transfers = """
    INSERT INTO transfers (
      id, server_id, call_id, kind, method, transferer, transferer_channel_id, exten, destination,
      destination_name, started_us, ended_us, outcome, result) VALUES
      (1, 0, 1, 'blind', 'refer', 'PJSIP/101-00000001', 11, '600', 'queue', 'sales', \(at(30)),
        \(at(30)), 'completed', 'Success'),
      (2, 0, 1, 'attended', 'feature', 'PJSIP/101-00000001', 11, '103', 'channel', NULL, \(at(40)),
        \(at(48)), 'completed', 'Success'),
      (3, 0, 1, 'attended', 'feature', 'PJSIP/101-00000001', 11, '104', 'channel', NULL,
        \(at(7200)), \(at(7204)), 'completed', 'Success'),
      (4, 0, NULL, 'blind', NULL, 'PJSIP/109-0000001a', NULL, '999', 'extension', NULL, \(at(8000)),
        \(at(8000)), 'failed', 'Invalid'),
      (5, 0, 1, 'attended', 'action', 'PJSIP/101-00000001', 11, '103', 'extension', NULL, \(at(9000)),
        \(at(9001)), 'cancelled', NULL),
      (6, 1, \(second + 8), 'blonde', 'refer', 'PJSIP/303-00000001', \(second + 81), '404',
        'extension', NULL, \(at(8020)), \(at(8020)), 'completed', 'Success'),
      (7, 0, 9, 'blind', 'refer', 'PJSIP/101-00000009', 91, '600', 'queue', 'sales', \(at(-35)),
        \(at(-35)), 'completed', 'Success');

    """

  /// Two blocks of pbx1 in the day and one before; events of three hours; a server that booted
  /// twice.
  private static let rest = """
    INSERT INTO blocks (
      id, server_id, session_id, session_offset, size, codec, crc32, first_us, last_us, frames,
      event_names, chunks, bytes) VALUES
      (1, 0, 1, 0, 100, 'none', 0, \(at(-90)), \(at(-80)), 1, '{}', x'', x''),
      (2, 0, 1, 100, 400, 'none', 0, \(at(10)), \(at(3600)), 4, '{}', x'', x''),
      (3, 0, 2, 0, 700, 'none', 0, \(at(3662)), \(at(80000)), 7, '{}', x'', x''),
      (4, 1, \(second + 1), 0, 90, 'none', 0, \(at(7201)), \(at(10799)), 3, '{}', x'', x'');
    INSERT INTO event_counts (id, server_id, hour_us, name, count, list_items) VALUES
      (1, 0, \(at(-3600)), 'Newchannel', 1, 0),
      (2, 0, \(at(0)), 'Newchannel', 3, 0),
      (3, 0, \(at(0)), 'CoreShowChannel', 5, 5),
      (4, 0, \(at(3600)), 'Newchannel', 2, 0),
      (5, 0, \(at(3600)), 'Hangup', 4, 0),
      (6, 1, \(at(7200)), 'Hangup', 1, 0);
    INSERT INTO system_events (id, server_id, session_id, received_us, name, headers) VALUES
      (1, 0, 1, \(at(-99)), 'FullyBooted', '{"Status":"Fully Booted","Uptime":"1000"}'),
      (2, 0, 2, \(at(3661)), 'FullyBooted', '{"Status":"Fully Booted","Uptime":"4761"}'),
      (3, 0, 2, \(at(9000)), 'FullyBooted', '{"Status":"Fully Booted","Uptime":"3"}'),
      (4, 0, 2, \(at(9001)), 'Reload', '{"Module":"All"}');

    """
}

extension Sample {
  /// What the queries of schema/README.md ask for besides: two who talk, an agent's break.
  static let forSchemaPage = """
    INSERT INTO bridges (id, server_id, call_id, bridge_uniqueid, type, started_us, ended_us)
      VALUES (1, 0, 1, 'b1', 'basic', \(at(5)), \(at(65)));
    INSERT INTO bridge_members (id, server_id, bridge_id, channel_id, entered_us, left_us) VALUES
      (1, 0, 1, 11, \(at(5)), \(at(65))), (2, 0, 1, 12, \(at(5)), \(at(65)));

    """
}
