-- Queues as they said they were, again and again: the answers to QueueStatus and QueueSummary.

CREATE TABLE queue_samples (
  -- One queue at one moment, as an answer to QueueStatus or to QueueSummary says; a column that the other action tells
  -- is NULL. Rows come from lists that came to their end. The counters and means are Asterisk's own, since it started or
  -- they were reset, timeouts counted as abandoned: they are there to be compared, the figures of reports are of queue_visits.
  id INTEGER PRIMARY KEY,
  server_id INTEGER NOT NULL REFERENCES servers (id), -- on which server
  queue_id INTEGER NOT NULL REFERENCES queues (id), -- which queue
  source TEXT NOT NULL,             -- status (QueueStatus) or summary (QueueSummary)
  sampled_us INTEGER NOT NULL,      -- when the answer came
  callers INTEGER,                  -- who wait at that moment: Calls, Callers
  longest_wait_s INTEGER,           -- of these: the longest Wait of a QueueEntry, LongestHoldTime; 0 when nobody waits
  mean_hold_s INTEGER,              -- mean wait of answered callers, later ones weighing more: Holdtime
  mean_talk_s INTEGER,              -- mean talk, likewise: TalkTime
  completed INTEGER,                -- calls that agents took and that are over: Completed
  abandoned INTEGER,                -- callers who left without an agent: Abandoned
  max_callers INTEGER,              -- the most that may wait, 0 any number: Max
  strategy TEXT,                    -- ringall, linear, rrmemory …: Strategy
  weight INTEGER,                   -- against other queues with the same members: Weight
  service_level_s INTEGER,          -- the queue's threshold: ServiceLevel
  service_level_permille INTEGER,   -- completed within the threshold, of all completed: ServicelevelPerf in tenths of a percent
  service_level2_permille INTEGER,  -- completed or abandoned within the threshold, of all: ServicelevelPerf2, likewise
  logged_in INTEGER,                -- members whose device is reachable: LoggedIn
  available INTEGER,                -- of these, who could take a call at once: Available
  members INTEGER,                  -- the members listed; the columns below count these by their Status
  members_paused INTEGER,           -- Paused: 1, whatever the Status
  members_in_call INTEGER,          -- InCall: 1, talking with a caller of this queue; NULL before Asterisk 13
  members_unknown INTEGER,          -- 0: no state known
  members_idle INTEGER,             -- 1: not in use
  members_in_use INTEGER,           -- 2: in use
  members_busy INTEGER,             -- 3: busy
  members_invalid INTEGER,          -- 4: no such device
  members_unavailable INTEGER,      -- 5: not reachable
  members_ringing INTEGER,          -- 6: ringing
  members_ringing_in_use INTEGER,   -- 7: ringing while in use
  members_on_hold INTEGER,          -- 8: on hold
  service_level_percent REAL AS (service_level_permille / 10.0) VIRTUAL, -- service_level_permille in percent
  service_level2_percent REAL AS (service_level2_permille / 10.0) VIRTUAL, -- likewise
  sampled_at TEXT AS (strftime('%Y-%m-%dT%H:%M:%S', sampled_us / 1000000, 'unixepoch') || printf('.%06dZ', sampled_us % 1000000)) VIRTUAL
) STRICT;
CREATE INDEX queue_samples_sampled ON queue_samples (sampled_us);
