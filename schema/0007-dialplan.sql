-- What a dialplan does, step by step: filled only when asked for (tables = dialplan_steps, variables).

CREATE TABLE dialplan_steps (
  -- One application that a channel was given to execute (Newexten); kept when asked for.
  id INTEGER PRIMARY KEY,
  server_id INTEGER NOT NULL REFERENCES servers (id), -- on which server
  channel_id INTEGER REFERENCES channels (id), -- NULL for a channel that was never seen
  received_us INTEGER NOT NULL,     -- when it came
  channel TEXT,                     -- its name
  context TEXT,                     -- where in the dialplan it is: context,
  exten TEXT,                       -- extension
  priority INTEGER,                 -- and priority
  application TEXT,                 -- such as Dial
  data TEXT,                        -- its arguments, as executed
  received_at TEXT AS (strftime('%Y-%m-%dT%H:%M:%S', received_us / 1000000, 'unixepoch') || printf('.%06dZ', received_us % 1000000)) VIRTUAL
) STRICT;
CREATE INDEX dialplan_steps_channel ON dialplan_steps (channel_id);

CREATE TABLE variables (
  -- One setting of one variable (VarSet); kept when asked for. Values may be secrets.
  id INTEGER PRIMARY KEY,
  server_id INTEGER NOT NULL REFERENCES servers (id), -- on which server
  channel_id INTEGER REFERENCES channels (id), -- NULL for a global variable, or a channel that was never seen
  received_us INTEGER NOT NULL,     -- when it came
  channel TEXT,                     -- its name; NULL for a global variable
  name TEXT NOT NULL,               -- such as DIALSTATUS, or a function: CDR(userfield)
  value TEXT NOT NULL,              -- what it is set to
  received_at TEXT AS (strftime('%Y-%m-%dT%H:%M:%S', received_us / 1000000, 'unixepoch') || printf('.%06dZ', received_us % 1000000)) VIRTUAL
) STRICT;
CREATE INDEX variables_channel ON variables (channel_id);
