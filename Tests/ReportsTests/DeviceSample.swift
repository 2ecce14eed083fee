extension Sample {
  /// On pbx1: endpoint 101 is up but for 900 s before its server's gap and 100 s after it; 102 is
  /// never up; a trunk fails twice for different reasons and is unknown for a while; a peer's
  /// attempt that was rejected changes nothing.
  static let devices = registrations + security

  private static let registrations = """
    INSERT INTO registrations (
      id, server_id, kind, technology, name, endpoint, aor, state, asterisk_state, cause, address,
      round_trip_us, opened_by, started_us, ended_us, closed_by) VALUES
      (1, 0, 'endpoint', 'PJSIP', '101', NULL, NULL, 'reachable', 'Not in use', NULL, NULL, NULL,
        'snapshot', \(at(-90)), \(at(2700)), 'change'),
      (2, 0, 'endpoint', 'PJSIP', '101', NULL, NULL, 'unreachable', 'Unreachable', NULL, NULL,
        NULL, 'event', \(at(2700)), \(at(3761)), 'change'),
      (3, 0, 'endpoint', 'PJSIP', '101', NULL, NULL, 'reachable', 'Reachable', NULL, NULL, NULL,
        'event', \(at(3761)), NULL, NULL),
      (4, 0, 'contact', 'PJSIP', 'sip:101@192.0.2.1', '101', '101', 'reachable', 'Reachable', NULL,
        NULL, 20000, 'event', \(at(10)), \(at(2700)), 'change'),
      (5, 0, 'contact', 'PJSIP', 'sip:101@192.0.2.1', '101', '101', 'unreachable', 'Unreachable',
        NULL, NULL, NULL, 'event', \(at(2700)), \(at(3761)), 'change'),
      (6, 0, 'contact', 'PJSIP', 'sip:101@192.0.2.1', '101', '101', 'reachable', 'Reachable', NULL,
        NULL, 40000, 'event', \(at(3761)), NULL, NULL),
      (7, 0, 'endpoint', 'PJSIP', '102', NULL, NULL, 'unreachable', 'Unavailable', NULL, NULL, NULL,
        'snapshot', \(at(0)), \(at(1000)), 'restart'),
      (8, 0, 'registration', 'SIP', 'us', NULL, NULL, 'registered', 'Registered', NULL, '192.0.2.9',
        NULL, 'event', \(at(10000)), \(at(20000)), 'change'),
      (9, 0, 'registration', 'SIP', 'us', NULL, NULL, 'rejected', 'Rejected', '403 Forbidden',
        '192.0.2.9', NULL, 'event', \(at(20000)), \(at(20500)), 'change'),
      (10, 0, 'registration', 'SIP', 'us', NULL, NULL, 'registering', 'Request Sent', NULL,
        '192.0.2.9', NULL, 'event', \(at(20500)), \(at(21000)), 'change'),
      (11, 0, 'registration', 'SIP', 'us', NULL, NULL, 'registered', 'Registered', NULL,
        '192.0.2.9', NULL, 'event', \(at(21000)), \(at(30000)), 'change'),
      (12, 0, 'registration', 'SIP', 'us', NULL, NULL, 'unknown', 'Unknown', NULL, '192.0.2.9', NULL,
        'event', \(at(30000)), \(at(31000)), 'change'),
      (13, 0, 'registration', 'SIP', 'us', NULL, NULL, 'timeout', 'Timeout', NULL, '192.0.2.9', NULL,
        'event', \(at(31000)), \(at(31500)), 'restart'),
      (14, 0, 'peer', 'SIP', '300', NULL, NULL, 'registered', 'Registered', NULL, '192.0.2.3:5060',
        5000, 'event', \(at(100)), \(at(200)), 'restart'),
      (15, 0, 'peer', 'SIP', '300', NULL, NULL, 'rejected', 'Rejected', 'AUTH_SECRET_FAILED', NULL,
        NULL, 'event', \(at(150)), \(at(150)), 'moment');

    """

  /// One address guesses two accounts and gets into the second; another one only fails. A login to
  /// the manager interface, a challenge, and what another server saw count nowhere.
  private static let security = """
    INSERT INTO security_events (
      id, server_id, received_us, kind, event, service, account, remote_address, headers) VALUES
      (1, 0, \(at(50)), 'accepted', 'SuccessfulAuth', 'PJSIP', '101', '198.51.100.7', '{}'),
      (2, 0, \(at(100)), 'failed', 'InvalidAccountID', 'PJSIP', 'admin', '198.51.100.7', '{}'),
      (3, 0, \(at(101)), 'challenged', 'ChallengeSent', 'PJSIP', '101', '198.51.100.7', '{}'),
      (4, 0, \(at(102)), 'failed', 'ChallengeResponseFailed', 'PJSIP', '101', '198.51.100.7', '{}'),
      (5, 0, \(at(110)), 'accepted', 'SuccessfulAuth', 'PJSIP', '101', '198.51.100.7', '{}'),
      (6, 0, \(at(7200)), 'failed', 'InvalidPassword', 'AMI', 'admin', '203.0.113.5', '{}'),
      (7, 0, \(at(7201)), 'failed', 'FailedACL', 'AMI', 'admin', '203.0.113.5', '{}'),
      (8, 0, \(at(7202)), 'limited', 'SessionLimit', 'AMI', 'admin', '203.0.113.5', '{}'),
      (9, 0, \(at(7300)), 'accepted', 'SuccessfulAuth', 'AMI', 'admin', '203.0.113.5', '{}'),
      (10, 0, \(at(90000)), 'failed', 'InvalidPassword', 'SIP', '300', '203.0.113.5', '{}');

    """
}
