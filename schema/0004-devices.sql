-- Registrations, device states, security events, user events, and the quality of media.

CREATE TABLE registrations (
  -- Whether something could be reached, or was registered, from one time to another. Reports of the same
  -- state make one row. Up are registered, reachable, lagged and unqualified.
  id INTEGER PRIMARY KEY,
  server_id INTEGER NOT NULL REFERENCES servers (id), -- on which server
  kind TEXT NOT NULL,               -- contact and endpoint of chan_pjsip; peer of chan_sip or chan_iax2; registration of this server with another
  technology TEXT,                  -- PJSIP, SIP, IAX2
  name TEXT NOT NULL,               -- of the endpoint or peer; a contact's URI; the user (SIP, IAX2) or URI (PJSIP) that is registered elsewhere
  endpoint TEXT,                    -- contact: the endpoint it belongs to
  aor TEXT,                         -- contact: the address of record it belongs to
  section TEXT,                     -- registration: its section in pjsip.conf, where a snapshot told
  state TEXT NOT NULL,              -- registered, reachable, lagged, unqualified; unregistered, unreachable, registering, rejected, timeout, failed, stopped, removed; unknown
  asterisk_state TEXT NOT NULL,     -- Asterisk's word that began it; snapshots have others than events (OK (1 ms), Unavailable …)
  cause TEXT,                       -- Cause, where the event has one
  address TEXT,                     -- peer: host and port; registration: where it is registered
  round_trip_us INTEGER,            -- as last reported in this state; NULL when not measured
  opened_by TEXT NOT NULL,          -- event; snapshot when an answer to an action told it first
  started_us INTEGER NOT NULL,      -- with a snapshot: when it was seen, it may have begun long before
  ended_us INTEGER,                 -- NULL while it lasts
  closed_by TEXT,                   -- change; gap when the change was not observed (it ends with the session before); restart of the server; limit: more last than the recorder holds (table limits); moment of what does not last (removed, a peer's attempt that was rejected)
  round_trip_ms REAL AS (round_trip_us / 1000.0) VIRTUAL,
  started_at TEXT AS (strftime('%Y-%m-%dT%H:%M:%S', started_us / 1000000, 'unixepoch') || printf('.%06dZ', started_us % 1000000)) VIRTUAL,
  ended_at TEXT AS (strftime('%Y-%m-%dT%H:%M:%S', ended_us / 1000000, 'unixepoch') || printf('.%06dZ', ended_us % 1000000)) VIRTUAL
) STRICT;
CREATE INDEX registrations_started ON registrations (started_us);

CREATE TABLE device_states (
  -- The state of a device (DeviceStateChange) from one time to another. Repeated states make one row.
  -- Devices of channels that Asterisk makes itself (Local/, CBAnn/, Surrogate/ …) have rows only
  -- while they are in use.
  id INTEGER PRIMARY KEY,
  server_id INTEGER NOT NULL REFERENCES servers (id), -- on which server
  device TEXT NOT NULL,             -- such as PJSIP/101, Queue:sales_avail, confbridge:room, park:701@parkedcalls
  state TEXT NOT NULL,              -- idle, in-use, ringing, ringing-in-use, busy, on-hold, unavailable, invalid, unknown
  asterisk_state TEXT NOT NULL,     -- NOT_INUSE, INUSE, RINGING, RINGINUSE, BUSY, ONHOLD, UNAVAILABLE, INVALID, UNKNOWN
  opened_by TEXT NOT NULL,          -- event, snapshot
  started_us INTEGER NOT NULL,      -- when it began
  ended_us INTEGER,                 -- NULL while it lasts
  closed_by TEXT,                   -- change, gap, restart, limit: as in registrations
  started_at TEXT AS (strftime('%Y-%m-%dT%H:%M:%S', started_us / 1000000, 'unixepoch') || printf('.%06dZ', started_us % 1000000)) VIRTUAL,
  ended_at TEXT AS (strftime('%Y-%m-%dT%H:%M:%S', ended_us / 1000000, 'unixepoch') || printf('.%06dZ', ended_us % 1000000)) VIRTUAL
) STRICT;

CREATE TABLE security_events (
  -- The events of class security: who asked to be let in, and what became of it.
  id INTEGER PRIMARY KEY,
  server_id INTEGER NOT NULL REFERENCES servers (id), -- on which server
  received_us INTEGER NOT NULL,     -- when it was received
  event_us INTEGER,                 -- EventTV: when it happened, by the server's clock, in steps of a millisecond
  kind TEXT NOT NULL,               -- accepted (SuccessfulAuth); challenged (ChallengeSent); failed (who or from where); limited (too many or too much); request (not understood or not allowed)
  event TEXT NOT NULL,              -- its name: FailedACL, InvalidAccountID, InvalidPassword, ChallengeResponseFailed …
  severity TEXT,                    -- Informational, Error
  service TEXT,                     -- PJSIP, SIP, IAX2, AMI …
  account TEXT,                     -- AccountID; what a failed attempt claimed
  session TEXT,                     -- SessionID: of the SIP dialogue or the manager connection
  local_transport TEXT,             -- udp, tcp, tls, ws, wss
  local_address TEXT,               -- that they reached
  local_port INTEGER,               -- that they reached
  remote_transport TEXT,            -- udp, tcp, tls, ws, wss
  remote_address TEXT,              -- who
  remote_port INTEGER,              -- of theirs
  headers TEXT NOT NULL,            -- JSON object of the others, without digests of passwords (Response, ExpectedResponse, ReceivedHash)
  received_at TEXT AS (strftime('%Y-%m-%dT%H:%M:%S', received_us / 1000000, 'unixepoch') || printf('.%06dZ', received_us % 1000000)) VIRTUAL,
  event_at TEXT AS (strftime('%Y-%m-%dT%H:%M:%S', event_us / 1000000, 'unixepoch') || printf('.%06dZ', event_us % 1000000)) VIRTUAL
) STRICT;
CREATE INDEX security_events_received ON security_events (received_us);

CREATE TABLE user_events (
  -- What a dialplan (UserEvent application) or a client (UserEvent action) said.
  id INTEGER PRIMARY KEY,
  server_id INTEGER NOT NULL REFERENCES servers (id), -- on which server
  channel_id INTEGER REFERENCES channels (id), -- of the dialplan; NULL for a client's. channels.call_id tells the call
  received_us INTEGER NOT NULL,     -- when it was received
  name TEXT NOT NULL,               -- of the user's choice
  channel TEXT,                     -- of the dialplan: the channel's name
  uniqueid TEXT,                    -- of the dialplan: the channel's
  action_id TEXT,                   -- of a client: the ActionID of its action
  headers TEXT NOT NULL,            -- JSON array of [name, value] in their order, as the user gave them; names repeat, and may be those of Asterisk's own
  received_at TEXT AS (strftime('%Y-%m-%dT%H:%M:%S', received_us / 1000000, 'unixepoch') || printf('.%06dZ', received_us % 1000000)) VIRTUAL
) STRICT;
CREATE INDEX user_events_received ON user_events (received_us);
CREATE INDEX user_events_channel ON user_events (channel_id);

CREATE TABLE media_quality (
  -- How media arrived: a row per report block of RTCP, and Asterisk's own sums at the end of a channel.
  -- With direct media there is nothing to report.
  id INTEGER PRIMARY KEY,
  server_id INTEGER NOT NULL REFERENCES servers (id), -- on which server
  channel_id INTEGER REFERENCES channels (id), -- NULL where the event names none (before Asterisk 12)
  received_us INTEGER NOT NULL,     -- when it was received
  report TEXT NOT NULL,             -- rtcp-sent, rtcp-received; final for the variable RTPAUDIOQOS
  stream TEXT NOT NULL,             -- in: what Asterisk received, by itself; out: what it sent, by the other side
  packet TEXT,                      -- PT: 200(SR) of a sender, 201(RR) of one who only receives
  block INTEGER,                    -- which block of the report, from 0; NULL when it had none, and for final
  ssrc INTEGER,                     -- of the reporter
  source_ssrc INTEGER,              -- of the stream that the figures are about
  address TEXT,                     -- of the other side
  sent_packets INTEGER,             -- by the reporter so far (sender reports)
  sent_octets INTEGER,              -- likewise, in bytes of payload
  packets INTEGER,                  -- final: how many went
  fraction_lost INTEGER,            -- of 256, since the report before
  lost INTEGER,                     -- packets in all; negative when duplicates came
  highest_sequence INTEGER,         -- sequence number of the last packet that arrived
  sequence_cycles INTEGER,          -- how often the sequence numbers began anew
  jitter INTEGER,                   -- in units of the stream's clock, as reported
  clock_hz INTEGER,                 -- the clock that jitter_us was computed with
  clock_source TEXT,                -- measured from sender reports; assumed 8000 where there were none
  jitter_us INTEGER,                -- the same in microseconds
  round_trip_us INTEGER,            -- NULL while not measured
  mes REAL,                         -- Asterisk's Media Experience Score, 0 to 100 (18.17, 20.2 and later)
  lost_percent REAL AS (fraction_lost * 100.0 / 256) VIRTUAL, -- fraction_lost as a share
  jitter_ms REAL AS (jitter_us / 1000.0) VIRTUAL,
  round_trip_ms REAL AS (round_trip_us / 1000.0) VIRTUAL,
  received_at TEXT AS (strftime('%Y-%m-%dT%H:%M:%S', received_us / 1000000, 'unixepoch') || printf('.%06dZ', received_us % 1000000)) VIRTUAL
) STRICT;
CREATE INDEX media_quality_channel ON media_quality (channel_id);
