-- Queues: who waited where, how it ended, and who was rung.

CREATE TABLE queues (
  -- A queue that was seen, or that callers were sent to though there is none (their visits are refused, UNKNOWN), with its settings as QueueStatus last told them.
  id INTEGER PRIMARY KEY,
  server_id INTEGER NOT NULL REFERENCES servers (id), -- on which server
  name TEXT NOT NULL,               -- of queues.conf
  strategy TEXT,                    -- ringall, linear, rrmemory …
  max_callers INTEGER,              -- the most that may wait; 0 is any number
  service_level_s INTEGER,          -- the queue's own threshold: ServiceLevel
  weight INTEGER,                   -- against other queues with the same members
  first_seen_us INTEGER NOT NULL,   -- when it was first heard of
  first_seen_at TEXT AS (strftime('%Y-%m-%dT%H:%M:%S', first_seen_us / 1000000, 'unixepoch') || printf('.%06dZ', first_seen_us % 1000000)) VIRTUAL,
  UNIQUE (server_id, name)
) STRICT;

CREATE TABLE queue_visits (
  -- One wait of one caller in one queue, refused ones too. A caller who comes again makes another visit;
  -- one whose place another channel takes (attended transfer) goes on with the same.
  id INTEGER PRIMARY KEY,
  server_id INTEGER NOT NULL REFERENCES servers (id), -- on which server
  call_id INTEGER REFERENCES calls (id), -- the call that it is part of
  queue_id INTEGER NOT NULL REFERENCES queues (id), -- in which queue
  channel_id INTEGER REFERENCES channels (id), -- the caller; after a transfer into the queue, who was transferred
  entered_channel_id INTEGER REFERENCES channels (id), -- who joined; another one after such a transfer
  opened_by TEXT NOT NULL,          -- join; refusal; snapshot (QueueStatus listed it), seen (a later event told it); queue-log: by that file, for a time in gaps
  joined_us INTEGER NOT NULL,       -- for snapshot and seen reckoned back from whole seconds, where told
  left_us INTEGER,                  -- when the caller left the queue; NULL while waiting
  outcome TEXT,                     -- answered, timeout, left-empty, withdrawn, exit-key, refused, abandoned, incompatible, unknown; NULL while open
  queue_status TEXT,                -- Asterisk's word: QUEUESTATUS (CONTINUE, TIMEOUT, LEAVEEMPTY, FULL, JOINEMPTY, UNKNOWN: no such queue …)
  wait_ms INTEGER,                  -- joining to being connected with an agent, else to leaving
  original_position INTEGER,        -- place in the queue on joining; the first is 1
  last_position INTEGER,            -- place on leaving; while waiting, that which QueueStatus last told
  priority INTEGER,                 -- QUEUE_PRIO as it was set on the channel, or as QueueStatus told it; NULL: not seen
  agent TEXT,                       -- who was connected: MemberName, else Interface
  interface TEXT,                   -- Interface of that member
  agent_channel_id INTEGER REFERENCES channels (id), -- the agent's channel
  connected_us INTEGER,             -- AgentConnect
  talk_ended_us INTEGER,            -- when the agent left, or the caller
  talk_ms INTEGER,                  -- from connected to talk_ended
  hold_ms INTEGER,                  -- of talk_ms: the caller or the agent was on hold
  ended_by TEXT,                    -- caller, agent or transfer: AgentComplete's Reason, else who left first
  next_context TEXT,                -- where the caller's channel went on in the dialplan
  next_exten TEXT,                  -- the extension there
  closed_by TEXT,                   -- restart, when the server went down over it; limit: more went on than the recorder holds (table limits); queue-log: its end is that file's, for a time in gaps
  joined_at TEXT AS (strftime('%Y-%m-%dT%H:%M:%S', joined_us / 1000000, 'unixepoch') || printf('.%06dZ', joined_us % 1000000)) VIRTUAL,
  left_at TEXT AS (strftime('%Y-%m-%dT%H:%M:%S', left_us / 1000000, 'unixepoch') || printf('.%06dZ', left_us % 1000000)) VIRTUAL,
  connected_at TEXT AS (strftime('%Y-%m-%dT%H:%M:%S', connected_us / 1000000, 'unixepoch') || printf('.%06dZ', connected_us % 1000000)) VIRTUAL,
  talk_ended_at TEXT AS (strftime('%Y-%m-%dT%H:%M:%S', talk_ended_us / 1000000, 'unixepoch') || printf('.%06dZ', talk_ended_us % 1000000)) VIRTUAL
) STRICT;
CREATE INDEX queue_visits_call ON queue_visits (call_id);
CREATE INDEX queue_visits_joined ON queue_visits (joined_us);

CREATE TABLE queue_offers (
  -- One ringing of one member for one visit.
  id INTEGER PRIMARY KEY,
  server_id INTEGER NOT NULL REFERENCES servers (id), -- on which server
  visit_id INTEGER NOT NULL REFERENCES queue_visits (id), -- who waited
  queue_id INTEGER NOT NULL REFERENCES queues (id), -- in which queue
  channel_id INTEGER REFERENCES channels (id), -- the member's
  agent TEXT,                       -- MemberName, else Interface
  interface TEXT,                   -- that was dialled
  called_us INTEGER NOT NULL,       -- when the ringing began
  ended_us INTEGER,                 -- when the ringing ended
  outcome TEXT,                     -- connected, no-answer, busy, cancelled, answered-elsewhere, dumped (AgentDump), unknown, limit (more went on than the recorder holds); NULL while open
  dial_status TEXT,                 -- DialStatus of its DialEnd
  ring_ms INTEGER,                  -- from called to ended
  filled_by TEXT,                   -- queue-log: made or ended by that file, for a time in gaps (reconcile --fill); NULL: by the stream
  called_at TEXT AS (strftime('%Y-%m-%dT%H:%M:%S', called_us / 1000000, 'unixepoch') || printf('.%06dZ', called_us % 1000000)) VIRTUAL,
  ended_at TEXT AS (strftime('%Y-%m-%dT%H:%M:%S', ended_us / 1000000, 'unixepoch') || printf('.%06dZ', ended_us % 1000000)) VIRTUAL
) STRICT;
CREATE INDEX queue_offers_visit ON queue_offers (visit_id);
CREATE INDEX queue_offers_called ON queue_offers (called_us);

CREATE TABLE queue_members (
  -- One membership of one interface in one queue, from its being added or first seen to its removal.
  id INTEGER PRIMARY KEY,
  server_id INTEGER NOT NULL REFERENCES servers (id), -- on which server
  queue_id INTEGER NOT NULL REFERENCES queues (id), -- of which queue
  agent TEXT NOT NULL,              -- MemberName, else Interface
  interface TEXT NOT NULL,          -- what is dialled
  state_interface TEXT,             -- whose device state counts
  membership TEXT,                  -- static, dynamic, realtime
  penalty INTEGER,                  -- as last seen
  paused INTEGER NOT NULL,          -- 1 while paused, as last seen
  paused_reason TEXT,               -- as given with the pause last seen
  ring_in_use INTEGER,              -- 1 if rung while talking, as last seen
  status INTEGER,                   -- of its device, as last seen: 0 unknown, 1 idle, 2 in use, 3 busy, 4 invalid, 5 unavailable, 6 ringing, 7 ringing in use, 8 on hold
  in_call INTEGER,                  -- 1 while talking with a caller of this queue, as last seen
  calls_taken INTEGER,              -- Asterisk's count of the calls it took, as last seen
  last_call_us INTEGER,             -- when the last of these ended, to the second
  wrap_up_s INTEGER,                -- the membership's own wrapuptime; 0: its queue's, which Asterisk does not tell
  opened_by TEXT NOT NULL,          -- added; seen when it was there before
  started_us INTEGER NOT NULL,      -- when it was added; by its LoginTime (to the second) where that was not seen, else when it was first seen
  ended_us INTEGER,                 -- NULL while it lasts
  closed_by TEXT,                   -- removed; unobserved (gone after a time that was not observed); restart; limit: as in queue_visits
  started_at TEXT AS (strftime('%Y-%m-%dT%H:%M:%S', started_us / 1000000, 'unixepoch') || printf('.%06dZ', started_us % 1000000)) VIRTUAL,
  ended_at TEXT AS (strftime('%Y-%m-%dT%H:%M:%S', ended_us / 1000000, 'unixepoch') || printf('.%06dZ', ended_us % 1000000)) VIRTUAL,
  last_call_at TEXT AS (strftime('%Y-%m-%dT%H:%M:%S', last_call_us / 1000000, 'unixepoch') || printf('.%06dZ', last_call_us % 1000000)) VIRTUAL
) STRICT;

CREATE TABLE agent_intervals (
  -- A time in which one agent was in one state, merged over all queues and their calls: times in one state do not overlap.
  -- Ringing and talking are those of queue_offers and queue_visits, not of other calls. Wrap-up follows a talk where the
  -- membership has a wrap_up_s of its own, until that time is up or the agent is rung, talks, pauses or leaves.
  id INTEGER PRIMARY KEY,
  server_id INTEGER NOT NULL REFERENCES servers (id), -- on which server
  agent TEXT NOT NULL,              -- MemberName, else Interface; the agent id of app_agent_pool
  source TEXT NOT NULL,             -- queue (memberships) or agent-pool (AgentLogin)
  state TEXT NOT NULL,              -- logged-in (a dynamic membership in any queue, or a login), paused (in any queue), ringing, talking, wrap-up
  reason TEXT,                      -- of a pause, as given; another reason begins another interval
  opened_by TEXT NOT NULL,          -- event; snapshot or seen when it was there before: reckoned back, where told; queue-log: by that file, for a time in gaps
  started_us INTEGER NOT NULL,      -- when it began
  ended_us INTEGER,                 -- NULL while it lasts
  closed_by TEXT,                   -- removed, unpaused, reason-changed, logoff, unobserved, restart, limit; ended (ringing and talking); time-up, ringing, talking, paused (wrap-up); queue-log: its end is that file's
  started_at TEXT AS (strftime('%Y-%m-%dT%H:%M:%S', started_us / 1000000, 'unixepoch') || printf('.%06dZ', started_us % 1000000)) VIRTUAL,
  ended_at TEXT AS (strftime('%Y-%m-%dT%H:%M:%S', ended_us / 1000000, 'unixepoch') || printf('.%06dZ', ended_us % 1000000)) VIRTUAL
) STRICT;
CREATE INDEX agent_intervals_started ON agent_intervals (started_us);
