-- Who transferred calls, how, to where, and what became of it.
-- :from  start of the period, UTC microseconds; default 24 hours before :to
-- :to  end of the period, itself not included; default now
-- :server  name of one server; default all
-- :transferer  endpoint that transfers, such as PJSIP/101; * stands for any characters; default all
-- :queue  name of the queue to which calls were transferred; default all destinations
-- :by  one of hour, day, weekday, server, method, exten, destination-name; default none
-- chart: bars grouped_by,transferer,kind transfers
-- Counted are transfers that began in the period, one for each attempt, however many channels it
-- moves. Asterisk tells of no attempt at an extension that does not exist, by REFER or feature
-- code, and of no consultation by REFER that was given up. A share is of all transfers of its
-- group. consult_s is the mean time from the call to the target to the end of the attempt; it is
-- known for feature codes and the action Atxfer.
WITH
  period AS (
    SELECT
      coalesce(:from, coalesce(:to, unixepoch() * 1000000) - 86400000000) AS from_us,
      coalesce(:to, unixepoch() * 1000000) AS to_us
  ),
  local AS (
    SELECT
      servers.name AS server,
      -- An endpoint's name, or the channel's without its serial number where it is not known.
      coalesce(technology || '/' || endpoint, rtrim(rtrim(transferer, '0123456789abcdef'), '-'))
        AS who,
      kind,
      method,
      transfers.exten,
      destination,
      destination_name,
      outcome,
      result,
      CASE WHEN transfers.ended_us > transfers.started_us
        THEN (transfers.ended_us - transfers.started_us) / 1e6
      END AS consult_s,
      transfers.started_us / 1000000 AS t,
      unixepoch(transfers.started_us / 1000000, 'unixepoch', 'localtime')
        - transfers.started_us / 1000000 AS offset_s
    FROM period
    CROSS JOIN transfers ON transfers.started_us >= from_us AND transfers.started_us < to_us
    CROSS JOIN servers ON servers.id = transfers.server_id
    LEFT JOIN channels ON channels.id = transferer_channel_id
    WHERE
      (:server IS NULL OR servers.name = :server)
      AND (:queue IS NULL OR destination = 'queue' AND destination_name = :queue)
  ),
  made AS (
    SELECT
      CASE :by
        WHEN 'hour' THEN strftime('%Y-%m-%dT%H:00', t + offset_s, 'unixepoch')
          || printf('%+03d:%02d', offset_s / 3600, abs(offset_s) % 3600 / 60)
        WHEN 'day' THEN date(t + offset_s, 'unixepoch')
        WHEN 'weekday' THEN CAST(strftime('%w', t + offset_s, 'unixepoch') AS INTEGER)
        WHEN 'server' THEN server
        WHEN 'method' THEN method
        WHEN 'exten' THEN exten
        WHEN 'destination-name' THEN destination_name
      END AS part,
      *
    FROM local
    WHERE :transferer IS NULL OR who GLOB :transferer
  ),
  summed AS (
    SELECT
      part,
      who,
      kind,
      destination,
      outcome,
      result,
      count(*) AS transfers,
      sum(count(*)) OVER (PARTITION BY part) AS part_transfers,
      avg(consult_s) AS consult_s
    FROM made
    GROUP BY part, who, kind, destination, outcome, result
  )
SELECT
  CASE :by
    WHEN 'weekday' THEN substr('SunMonTueWedThuFriSat', part * 3 + 1, 3)
    ELSE part
  END AS grouped_by,
  who AS transferer,
  kind,
  destination,
  outcome,
  result,
  transfers,
  round(100.0 * transfers / part_transfers, 1) AS share_percent,
  round(consult_s, 1) AS consult_s
FROM summed
ORDER BY
  CASE :by
    WHEN 'weekday' THEN (part + 6) % 7
    WHEN 'hour' THEN unixepoch(part)
    WHEN 'day' THEN part
  END,
  part_transfers DESC, part, transfers DESC, transferer, kind, destination, outcome, result;
