-- What was filled into times that nobody observed, from Asterisk's own files (amirec reconcile --fill).

CREATE TABLE log_blocks (
  -- The lines of Asterisk's own files that a fill used, byte for byte. Not derived: rebuild applies them again,
  -- fill by fill. They are no part of the stream, so they stand in no session and not in blocks.
  -- SELECT sqlar_uncompress(bytes, size) FROM log_blocks reads one in the sqlite3 shell.
  id INTEGER PRIMARY KEY,
  server_id INTEGER NOT NULL REFERENCES servers (id), -- whose files these were
  fill INTEGER NOT NULL,            -- number of the fill of this server, from 1
  kind TEXT NOT NULL,               -- queue-log, cdr, cel
  zone TEXT NOT NULL,               -- time zone of the local times in them
  filled_us INTEGER NOT NULL,       -- when they were used
  first_us INTEGER NOT NULL,        -- time of the first line, as it says
  last_us INTEGER NOT NULL,         -- time of the last
  lines INTEGER NOT NULL,           -- records in it
  size INTEGER NOT NULL,            -- bytes before compression
  codec TEXT NOT NULL,              -- zlib, or none where that would not be smaller
  crc32 INTEGER NOT NULL,           -- of the bytes before compression (zlib's crc32)
  bytes BLOB NOT NULL,              -- compressed as the codec says
  filled_at TEXT AS (strftime('%Y-%m-%dT%H:%M:%S', filled_us / 1000000, 'unixepoch') || printf('.%06dZ', filled_us % 1000000)) VIRTUAL,
  first_at TEXT AS (strftime('%Y-%m-%dT%H:%M:%S', first_us / 1000000, 'unixepoch') || printf('.%06dZ', first_us % 1000000)) VIRTUAL,
  last_at TEXT AS (strftime('%Y-%m-%dT%H:%M:%S', last_us / 1000000, 'unixepoch') || printf('.%06dZ', last_us % 1000000)) VIRTUAL
) STRICT;
CREATE INDEX log_blocks_fill ON log_blocks (server_id, fill);

-- A queue that so far only a file told of is in the stream now: its row gives way.
CREATE TRIGGER queues_adopt BEFORE INSERT ON queues
WHEN EXISTS (SELECT 1 FROM queues WHERE server_id = NEW.server_id AND name = NEW.name AND id <> NEW.id)
BEGIN
  UPDATE queue_visits SET queue_id = NEW.id WHERE queue_id =
    (SELECT id FROM queues WHERE server_id = NEW.server_id AND name = NEW.name);
  UPDATE queue_offers SET queue_id = NEW.id WHERE queue_id =
    (SELECT id FROM queues WHERE server_id = NEW.server_id AND name = NEW.name);
  UPDATE calls SET queue_id = NEW.id WHERE queue_id =
    (SELECT id FROM queues WHERE server_id = NEW.server_id AND name = NEW.name);
  DELETE FROM queues WHERE server_id = NEW.server_id AND name = NEW.name;
END;
