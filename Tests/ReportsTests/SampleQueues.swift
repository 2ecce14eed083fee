extension Sample {
  /// Nine visits of pbx1 in the day and one before it, one of pbx2.
  static let queues = """
    INSERT INTO queues (id, server_id, name, strategy, service_level_s, first_seen_us) VALUES
      (1, 0, 'support', 'ringall', 20, \(at(0))), (2, 0, 'sales', 'linear', 10, \(at(0))),
      (\(second + 1), 1, 'support', 'ringall', 30, \(at(7200)));
    INSERT INTO queue_visits (
      id, server_id, call_id, queue_id, channel_id, entered_channel_id, opened_by, joined_us,
      left_us, outcome, queue_status, wait_ms, original_position, last_position, agent,
      connected_us, talk_ended_us, talk_ms, ended_by) VALUES
      (1, 0, 1, 1, 11, 11, 'join', \(at(0)), \(at(4)), 'answered', 'CONTINUE', 4000, 1, 1,
        'Anna', \(at(4)), \(at(64)), 60000, 'caller'),
      (2, 0, 2, 1, 21, 21, 'join', \(at(3599)), \(at(3602)), 'abandoned', NULL, 3000, 2, 1,
        NULL, NULL, NULL, NULL, NULL),
      (3, 0, 3, 1, 31, 31, 'join', \(at(7200)), \(at(7225)), 'abandoned', NULL, 25000, 3, 2,
        NULL, NULL, NULL, NULL, NULL),
      (4, 0, 4, 2, 41, 41, 'join', \(at(7301)), \(at(7316)), 'answered', NULL, 15000, 1, 1,
        'Bert', \(at(7316)), \(at(7400)), 84000, 'transfer'),
      (5, 0, 5, 2, 51, 51, 'join', \(at(40000)), \(at(40010)), 'timeout', 'TIMEOUT', 10000, 1, 1,
        NULL, NULL, NULL, NULL, NULL),
      (6, 0, 6, 1, 61, 61, 'refusal', \(at(50000)), \(at(50000)), 'refused', 'JOINEMPTY', 0, NULL,
        NULL, NULL, NULL, NULL, NULL, NULL),
      (7, 0, 7, 1, 71, 71, 'join', \(at(80000)), NULL, NULL, NULL, NULL, 1, NULL, NULL, NULL, NULL,
        NULL, NULL),
      (9, 0, 9, 1, 91, 91, 'join', \(at(-50)), \(at(-40)), 'abandoned', NULL, 10000, 1, 1, NULL,
        NULL, NULL, NULL, NULL),
      (10, 0, 5, 1, 51, 51, 'join', \(at(60000)), \(at(60040)), 'exit-key', NULL, 40000, 1, 1,
        NULL, NULL, NULL, NULL, NULL),
      (11, 0, 7, 1, 71, 71, 'join', \(at(79980)), \(at(79989)), 'answered', 'CONTINUE', 9000, 1, 1,
        'Anna', \(at(79989)), \(at(79999)), 10000, 'agent'),
      (\(second + 8), 1, \(second + 8), \(second + 1), \(second + 81), \(second + 81), 'join',
        \(at(8000)), \(at(8006)), 'answered', NULL, 6000, 1, 1, 'Carl', \(at(8010)), \(at(8030)),
        24000, 'caller');
    UPDATE queue_visits SET hold_ms = 12000 WHERE id = 1;
    INSERT INTO queue_offers (
      id, server_id, visit_id, queue_id, channel_id, agent, interface, called_us, ended_us, outcome,
      dial_status, ring_ms) VALUES
      (1, 0, 1, 1, 12, 'Anna', 'PJSIP/101', \(at(1)), \(at(4)), 'connected', 'ANSWER', 3000),
      (2, 0, 3, 1, 32, 'Anna', 'PJSIP/103', \(at(7201)), \(at(7225)), 'cancelled', 'CANCEL', 24000);
    INSERT INTO queue_members (
      id, server_id, queue_id, agent, interface, state_interface, membership, paused, opened_by,
      started_us, ended_us) VALUES
      (1, 0, 1, 'Anna', 'PJSIP/101', 'PJSIP/101', 'dynamic', 0, 'seen', \(at(-100)), \(at(3600))),
      (2, 0, 1, 'Anna', 'PJSIP/101', 'PJSIP/101', 'dynamic', 0, 'added', \(at(7200)), NULL),
      (3, 0, 2, 'Dora', 'Local/1', 'Agent:1001', 'static', 0, 'seen', \(at(-100)), NULL),
      (4, 0, 2, 'Bert', 'PJSIP/202', 'PJSIP/202', 'static', 0, 'seen', \(at(-100)), NULL);
    INSERT INTO agent_intervals (
      id, server_id, agent, source, state, reason, opened_by, started_us, ended_us, closed_by)
    VALUES
      (1, 0, 'Anna', 'queue', 'logged-in', NULL, 'snapshot', \(at(-100)), \(at(3600)), 'removed'),
      (2, 0, 'Anna', 'queue', 'paused', 'tea', 'event', \(at(-50)), \(at(50)), 'unpaused'),
      (3, 0, 'Anna', 'queue', 'ringing', NULL, 'event', \(at(1)), \(at(4)), 'ended'),
      (4, 0, 'Anna', 'queue', 'talking', NULL, 'event', \(at(4)), \(at(64)), 'ended'),
      (5, 0, 'Anna', 'queue', 'wrap-up', NULL, 'event', \(at(64)), \(at(94)), 'time-up'),
      (6, 0, 'Anna', 'queue', 'logged-in', NULL, 'event', \(at(7200)), NULL, NULL),
      (7, 0, 'Anna', 'queue', 'ringing', NULL, 'event', \(at(7201)), \(at(7225)), 'ended'),
      (8, 0, 'Anna', 'queue', 'paused', 'lunch', 'event', \(at(40000)), \(at(43600)), 'unpaused'),
      (9, 0, 'Anna', 'queue', 'talking', NULL, 'event', \(at(79989)), \(at(79999)), 'ended'),
      (10, 0, 'Bert', 'queue', 'talking', NULL, 'event', \(at(7316)), \(at(7400)), 'ended'),
      (11, 0, '1001', 'agent-pool', 'logged-in', NULL, 'event', \(at(50000)), \(at(60000)),
        'logoff'),
      (12, 0, 'Eve', 'queue', 'logged-in', NULL, 'event', \(at(-90)), \(at(-1)), 'removed'),
      (\(second + 1), 1, 'Carl', 'queue', 'logged-in', NULL, 'event', \(at(7200)), \(at(10800)),
        'removed'),
      (\(second + 2), 1, 'Carl', 'queue', 'talking', NULL, 'event', \(at(8010)), \(at(8030)),
        'ended');

    """

  /// The visits of ICMI's sample: 1000 answered, 860 of them within 20 s; 60 abandoned, 20 of them
  /// within 20 s and 10 of these within 5 s.
  static let formulas = """
    INSERT INTO servers (id, name) VALUES (0, 'pbx');
    INSERT INTO queues (id, server_id, name, first_seen_us) VALUES (1, 0, 'support', \(at(0)));
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1060)
    INSERT INTO queue_visits (id, server_id, queue_id, opened_by, joined_us, outcome, wait_ms)
    SELECT
      i, 0, 1, 'join', \(at(0)) + i * 1000000,
      CASE WHEN i <= 1000 THEN 'answered' ELSE 'abandoned' END,
      CASE
        WHEN i <= 860 THEN 20999 WHEN i <= 1000 THEN 21000 WHEN i <= 1010 THEN 5999
        WHEN i <= 1020 THEN 6000 ELSE 60000
      END
    FROM n;

    """
}
