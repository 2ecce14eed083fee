-- How the visits to each queue went.
-- :from  start of the period, UTC microseconds; default 24 hours before :to
-- :to  end of the period, itself not included; default now
-- :server  name of one server; default all
-- :queue  name of one queue; default all
-- :by  one of 15min, 30min, hour, day, month, weekday, hour-of-day, server; default none
-- :short_abandon_s  an abandoned wait of at most so many whole seconds is a short one; default 5
-- chart: bars queue offered
-- A visit counts where it began, once in each queue that a call came to; queues of one name on
-- several servers are one. offered is answered to incompatible; refused at the door, unknown (ended
-- unobserved) and waiting stand beside it. short_abandoned is part of abandoned; transferred_out is
-- part of answered. The percentages are answered and abandoned of offered, and abandoned of offered
-- without the short ones in both.
WITH
  period AS (
    SELECT
      coalesce(:from, coalesce(:to, unixepoch() * 1000000) - 86400000000) AS from_us,
      coalesce(:to, unixepoch() * 1000000) AS to_us
  ),
  visits AS (
    SELECT
      servers.name AS server,
      queues.name AS queue,
      outcome,
      outcome = 'abandoned' AND wait_ms / 1000 <= coalesce(:short_abandon_s, 5) AS is_short,
      ended_by,
      joined_us / 1000000 AS t,
      unixepoch(joined_us / 1000000, 'unixepoch', 'localtime') AS local_s
    FROM period
    CROSS JOIN queue_visits ON joined_us >= from_us AND joined_us < to_us
    CROSS JOIN queues ON queues.id = queue_id
    CROSS JOIN servers ON servers.id = queue_visits.server_id
    WHERE (:server IS NULL OR servers.name = :server)
      AND (:queue IS NULL OR queues.name = :queue)
  ),
  summed AS (
    SELECT
      CASE :by
        WHEN '15min' THEN t - local_s % 900
        WHEN '30min' THEN t - local_s % 1800
        WHEN 'hour' THEN t - local_s % 3600
        WHEN 'day' THEN local_s - local_s % 86400
        WHEN 'month' THEN unixepoch(local_s, 'unixepoch', 'start of month')
        WHEN 'weekday' THEN (strftime('%w', local_s, 'unixepoch') + 6) % 7
        WHEN 'hour-of-day' THEN local_s / 3600 % 24
        WHEN 'server' THEN server
      END AS place,
      queue,
      count(*) FILTER (WHERE outcome NOT IN ('refused', 'unknown')) AS offered,
      count(*) FILTER (WHERE outcome = 'answered') AS answered,
      count(*) FILTER (WHERE outcome = 'abandoned') AS abandoned,
      count(*) FILTER (WHERE is_short) AS short_abandoned,
      count(*) FILTER (WHERE outcome = 'timeout') AS timeout,
      count(*) FILTER (WHERE outcome = 'left-empty') AS left_empty,
      count(*) FILTER (WHERE outcome = 'exit-key') AS exit_key,
      count(*) FILTER (WHERE outcome = 'withdrawn') AS withdrawn,
      count(*) FILTER (WHERE outcome = 'incompatible') AS incompatible,
      count(*) FILTER (WHERE outcome = 'refused') AS refused,
      count(*) FILTER (WHERE outcome = 'unknown') AS unknown,
      count(*) FILTER (WHERE outcome IS NULL) AS waiting,
      count(*) FILTER (WHERE outcome = 'answered' AND ended_by = 'transfer') AS transferred_out
    FROM visits
    GROUP BY place, queue
  )
SELECT
  CASE :by
    WHEN 'weekday' THEN substr('MonTueWedThuFriSatSun', place * 3 + 1, 3)
    WHEN 'hour-of-day' THEN printf('%02d:00', place)
    WHEN 'day' THEN date(place, 'unixepoch')
    WHEN 'month' THEN strftime('%Y-%m', place, 'unixepoch')
    WHEN 'server' THEN place
    ELSE strftime('%Y-%m-%dT%H:%M', place, 'unixepoch', 'localtime')
      || printf(
        '%+03d:%02d',
        (unixepoch(place, 'unixepoch', 'localtime') - place) / 3600,
        abs(unixepoch(place, 'unixepoch', 'localtime') - place) % 3600 / 60)
  END AS grouped_by,
  queue,
  offered,
  answered,
  abandoned,
  short_abandoned,
  timeout,
  left_empty,
  exit_key,
  withdrawn,
  incompatible,
  refused,
  unknown,
  waiting,
  transferred_out,
  round(100.0 * answered / nullif(offered, 0), 1) AS answered_percent,
  round(100.0 * abandoned / nullif(offered, 0), 1) AS abandoned_percent,
  round(100.0 * (abandoned - short_abandoned) / nullif(offered - short_abandoned, 0), 1)
    AS adjusted_abandoned_percent
FROM summed
ORDER BY place, queue;
