-- What was asked of the servers, and what they answered.
-- Written beside the collector: by amirec action, with a busy timeout and without the collector's lock.

CREATE TABLE actions (
  -- One action that amirec action was to send, also one that was refused before. amirecd's own questions are not here.
  -- Not derived: rebuild leaves it alone. It stands here before it is sent, and is completed when its answer has come.
  id INTEGER PRIMARY KEY,           -- server number × 2^40 + a counter of this table alone, in the order of asking
  server_id INTEGER NOT NULL REFERENCES servers (id), -- to which server
  session_id INTEGER REFERENCES sessions (id), -- always NULL: amirec action has a connection of its own, which is no session
  program TEXT NOT NULL,            -- amirec
  machine_user TEXT NOT NULL,       -- who ran it: the machine's user; "anna as root" after su or sudo
  username TEXT,                    -- the manager user of the connection
  name TEXT NOT NULL,               -- of the action, as sent
  action_id TEXT,                   -- which ties the answer to it; NULL: it was not sent
  fields TEXT NOT NULL,             -- JSON array of [name, value] as sent; secrets, and what mask = … names, are ***
  started_us INTEGER NOT NULL,      -- when it was asked for
  sent_us INTEGER,                  -- NULL: it was not sent
  answered_us INTEGER,              -- when the answer, or the list that it is, was complete; NULL: it never was
  response TEXT,                    -- Asterisk's: Success, Error, Goodbye
  message TEXT,                     -- Asterisk's
  items INTEGER,                    -- of the list; NULL when the answer is none
  event TEXT,                       -- which event told the outcome, when that was waited for
  event_result TEXT,                -- what it said
  event_us INTEGER,                 -- when it came
  -- success; error (so says the answer, or the event that was waited for); permission-denied; refused (by amirec: invalid,
  -- or not confirmed, and not sent); not-connected (and not sent); connection-lost, timed-out and interrupted (by SIGINT,
  -- SIGTERM or SIGHUP; sent; whether it had an effect is not known). NULL while it is under way, and for good when the
  -- program was killed meanwhile.
  outcome TEXT,
  error TEXT,                       -- why, in a line; NULL for success
  answer_ms INTEGER AS ((answered_us - sent_us) / 1000) VIRTUAL, -- how long the answer took
  started_at TEXT AS (strftime('%Y-%m-%dT%H:%M:%S', started_us / 1000000, 'unixepoch') || printf('.%06dZ', started_us % 1000000)) VIRTUAL,
  sent_at TEXT AS (strftime('%Y-%m-%dT%H:%M:%S', sent_us / 1000000, 'unixepoch') || printf('.%06dZ', sent_us % 1000000)) VIRTUAL,
  answered_at TEXT AS (strftime('%Y-%m-%dT%H:%M:%S', answered_us / 1000000, 'unixepoch') || printf('.%06dZ', answered_us % 1000000)) VIRTUAL,
  event_at TEXT AS (strftime('%Y-%m-%dT%H:%M:%S', event_us / 1000000, 'unixepoch') || printf('.%06dZ', event_us % 1000000)) VIRTUAL
) STRICT;
CREATE INDEX actions_started ON actions (started_us);
