-- The store as of its first version: what was recorded, and the calls derived from it.
-- Times are UTC microseconds (_us), with ISO 8601 text beside them (_at); durations are _ms or _s.
-- Rows of server number n have the ids n × 2^40 + a counter in that server's stream order.

CREATE TABLE servers (
  -- One Asterisk server. Not derived: rebuild leaves it alone.
  id INTEGER PRIMARY KEY,           -- the server's number; the first is 0
  name TEXT NOT NULL UNIQUE,        -- its name in amirec.conf, or given at import
  system_name TEXT,                 -- SystemName of its asterisk.conf, where it has one
  asterisk_version TEXT,            -- AsteriskVersion of CoreSettings, as last seen
  ami_version TEXT,                 -- of the banner, as last seen
  boot_us INTEGER,                  -- when it last started: receive time - Uptime of FullyBooted
  -- How its tables were filled last; rebuild does so again. NULL in stores from before it was kept.
  trunks TEXT,                      -- endpoints that lead outside, with commas (trunks = …)
  tables TEXT,                      -- bulky tables that were asked for, with commas (tables = …)
  dtmf TEXT,                        -- masked or clear: whether dtmf shows which keys were pressed
  boot_at TEXT AS (strftime('%Y-%m-%dT%H:%M:%S', boot_us / 1000000, 'unixepoch') || printf('.%06dZ', boot_us % 1000000)) VIRTUAL
) STRICT;

CREATE TABLE sessions (
  -- One connection to a server's manager port, from connect to close. Not derived.
  id INTEGER PRIMARY KEY,
  server_id INTEGER NOT NULL REFERENCES servers (id), -- on which server
  connected_us INTEGER NOT NULL,    -- when the connection was made
  logged_in_us INTEGER,             -- when the login was accepted; events flow from here on
  ended_us INTEGER,                 -- when it was closed or the recording ended; NULL while open
  end_reason TEXT,                  -- connection-lost, login-refused, shutdown, collector-stopped, recording-ended, cut
  source TEXT NOT NULL,             -- live or import
  source_name TEXT,                 -- the file's name, when imported
  time_source TEXT NOT NULL,        -- received (an .idx told), carried (Timestamp, EventTV, Uniqueid), file (its date)
  banner TEXT,                      -- Asterisk Call Manager/VERSION
  bytes INTEGER NOT NULL,           -- of its stream, up to the end of its last block
  frames INTEGER NOT NULL,          -- messages in these bytes
  cut_frames INTEGER NOT NULL,      -- frames that ended before their end
  connected_at TEXT AS (strftime('%Y-%m-%dT%H:%M:%S', connected_us / 1000000, 'unixepoch') || printf('.%06dZ', connected_us % 1000000)) VIRTUAL,
  logged_in_at TEXT AS (strftime('%Y-%m-%dT%H:%M:%S', logged_in_us / 1000000, 'unixepoch') || printf('.%06dZ', logged_in_us % 1000000)) VIRTUAL,
  ended_at TEXT AS (strftime('%Y-%m-%dT%H:%M:%S', ended_us / 1000000, 'unixepoch') || printf('.%06dZ', ended_us % 1000000)) VIRTUAL,
  UNIQUE (server_id, connected_us)
) STRICT;

CREATE TABLE gaps (
  -- A time that was not observed, or not reliably. Not derived.
  id INTEGER PRIMARY KEY,
  server_id INTEGER NOT NULL REFERENCES servers (id), -- on which server
  session_id INTEGER REFERENCES sessions (id), -- the session before it, or the one in which it lies
  started_us INTEGER NOT NULL,      -- when the last was heard
  ended_us INTEGER,                 -- the login that ended it; NULL while it lasts
  -- Why. Between sessions: connection-lost; shutdown (announced) and restart (seen by the next login) of
  -- the server; login-refused; collector-stopped; not-recorded and cut (the recording ended, or is damaged
  -- from there on). Within a session: cut-frame, cut-recording (something is missing in the stream).
  reason TEXT NOT NULL,
  attempts INTEGER NOT NULL,        -- connections that were tried in vain meanwhile
  started_at TEXT AS (strftime('%Y-%m-%dT%H:%M:%S', started_us / 1000000, 'unixepoch') || printf('.%06dZ', started_us % 1000000)) VIRTUAL,
  ended_at TEXT AS (strftime('%Y-%m-%dT%H:%M:%S', ended_us / 1000000, 'unixepoch') || printf('.%06dZ', ended_us % 1000000)) VIRTUAL
) STRICT;

CREATE TABLE blocks (
  -- The stream as received, byte for byte, in order. Not derived: everything else is derived from it.
  -- SELECT sqlar_uncompress(bytes, size) FROM blocks reads one in the sqlite3 shell.
  id INTEGER PRIMARY KEY,
  server_id INTEGER NOT NULL REFERENCES servers (id), -- on which server
  session_id INTEGER NOT NULL REFERENCES sessions (id), -- whose stream it is of
  session_offset INTEGER NOT NULL,  -- of its first byte in the session's stream
  size INTEGER NOT NULL,            -- bytes before compression
  codec TEXT NOT NULL,              -- zlib, or none where that would not be smaller
  crc32 INTEGER NOT NULL,           -- of the bytes before compression (zlib's crc32)
  first_us INTEGER NOT NULL,        -- receive time of the first chunk with bytes in it
  last_us INTEGER NOT NULL,         -- receive time of the last
  frames INTEGER NOT NULL,          -- messages that end in this block
  event_names TEXT NOT NULL,        -- JSON object: how many frames of each event
  chunks BLOB NOT NULL,             -- the chunk table: zlib stream, see Store/ChunkTable.swift
  bytes BLOB NOT NULL,              -- compressed as the codec says
  UNIQUE (session_id, session_offset)
) STRICT;

CREATE TABLE event_counts (
  -- How many events of each name came in each hour (UTC): every event, those without a table too.
  id INTEGER PRIMARY KEY,
  server_id INTEGER NOT NULL REFERENCES servers (id), -- on which server
  hour_us INTEGER NOT NULL,         -- start of the hour
  name TEXT NOT NULL,               -- of the event, as received
  count INTEGER NOT NULL,           -- all frames of this name, list items included
  list_items INTEGER NOT NULL,      -- of these: answers to an action, not events that happened then
  hour_at TEXT AS (strftime('%Y-%m-%dT%H:%M:%SZ', hour_us / 1000000, 'unixepoch')) VIRTUAL,
  UNIQUE (server_id, hour_us, name)
) STRICT;

CREATE TABLE calls (
  -- The channels that belong together: joined by linkedid, dial, basic bridge, Local pair, transfer,
  -- pickup or parking. Agents of app_agent_pool wait on the line for callers: the login is a call of its own, and so
  -- is that of each caller.
  id INTEGER PRIMARY KEY,
  server_id INTEGER NOT NULL REFERENCES servers (id), -- on which server
  linkedid TEXT,                    -- of its first channel
  caller_number TEXT,               -- of its first channel, as first seen
  caller_name TEXT,                 -- of its first channel, as first seen
  dialled TEXT,                     -- extension that the first channel entered
  callee_number TEXT,               -- of the first channel that the caller talked to, else of the first that was dialled
  callee_name TEXT,                 -- likewise
  started_us INTEGER NOT NULL,      -- first channel's start
  -- When two parties were first connected, or one came up alone (self-service); NULL too where that was not seen: a list
  -- showed them connected, or up.
  answered_us INTEGER,
  ended_us INTEGER,                 -- last channel's end; NULL while it lasts
  ring_ms INTEGER NOT NULL DEFAULT 0, -- in which any channel was being dialled before the call was answered (DialBegin to DialEnd)
  talk_ms INTEGER NOT NULL DEFAULT 0, -- in which any of its channels was in a bridge with another, holds included
  hold_ms INTEGER NOT NULL DEFAULT 0, -- in which any of its channels was on hold (Hold to Unhold)
  direction TEXT,                   -- inbound: began on a trunk; outbound: a trunk was dialled; internal; NULL where no trunks are known (trunks = …)
  disposition TEXT,                 -- answered, self-service, busy, no-answer, cancelled, failed; NULL while open, and if it ended unobserved before an answer
  -- Who ended it. Of an answered call: its last talk. The first HangupRequest behind the beginning of that talk tells: caller
  -- (who waited in a queue, else the first channel that counts), agent (whom a queue connected), callee (any other); or a SoftHangupRequest came
  -- first: system, the dialplan, a limit or the action Hangup. transfer: a transfer ended that talk, and no other followed.
  -- Of an unanswered call: whoever hung up first; callee or agent if the last that was dialled rejected, system if time was up. system
  -- also if the server went down. NULL while open, if it ended unobserved, and where Asterisk has no such events (before 11).
  ended_by TEXT,
  cause INTEGER,                    -- hangup cause of the channel that ended it, else of its first that counts; see hangup_causes; NULL while open
  cause_channel_id INTEGER REFERENCES channels (id), -- of which channel that cause is
  channels INTEGER NOT NULL,        -- how many of its channels count (see channels.counts)
  queue_id INTEGER REFERENCES queues (id), -- the first queue that it came to, be it refused there
  recording_id INTEGER REFERENCES recordings (id), -- the first recording of one of its channels
  filled_by TEXT,                   -- cdr, cel: made or ended by that file, for a time in gaps (reconcile --fill; of one made so, ring_ms and hold_ms are not known); NULL: by the stream
  started_at TEXT AS (strftime('%Y-%m-%dT%H:%M:%S', started_us / 1000000, 'unixepoch') || printf('.%06dZ', started_us % 1000000)) VIRTUAL,
  answered_at TEXT AS (strftime('%Y-%m-%dT%H:%M:%S', answered_us / 1000000, 'unixepoch') || printf('.%06dZ', answered_us % 1000000)) VIRTUAL,
  ended_at TEXT AS (strftime('%Y-%m-%dT%H:%M:%S', ended_us / 1000000, 'unixepoch') || printf('.%06dZ', ended_us % 1000000)) VIRTUAL
) STRICT;
CREATE INDEX calls_started ON calls (started_us);

CREATE TABLE call_merges (
  -- A call that turned out to be part of an older one: the smaller id stays.
  id INTEGER PRIMARY KEY,           -- the call's id that is no longer in calls
  server_id INTEGER NOT NULL REFERENCES servers (id), -- on which server
  call_id INTEGER NOT NULL REFERENCES calls (id), -- what it is part of now
  merged_us INTEGER NOT NULL,       -- when that was seen
  merged_at TEXT AS (strftime('%Y-%m-%dT%H:%M:%S', merged_us / 1000000, 'unixepoch') || printf('.%06dZ', merged_us % 1000000)) VIRTUAL
) STRICT;
CREATE INDEX call_merges_call ON call_merges (call_id);

CREATE TABLE channels (
  -- One Asterisk channel, from Newchannel to Hangup.
  id INTEGER PRIMARY KEY,
  server_id INTEGER NOT NULL REFERENCES servers (id), -- on which server
  call_id INTEGER NOT NULL REFERENCES calls (id), -- the call that it is part of
  name TEXT NOT NULL,               -- Asterisk's, such as PJSIP/101-00000001
  uniqueid TEXT NOT NULL,           -- as announced; not a key: clients may choose it, and before Asterisk 12 a masquerade changes it; empty where a CDR file alone names the channel
  linkedid TEXT,                    -- as last seen
  technology TEXT NOT NULL,         -- of the name, before the slash
  endpoint TEXT,                    -- of the name, between slash and serial number
  caller_number TEXT,               -- first one seen
  caller_name TEXT,                 -- first one seen
  connected_number TEXT,            -- last one seen
  account_code TEXT,                -- as first seen
  context TEXT,                     -- where it entered the dialplan
  exten TEXT,                       -- what it dialled: the first extension seen
  state INTEGER NOT NULL,           -- ChannelState as last seen; 6 is up
  -- How it was first known: newchannel; snapshot: a list showed it; seen: an event did; both when it was there before
  -- it was announced to us; cdr, cel: by that file, for a time in gaps.
  opened_by TEXT NOT NULL,
  started_us INTEGER NOT NULL,      -- Newchannel; reckoned back by the Duration of a list; or when it was first seen
  answered_us INTEGER,              -- when it came up; of one that was up when it was first seen, that moment
  ended_us INTEGER,                 -- NULL while it lives
  -- How its end is known: hangup; restart: the server went down over it; gap: it ended while not observed, after the
  -- session that ended then; snapshot: from then on complete lists lacked it, and no Hangup came; cdr, cel: by that
  -- file, for a time in gaps; limit: more went on than the recorder holds (table limits).
  closed_by TEXT,
  cause INTEGER,                    -- of Hangup; see hangup_causes (a dialplan may send codes that it lacks)
  cause_text TEXT,                  -- Cause-txt
  tech_cause TEXT,                  -- TechCause, where the version has it
  local_channel_id INTEGER REFERENCES channels (id), -- the other half of a Local channel
  counts INTEGER NOT NULL,          -- 1 if figures count it; 0 for half ;2 of a Local channel, and for ;1 of one that only leads to others
  started_at TEXT AS (strftime('%Y-%m-%dT%H:%M:%S', started_us / 1000000, 'unixepoch') || printf('.%06dZ', started_us % 1000000)) VIRTUAL,
  answered_at TEXT AS (strftime('%Y-%m-%dT%H:%M:%S', answered_us / 1000000, 'unixepoch') || printf('.%06dZ', answered_us % 1000000)) VIRTUAL,
  ended_at TEXT AS (strftime('%Y-%m-%dT%H:%M:%S', ended_us / 1000000, 'unixepoch') || printf('.%06dZ', ended_us % 1000000)) VIRTUAL
) STRICT;
CREATE INDEX channels_call ON channels (call_id);
CREATE INDEX channels_uniqueid ON channels (uniqueid);
CREATE INDEX channels_started ON channels (started_us);

CREATE TABLE dials (
  -- One attempt to reach a channel: DialBegin to DialEnd.
  id INTEGER PRIMARY KEY,
  server_id INTEGER NOT NULL REFERENCES servers (id), -- on which server
  call_id INTEGER NOT NULL REFERENCES calls (id), -- the call that it is part of
  channel_id INTEGER REFERENCES channels (id), -- who dials; NULL when an originate does
  dest_channel_id INTEGER NOT NULL REFERENCES channels (id), -- who is dialled
  dial_string TEXT,                 -- DialString, as Asterisk gives it
  started_us INTEGER NOT NULL,      -- DialBegin
  ringing_us INTEGER,               -- first RINGING
  ended_us INTEGER,                 -- DialEnd, or the end of the dialled channel
  status TEXT,                      -- DialStatus: ANSWER, BUSY, NOANSWER, CANCEL, CHANUNAVAIL, CONGESTION …; NULL if no DialEnd came
  forward TEXT,                     -- where the dialled party forwarded to
  started_at TEXT AS (strftime('%Y-%m-%dT%H:%M:%S', started_us / 1000000, 'unixepoch') || printf('.%06dZ', started_us % 1000000)) VIRTUAL,
  ringing_at TEXT AS (strftime('%Y-%m-%dT%H:%M:%S', ringing_us / 1000000, 'unixepoch') || printf('.%06dZ', ringing_us % 1000000)) VIRTUAL,
  ended_at TEXT AS (strftime('%Y-%m-%dT%H:%M:%S', ended_us / 1000000, 'unixepoch') || printf('.%06dZ', ended_us % 1000000)) VIRTUAL
) STRICT;
CREATE INDEX dials_call ON dials (call_id);

CREATE TABLE bridges (
  -- One Asterisk bridge: what connects channels.
  id INTEGER PRIMARY KEY,
  server_id INTEGER NOT NULL REFERENCES servers (id), -- on which server
  call_id INTEGER REFERENCES calls (id), -- basic bridges only: conferences and parking lots join strangers
  bridge_uniqueid TEXT NOT NULL,    -- BridgeUniqueid: Asterisk's; before 12, the uniqueids of its two channels
  type TEXT,                        -- BridgeType: basic, base, parking, stasis …
  technology TEXT,                  -- BridgeTechnology as last seen; before Asterisk 12, Bridgetype
  creator TEXT,                     -- BridgeCreator: ConfBridge, Parking …
  name TEXT,                        -- BridgeName
  opened_by TEXT NOT NULL DEFAULT 'event', -- event, or snapshot: a list showed it before any event did
  started_us INTEGER NOT NULL,      -- BridgeCreate, or when it was first seen
  ended_us INTEGER,                 -- BridgeDestroy; NULL while it lasts
  closed_by TEXT,                   -- event, restart, gap, snapshot, limit: as in channels
  started_at TEXT AS (strftime('%Y-%m-%dT%H:%M:%S', started_us / 1000000, 'unixepoch') || printf('.%06dZ', started_us % 1000000)) VIRTUAL,
  ended_at TEXT AS (strftime('%Y-%m-%dT%H:%M:%S', ended_us / 1000000, 'unixepoch') || printf('.%06dZ', ended_us % 1000000)) VIRTUAL
) STRICT;
CREATE INDEX bridges_call ON bridges (call_id);

CREATE TABLE bridge_members (
  -- One stay of one channel in one bridge.
  id INTEGER PRIMARY KEY,
  server_id INTEGER NOT NULL REFERENCES servers (id), -- on which server
  bridge_id INTEGER NOT NULL REFERENCES bridges (id), -- in which bridge
  channel_id INTEGER NOT NULL REFERENCES channels (id), -- which channel
  opened_by TEXT NOT NULL DEFAULT 'event', -- event, or snapshot: a list showed it in there before any event did
  entered_us INTEGER NOT NULL,      -- when it entered, or was first seen in it
  left_us INTEGER,                  -- NULL while it is in it
  closed_by TEXT,                   -- event (of the stay, the channel or the bridge), restart, gap, snapshot, limit: as in channels
  entered_at TEXT AS (strftime('%Y-%m-%dT%H:%M:%S', entered_us / 1000000, 'unixepoch') || printf('.%06dZ', entered_us % 1000000)) VIRTUAL,
  left_at TEXT AS (strftime('%Y-%m-%dT%H:%M:%S', left_us / 1000000, 'unixepoch') || printf('.%06dZ', left_us % 1000000)) VIRTUAL
) STRICT;
CREATE INDEX bridge_members_bridge ON bridge_members (bridge_id);
CREATE INDEX bridge_members_channel ON bridge_members (channel_id);

CREATE TABLE cdrs (
  -- Asterisk's own call detail records, as the Cdr event gives them. The columns have the names
  -- that Asterisk's database back ends use. Times are the server's local text.
  id INTEGER PRIMARY KEY,
  server_id INTEGER NOT NULL REFERENCES servers (id), -- on which server
  channel_id INTEGER REFERENCES channels (id), -- by uniqueid
  received_us INTEGER NOT NULL,     -- when it was received
  accountcode TEXT,                 -- of the channel
  src TEXT,                         -- the caller's number
  dst TEXT,                         -- the extension dialled
  dcontext TEXT,                    -- its context
  clid TEXT,                        -- the caller's name and number
  channel TEXT,                     -- the caller's channel
  dstchannel TEXT,                  -- the channel that was dialled
  lastapp TEXT,                     -- the last application that ran
  lastdata TEXT,                    -- its arguments
  start TEXT,                       -- when it began
  answer TEXT,                      -- when it was answered
  "end" TEXT,                       -- when it ended
  duration INTEGER,                 -- seconds
  billsec INTEGER,                  -- seconds since answer
  disposition TEXT,                 -- ANSWERED, NO ANSWER, BUSY, FAILED, CONGESTION
  amaflags TEXT,                    -- DOCUMENTATION, BILLING, OMIT
  userfield TEXT,                   -- as the dialplan set it
  uniqueid TEXT,                    -- the caller's channel
  linkedid TEXT,                    -- where cdr_manager.conf maps it
  peeraccount TEXT,                 -- likewise
  sequence INTEGER,                 -- likewise; with uniqueid and linkedid it is the key
  filled_by TEXT,                   -- cdr: from that file, for a time in gaps (reconcile --fill); NULL: received
  received_at TEXT AS (strftime('%Y-%m-%dT%H:%M:%S', received_us / 1000000, 'unixepoch') || printf('.%06dZ', received_us % 1000000)) VIRTUAL
) STRICT;
CREATE INDEX cdrs_channel ON cdrs (channel_id);

CREATE TABLE cels (
  -- Asterisk's channel event log, as the CEL event gives it; kept when asked for (tables = cels).
  -- The columns have the names that Asterisk's database back ends use.
  id INTEGER PRIMARY KEY,
  server_id INTEGER NOT NULL REFERENCES servers (id), -- on which server
  received_us INTEGER NOT NULL,     -- when it was received
  eventtype TEXT,                   -- CHAN_START, ANSWER, BRIDGE_ENTER …
  eventtime TEXT,                   -- the server's local text
  cid_name TEXT,                    -- the caller's name
  cid_num TEXT,                     -- the caller's number
  cid_ani TEXT,                     -- automatic number identification
  cid_rdnis TEXT,                   -- who redirected
  cid_dnid TEXT,                    -- the number dialled
  exten TEXT,                       -- the extension it is at
  context TEXT,                     -- of that extension
  channame TEXT,                    -- the channel
  appname TEXT,                     -- the application it runs
  appdata TEXT,                     -- its arguments
  amaflags TEXT,                    -- DOCUMENTATION, BILLING, OMIT
  accountcode TEXT,                 -- of the channel
  uniqueid TEXT,                    -- of the channel
  linkedid TEXT,                    -- of the channel
  peer TEXT,                        -- the channel it is bridged with
  peeraccount TEXT,                 -- of that channel
  userdeftype TEXT,                 -- of an event of the user
  userfield TEXT,                   -- as the dialplan set it
  extra TEXT,                       -- JSON of what the event has besides
  filled_by TEXT,                   -- cel: from that file, for a time in gaps (reconcile --fill); NULL: received
  received_at TEXT AS (strftime('%Y-%m-%dT%H:%M:%S', received_us / 1000000, 'unixepoch') || printf('.%06dZ', received_us % 1000000)) VIRTUAL
) STRICT;

CREATE TABLE system_events (
  -- What the server says of itself: FullyBooted, Shutdown, Reload, Load, Unload.
  id INTEGER PRIMARY KEY,
  server_id INTEGER NOT NULL REFERENCES servers (id), -- on which server
  session_id INTEGER NOT NULL REFERENCES sessions (id), -- in which session
  received_us INTEGER NOT NULL,     -- when it was received
  name TEXT NOT NULL,               -- of the event
  headers TEXT NOT NULL,            -- JSON object of its headers, but for those that every event has
  received_at TEXT AS (strftime('%Y-%m-%dT%H:%M:%S', received_us / 1000000, 'unixepoch') || printf('.%06dZ', received_us % 1000000)) VIRTUAL
) STRICT;

CREATE TABLE positions (
  -- How far a server's stream has been taken in, and the normalizer's state there: where a restart goes on.
  id INTEGER PRIMARY KEY REFERENCES servers (id), -- the server
  session_id INTEGER NOT NULL REFERENCES sessions (id), -- the session taken in last
  session_offset INTEGER NOT NULL,  -- bytes of that session that are in blocks
  last_us INTEGER NOT NULL,         -- receive time of the last of these bytes
  state BLOB NOT NULL               -- see Normalization/State.swift
) STRICT;

CREATE TABLE collector (
  -- What amirecd is doing: one row, written at most once a second. Not derived.
  id INTEGER PRIMARY KEY CHECK (id = 1),
  version TEXT NOT NULL,            -- of amirecd
  pid INTEGER NOT NULL,             -- of its process
  started_us INTEGER NOT NULL,      -- when that process began
  written_us INTEGER NOT NULL,      -- older than some seconds: amirecd is gone
  stopped_us INTEGER,               -- set by an orderly end
  servers TEXT NOT NULL,            -- JSON array of objects: name, state, connected_us, behind_bytes, behind_us, error
  started_at TEXT AS (strftime('%Y-%m-%dT%H:%M:%S', started_us / 1000000, 'unixepoch') || printf('.%06dZ', started_us % 1000000)) VIRTUAL,
  written_at TEXT AS (strftime('%Y-%m-%dT%H:%M:%S', written_us / 1000000, 'unixepoch') || printf('.%06dZ', written_us % 1000000)) VIRTUAL,
  stopped_at TEXT AS (strftime('%Y-%m-%dT%H:%M:%S', stopped_us / 1000000, 'unixepoch') || printf('.%06dZ', stopped_us % 1000000)) VIRTUAL
) STRICT;

CREATE TABLE hangup_causes (
  -- Asterisk's hangup causes (ITU-T Q.850 with additions). Source: include/asterisk/causes.h.
  code INTEGER PRIMARY KEY,
  name TEXT NOT NULL,               -- without the prefix AST_CAUSE_
  aliases TEXT,                     -- other names of the same code, separated by spaces
  meaning TEXT NOT NULL,            -- in words
  class TEXT NOT NULL               -- not-set, normal, resource, service, not-implemented, invalid, protocol, interworking
) STRICT;

INSERT INTO hangup_causes (code, name, aliases, meaning, class) VALUES
  (0, 'NOTDEFINED', NULL, 'No cause was set', 'not-set'),
  (1, 'UNALLOCATED', NULL, 'Unallocated number', 'normal'),
  (2, 'NO_ROUTE_TRANSIT_NET', NULL, 'No route to the transit network', 'normal'),
  (3, 'NO_ROUTE_DESTINATION', NULL, 'No route to the destination', 'normal'),
  (5, 'MISDIALLED_TRUNK_PREFIX', NULL, 'Misdialled trunk prefix', 'normal'),
  (6, 'CHANNEL_UNACCEPTABLE', NULL, 'Channel unacceptable', 'normal'),
  (7, 'CALL_AWARDED_DELIVERED', NULL, 'Call awarded and delivered in an established channel', 'normal'),
  (8, 'PRE_EMPTED', NULL, 'Pre-empted', 'normal'),
  (14, 'NUMBER_PORTED_NOT_HERE', NULL, 'Number ported, not here', 'normal'),
  (16, 'NORMAL_CLEARING', 'NORMAL', 'Normal clearing', 'normal'),
  (17, 'USER_BUSY', 'BUSY', 'User busy', 'normal'),
  (18, 'NO_USER_RESPONSE', NULL, 'No user response', 'normal'),
  (19, 'NO_ANSWER', 'NOANSWER', 'No answer from the user', 'normal'),
  (20, 'SUBSCRIBER_ABSENT', 'UNREGISTERED', 'Subscriber absent', 'normal'),
  (21, 'CALL_REJECTED', NULL, 'Call rejected', 'normal'),
  (22, 'NUMBER_CHANGED', NULL, 'Number changed', 'normal'),
  (23, 'REDIRECTED_TO_NEW_DESTINATION', NULL, 'Redirected to a new destination', 'normal'),
  (26, 'ANSWERED_ELSEWHERE', NULL, 'Answered elsewhere', 'normal'),
  (27, 'DESTINATION_OUT_OF_ORDER', NULL, 'Destination out of order', 'normal'),
  (28, 'INVALID_NUMBER_FORMAT', NULL, 'Invalid number format', 'normal'),
  (29, 'FACILITY_REJECTED', NULL, 'Facility rejected', 'normal'),
  (30, 'RESPONSE_TO_STATUS_ENQUIRY', NULL, 'Response to a status enquiry', 'normal'),
  (31, 'NORMAL_UNSPECIFIED', NULL, 'Normal, unspecified', 'normal'),
  (34, 'NORMAL_CIRCUIT_CONGESTION', 'CONGESTION', 'No circuit or channel available', 'resource'),
  (38, 'NETWORK_OUT_OF_ORDER', 'FAILURE', 'Network out of order', 'resource'),
  (41, 'NORMAL_TEMPORARY_FAILURE', NULL, 'Temporary failure', 'resource'),
  (42, 'SWITCH_CONGESTION', NULL, 'Switching equipment congestion', 'resource'),
  (43, 'ACCESS_INFO_DISCARDED', NULL, 'Access information discarded', 'resource'),
  (44, 'REQUESTED_CHAN_UNAVAIL', NULL, 'Requested channel unavailable', 'resource'),
  (50, 'FACILITY_NOT_SUBSCRIBED', NULL, 'Facility not subscribed', 'service'),
  (52, 'OUTGOING_CALL_BARRED', NULL, 'Outgoing call barred', 'service'),
  (54, 'INCOMING_CALL_BARRED', NULL, 'Incoming call barred', 'service'),
  (57, 'BEARERCAPABILITY_NOTAUTH', NULL, 'Bearer capability not authorized', 'service'),
  (58, 'BEARERCAPABILITY_NOTAVAIL', NULL, 'Bearer capability not available', 'service'),
  (65, 'BEARERCAPABILITY_NOTIMPL', NULL, 'Bearer capability not implemented', 'not-implemented'),
  (66, 'CHAN_NOT_IMPLEMENTED', 'NOSUCHDRIVER', 'Channel type not implemented', 'not-implemented'),
  (69, 'FACILITY_NOT_IMPLEMENTED', NULL, 'Facility not implemented', 'not-implemented'),
  (81, 'INVALID_CALL_REFERENCE', NULL, 'Invalid call reference', 'invalid'),
  (88, 'INCOMPATIBLE_DESTINATION', NULL, 'Incompatible destination', 'invalid'),
  (95, 'INVALID_MSG_UNSPECIFIED', NULL, 'Invalid message, unspecified', 'invalid'),
  (96, 'MANDATORY_IE_MISSING', NULL, 'Mandatory information element missing', 'protocol'),
  (97, 'MESSAGE_TYPE_NONEXIST', NULL, 'Message type does not exist', 'protocol'),
  (98, 'WRONG_MESSAGE', NULL, 'Message not compatible with the call state', 'protocol'),
  (99, 'IE_NONEXIST', NULL, 'Information element does not exist', 'protocol'),
  (100, 'INVALID_IE_CONTENTS', NULL, 'Invalid information element contents', 'protocol'),
  (101, 'WRONG_CALL_STATE', NULL, 'Message in the wrong call state', 'protocol'),
  (102, 'RECOVERY_ON_TIMER_EXPIRE', NULL, 'Recovery on timer expiry', 'protocol'),
  (103, 'MANDATORY_IE_LENGTH_ERROR', NULL, 'Mandatory information element has a wrong length', 'protocol'),
  (111, 'PROTOCOL_ERROR', NULL, 'Protocol error, unspecified', 'protocol'),
  (127, 'INTERWORKING', NULL, 'Interworking, unspecified', 'interworking');
