-- What the recorder notes of itself: steps of the clock, and bytes of the stream that are kept but not read.

CREATE TABLE clock_steps (
  -- The wall clock of the recording machine was set while a session went on. Times within a session come from a clock
  -- that is never set, anchored to the wall clock as the connection was made: a step changes no time and no duration. Not derived.
  id INTEGER PRIMARY KEY,
  server_id INTEGER NOT NULL REFERENCES servers (id), -- whose session it was seen in
  session_id INTEGER NOT NULL REFERENCES sessions (id), -- in which session
  stepped_us INTEGER NOT NULL,      -- when it was seen, by the session's clock
  step_ms INTEGER NOT NULL,         -- by how much: positive when the wall clock was set ahead
  stepped_at TEXT AS (strftime('%Y-%m-%dT%H:%M:%S', stepped_us / 1000000, 'unixepoch') || printf('.%06dZ', stepped_us % 1000000)) VIRTUAL
) STRICT;

-- Bytes that are in the archive but in no table (reason skipped: a message that ended the program twice), or were and cannot be read
-- back (reason damaged: a block that the disk lost). Comments between slashes: SQLite keeps them in the table's text.
ALTER TABLE gaps ADD COLUMN session_offset INTEGER /* skipped, damaged: where in the session's stream the bytes begin */;
ALTER TABLE gaps ADD COLUMN length INTEGER /* skipped, damaged: how many bytes */;

CREATE TABLE limits (
  -- Of what more went on at a time than the recorder holds (Normalization/Ceilings.swift), which is about ten times what the largest
  -- servers have: how much it let go of. The rows of what was closed so say limit. The archive has all of the stream in any case.
  id INTEGER PRIMARY KEY,
  server_id INTEGER NOT NULL REFERENCES servers (id), -- on which server
  session_id INTEGER NOT NULL REFERENCES sessions (id), -- in which session
  -- Of what: channels, bridges, conferences, parkings, transfers, recordings, queue_visits, queue_offers, queue_members, agents,
  -- registrations, device_states: closed, or over and forgotten before late events were due; queue_samples: became no rows;
  -- linkedids: lead to their call no more; early_records: records before their channel that got none; dials_before_12: how they ended
  -- is not known; queues, event_names: events that name one beyond the ceiling, taken in under (others).
  kind TEXT NOT NULL,
  ceiling INTEGER NOT NULL,         -- how many are held at most
  first_us INTEGER NOT NULL,        -- when it was first reached in the session
  last_us INTEGER NOT NULL,         -- when last
  count INTEGER NOT NULL,           -- how many were let go of
  first_at TEXT AS (strftime('%Y-%m-%dT%H:%M:%S', first_us / 1000000, 'unixepoch') || printf('.%06dZ', first_us % 1000000)) VIRTUAL,
  last_at TEXT AS (strftime('%Y-%m-%dT%H:%M:%S', last_us / 1000000, 'unixepoch') || printf('.%06dZ', last_us % 1000000)) VIRTUAL
) STRICT;

-- After a step back an hour comes again: then it has a second row of a name, so the three columns are no key any more.
ALTER TABLE event_counts RENAME TO event_counts_before;
CREATE TABLE event_counts (
  -- How many events of each name came in each hour (UTC): every event, those without a table too. Where the clock was set
  -- back an hour may have several rows of one name: sum them.
  id INTEGER PRIMARY KEY,
  server_id INTEGER NOT NULL REFERENCES servers (id), -- on which server
  hour_us INTEGER NOT NULL,         -- start of the hour
  name TEXT NOT NULL,               -- of the event, as received; (others): those beyond the first 2,000 unknown names of the hour
  count INTEGER NOT NULL,           -- all frames of this name, list items included
  list_items INTEGER NOT NULL,      -- of these: answers to an action, not events that happened then
  hour_at TEXT AS (strftime('%Y-%m-%dT%H:%M:%SZ', hour_us / 1000000, 'unixepoch')) VIRTUAL
) STRICT;
INSERT INTO event_counts (id, server_id, hour_us, name, count, list_items)
  SELECT id, server_id, hour_us, name, count, list_items FROM event_counts_before;
DROP TABLE event_counts_before;
CREATE INDEX event_counts_hour ON event_counts (server_id, hour_us, name);

-- Where the collector keeps what is not in the store yet: status compares the two.
ALTER TABLE collector ADD COLUMN journal TEXT /* the folder with a journal for each server */;
