-- Which calls there were, newest first: by number, channel or cause; "amirec call" shows one in full.
-- :from  start of the period, UTC microseconds; default 24 hours before :to
-- :to  end of the period, itself not included; default now
-- :server  name of one server; default all
-- :number  of the caller, dialled, or of any channel of the call; * stands for any characters
-- :channel  name, uniqueid or linkedid of a channel of the call; * stands for any characters
-- :cause  hangup cause of any channel of the call: its code or name, such as 17 or USER_BUSY
-- :disposition  one of answered, self-service, busy, no-answer, cancelled, failed; default all
-- :ended_by  one of caller, callee, agent, transfer, system; default all
-- :direction  inbound, outbound or internal; default all
-- :limit  most calls shown; default 100
SELECT
  calls.id AS call,
  strftime('%Y-%m-%dT%H:%M:%S', calls.started_us / 1000000, 'unixepoch', 'localtime')
    || printf(
      '%+03d:%02d',
      (unixepoch(calls.started_us / 1000000, 'unixepoch', 'localtime') - calls.started_us / 1000000)
        / 3600,
      abs(
        unixepoch(calls.started_us / 1000000, 'unixepoch', 'localtime')
          - calls.started_us / 1000000) % 3600 / 60) AS started,
  servers.name AS server,
  caller_number,
  caller_name,
  dialled,
  callee_number,
  direction,
  disposition,
  round((answered_us - started_us) / 1e6, 1) AS wait_s,
  round(talk_ms / 1e3, 1) AS talk_s,
  round(hold_ms / 1e3, 1) AS hold_s,
  round((ended_us - started_us) / 1e6, 1) AS duration_s,
  ended_by,
  cause,
  hangup_causes.name AS cause_name,
  queues.name AS queue,
  channels,
  linkedid
FROM calls
JOIN servers ON servers.id = calls.server_id
LEFT JOIN hangup_causes ON code = cause
LEFT JOIN queues ON queues.id = queue_id
WHERE
  started_us >= coalesce(:from, coalesce(:to, unixepoch() * 1000000) - 86400000000)
  AND started_us < coalesce(:to, unixepoch() * 1000000)
  AND (:server IS NULL OR servers.name = :server)
  AND (:disposition IS NULL OR disposition = :disposition)
  AND (:ended_by IS NULL OR ended_by = :ended_by)
  AND (:direction IS NULL OR direction = :direction)
  AND (
    :number IS NULL OR caller_number GLOB :number OR dialled GLOB :number
    OR callee_number GLOB :number
    OR EXISTS (
      SELECT 1 FROM channels
      WHERE
        call_id = calls.id
        AND (caller_number GLOB :number OR connected_number GLOB :number OR exten GLOB :number)
    )
  )
  AND (
    :channel IS NULL
    OR EXISTS (
      SELECT 1 FROM channels
      WHERE
        call_id = calls.id
        AND (name GLOB :channel OR uniqueid GLOB :channel OR linkedid GLOB :channel)
    )
  )
  AND (
    :cause IS NULL
    OR EXISTS (
      SELECT 1 FROM channels LEFT JOIN hangup_causes ON code = channels.cause
      WHERE
        call_id = calls.id
        AND (
          CAST(channels.cause AS TEXT) = CAST(:cause AS TEXT)
          OR hangup_causes.name = upper(:cause)
          OR ' ' || aliases || ' ' LIKE '% ' || :cause || ' %'
        )
    )
  )
ORDER BY started_us DESC, calls.id DESC
LIMIT coalesce(:limit, 100);
