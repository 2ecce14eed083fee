-- What happens within calls: transfers, parking, conferences, holds, recordings, originates, keys.

CREATE TABLE transfers (
  -- One attempt to transfer a call. Asterisk tells of no attempt in which a REFER or a feature code
  -- names an extension that does not exist, nor of a consultation by REFER that was given up.
  id INTEGER PRIMARY KEY,
  server_id INTEGER NOT NULL REFERENCES servers (id), -- on which server
  call_id INTEGER REFERENCES calls (id), -- the call that it is part of
  kind TEXT NOT NULL,               -- blind; attended; blonde: attended, but the target was still ringing; three-way
  method TEXT,                      -- refer, feature (a code, or what the phone's user keys), action, dialplan; NULL: not told
  transferer TEXT,                  -- name of the channel that transfers
  transferer_channel_id INTEGER REFERENCES channels (id), -- that channel
  second_channel_id INTEGER REFERENCES channels (id), -- the same phone's channel to the target, when it is another one
  transferee_channel_id INTEGER REFERENCES channels (id), -- who is transferred; NULL when several are at once
  target_channel_id INTEGER REFERENCES channels (id), -- to whom, where Asterisk names a channel
  bridge_id INTEGER REFERENCES bridges (id), -- in which they meet, where Asterisk names it
  context TEXT,                     -- where the extension lies
  exten TEXT,                       -- what the transferer dialled for the target
  destination TEXT NOT NULL,        -- extension, channel, queue, conference, parking, application
  destination_name TEXT,            -- of the queue, the conference or the parking lot
  application TEXT,                 -- that took the transferred party: Asterisk's word, such as Queue or Dial
  dest_type TEXT,                   -- DestType of AttendedTransfer: Bridge, App, Threeway, Link, Fail
  started_us INTEGER NOT NULL,      -- of the consultation by feature code, else of the transfer
  ended_us INTEGER,                 -- when it was done or given up; NULL while the consultation lasts
  outcome TEXT,                     -- completed; cancelled: the target had answered; failed; unknown: not observed
  result TEXT,                      -- Asterisk's: Success, Fail, Invalid, Not Permitted; NULL when it sent no event
  target_status TEXT,               -- DialStatus of a target that did not answer
  started_at TEXT AS (strftime('%Y-%m-%dT%H:%M:%S', started_us / 1000000, 'unixepoch') || printf('.%06dZ', started_us % 1000000)) VIRTUAL,
  ended_at TEXT AS (strftime('%Y-%m-%dT%H:%M:%S', ended_us / 1000000, 'unixepoch') || printf('.%06dZ', ended_us % 1000000)) VIRTUAL
) STRICT;
CREATE INDEX transfers_call ON transfers (call_id);
CREATE INDEX transfers_started ON transfers (started_us);

CREATE TABLE parkings (
  -- One stay of one channel in a parking lot.
  id INTEGER PRIMARY KEY,
  server_id INTEGER NOT NULL REFERENCES servers (id), -- on which server
  channel_id INTEGER REFERENCES channels (id), -- who is parked
  channel TEXT NOT NULL,            -- its name
  lot TEXT,                         -- Parkinglot
  space INTEGER,                    -- ParkingSpace
  parker TEXT,                      -- who parked it, as dialled when the time is up (ParkerDialString)
  parker_channel_id INTEGER REFERENCES channels (id), -- that one's channel in the call; the parked one's when it parked itself
  opened_by TEXT NOT NULL,          -- parked; swapped: took over the space of another; seen: was there before
  parked_us INTEGER NOT NULL,       -- when it was parked, or first seen
  timeout_ms INTEGER,               -- after which it goes back, from then on
  ended_us INTEGER,                 -- NULL while parked
  outcome TEXT,                     -- retrieved, timed-out, gave-up, swapped, unknown (ended while not observed), limit (more went on than the recorder holds); NULL while parked
  retriever_channel_id INTEGER REFERENCES channels (id), -- who retrieved it
  parked_at TEXT AS (strftime('%Y-%m-%dT%H:%M:%S', parked_us / 1000000, 'unixepoch') || printf('.%06dZ', parked_us % 1000000)) VIRTUAL,
  ended_at TEXT AS (strftime('%Y-%m-%dT%H:%M:%S', ended_us / 1000000, 'unixepoch') || printf('.%06dZ', ended_us % 1000000)) VIRTUAL
) STRICT;
CREATE INDEX parkings_channel ON parkings (channel_id);

CREATE TABLE conferences (
  -- One conference of ConfBridge or MeetMe, from its first member to its last.
  id INTEGER PRIMARY KEY,
  server_id INTEGER NOT NULL REFERENCES servers (id), -- on which server
  bridge_id INTEGER REFERENCES bridges (id), -- in which its members meet; NULL for MeetMe and before Asterisk 12
  name TEXT NOT NULL,               -- as dialled in confbridge
  opened_by TEXT NOT NULL,          -- started; seen when it was there before
  started_us INTEGER NOT NULL,      -- when it began
  ended_us INTEGER,                 -- NULL while it lasts
  closed_by TEXT,                   -- ended; restart when the server went down over it; limit: more went on than the recorder holds (table limits)
  started_at TEXT AS (strftime('%Y-%m-%dT%H:%M:%S', started_us / 1000000, 'unixepoch') || printf('.%06dZ', started_us % 1000000)) VIRTUAL,
  ended_at TEXT AS (strftime('%Y-%m-%dT%H:%M:%S', ended_us / 1000000, 'unixepoch') || printf('.%06dZ', ended_us % 1000000)) VIRTUAL
) STRICT;
CREATE INDEX conferences_started ON conferences (started_us);

CREATE TABLE conference_members (
  -- One stay of one channel in a conference.
  id INTEGER PRIMARY KEY,
  server_id INTEGER NOT NULL REFERENCES servers (id), -- on which server
  conference_id INTEGER NOT NULL REFERENCES conferences (id), -- in which conference
  channel_id INTEGER NOT NULL REFERENCES channels (id), -- which channel
  joined_us INTEGER,                -- NULL when it was in it before that was observed
  left_us INTEGER,                  -- NULL while in it
  admin INTEGER,                    -- 1 for an administrator of the conference
  muted INTEGER,                    -- 1 while, or when it left, muted
  muted_ms INTEGER NOT NULL,        -- how long it was muted
  talking_ms INTEGER NOT NULL,      -- how long it talked; only where talk_detection_events is on
  joined_at TEXT AS (strftime('%Y-%m-%dT%H:%M:%S', joined_us / 1000000, 'unixepoch') || printf('.%06dZ', joined_us % 1000000)) VIRTUAL,
  left_at TEXT AS (strftime('%Y-%m-%dT%H:%M:%S', left_us / 1000000, 'unixepoch') || printf('.%06dZ', left_us % 1000000)) VIRTUAL
) STRICT;
CREATE INDEX conference_members_conference ON conference_members (conference_id);
CREATE INDEX conference_members_channel ON conference_members (channel_id);

CREATE TABLE holds (
  -- A time for which one channel put the other side on hold.
  id INTEGER PRIMARY KEY,
  server_id INTEGER NOT NULL REFERENCES servers (id), -- on which server
  channel_id INTEGER NOT NULL REFERENCES channels (id), -- who holds
  music_class TEXT,                 -- MusicClass that it asked for
  started_us INTEGER NOT NULL,      -- when it began
  ended_us INTEGER,                 -- NULL while it lasts
  closed_by TEXT,                   -- unhold; hangup, restart, gap, snapshot or limit when the channel ended
  started_at TEXT AS (strftime('%Y-%m-%dT%H:%M:%S', started_us / 1000000, 'unixepoch') || printf('.%06dZ', started_us % 1000000)) VIRTUAL,
  ended_at TEXT AS (strftime('%Y-%m-%dT%H:%M:%S', ended_us / 1000000, 'unixepoch') || printf('.%06dZ', ended_us % 1000000)) VIRTUAL
) STRICT;
CREATE INDEX holds_channel ON holds (channel_id);

CREATE TABLE recordings (
  -- A time for which Asterisk recorded a channel or a conference.
  id INTEGER PRIMARY KEY,
  server_id INTEGER NOT NULL REFERENCES servers (id), -- on which server
  kind TEXT NOT NULL,               -- mixmonitor, monitor, conference
  channel_id INTEGER REFERENCES channels (id), -- what is recorded: a channel
  conference_id INTEGER REFERENCES conferences (id), -- or a conference
  file TEXT,                        -- on the server, where it is told: MIXMONITOR_FILENAME; of Monitor what the dialplan says, without -in, -out and ending
  started_us INTEGER NOT NULL,      -- when it began
  ended_us INTEGER,                 -- NULL while it lasts
  closed_by TEXT,                   -- stop; hangup, restart or limit when the channel ended, ended when the conference did
  started_at TEXT AS (strftime('%Y-%m-%dT%H:%M:%S', started_us / 1000000, 'unixepoch') || printf('.%06dZ', started_us % 1000000)) VIRTUAL,
  ended_at TEXT AS (strftime('%Y-%m-%dT%H:%M:%S', ended_us / 1000000, 'unixepoch') || printf('.%06dZ', ended_us % 1000000)) VIRTUAL
) STRICT;
CREATE INDEX recordings_channel ON recordings (channel_id);

CREATE TABLE originates (
  -- The result of a call that a program had Asterisk make. Asterisk tells it only of an Originate
  -- that is asynchronous.
  id INTEGER PRIMARY KEY,
  server_id INTEGER NOT NULL REFERENCES servers (id), -- on which server
  received_us INTEGER NOT NULL,     -- when the result came
  action_id TEXT,                   -- ActionID of the Originate
  channel TEXT,                     -- its name; of one that failed the dial string
  uniqueid TEXT,                    -- of a channel that failed it may name none that ever was
  channel_id INTEGER REFERENCES channels (id), -- that channel
  context TEXT,                     -- where it was to go
  exten TEXT,                       -- the extension there
  application TEXT,                 -- or which application it was to run
  data TEXT,                        -- that application's arguments
  response TEXT,                    -- Asterisk's: Success or Failure
  reason INTEGER,                   -- Asterisk's number
  reason_word TEXT,                 -- of these: failed 0, hangup 1, no-answer 3, answered 4, busy 5, congestion 8
  received_at TEXT AS (strftime('%Y-%m-%dT%H:%M:%S', received_us / 1000000, 'unixepoch') || printf('.%06dZ', received_us % 1000000)) VIRTUAL
) STRICT;
CREATE INDEX originates_channel ON originates (channel_id);

CREATE TABLE dtmf (
  -- One key that was pressed, or sent.
  id INTEGER PRIMARY KEY,
  server_id INTEGER NOT NULL REFERENCES servers (id), -- on which server
  channel_id INTEGER NOT NULL REFERENCES channels (id), -- on which channel
  received_us INTEGER NOT NULL,     -- when it was over
  digit TEXT NOT NULL,              -- always * unless keys are kept in the clear: they may be secrets
  direction TEXT,                   -- received: from the channel; sent: to it
  duration_ms INTEGER,              -- how long it was pressed
  received_at TEXT AS (strftime('%Y-%m-%dT%H:%M:%S', received_us / 1000000, 'unixepoch') || printf('.%06dZ', received_us % 1000000)) VIRTUAL
) STRICT;
CREATE INDEX dtmf_channel ON dtmf (channel_id);
