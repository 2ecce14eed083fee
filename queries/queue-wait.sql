-- How long callers waited: average speed of answer, percentiles, and how the waits are spread.
-- :from  start of the period, UTC microseconds; default 24 hours before :to
-- :to  end of the period, itself not included; default now
-- :server  name of one server; default all
-- :queue  name of one queue; default all
-- :by  one of 15min, 30min, hour, day, month, weekday, hour-of-day, server; default none
-- chart: bars queue asa_s
-- A visit counts where it began. Waits are of all visits that ended while observed, but for the
-- refused; a wait begins on joining the queue and ends as an agent is connected, after the agent's
-- announcement, or as the caller leaves. asa_s is of the answered alone. Percentiles are by nearest
-- rank. to_10_s is more than 5 and at most 10 seconds, and so on.
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
      outcome = 'answered' AS is_answered,
      wait_ms,
      joined_us / 1000000 AS t,
      unixepoch(joined_us / 1000000, 'unixepoch', 'localtime') AS local_s
    FROM period
    CROSS JOIN queue_visits ON joined_us >= from_us AND joined_us < to_us
    CROSS JOIN queues ON queues.id = queue_id
    CROSS JOIN servers ON servers.id = queue_visits.server_id
    WHERE (:server IS NULL OR servers.name = :server)
      AND (:queue IS NULL OR queues.name = :queue)
      AND outcome NOT IN ('refused', 'unknown') AND wait_ms IS NOT NULL
  ),
  placed AS (
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
      *
    FROM visits
  ),
  ranked AS (
    SELECT
      *,
      row_number() OVER waits AS rank,
      count(*) OVER (waits ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS ranks
    FROM placed
    WINDOW waits AS (PARTITION BY place, queue ORDER BY wait_ms)
  ),
  summed AS (
    SELECT
      place,
      queue,
      count(*) AS visits,
      sum(is_answered) AS answered,
      avg(wait_ms) FILTER (WHERE is_answered) AS asa_ms,
      avg(wait_ms) AS mean_ms,
      min(wait_ms) FILTER (WHERE rank = (ranks * 50 + 99) / 100) AS median_ms,
      min(wait_ms) FILTER (WHERE rank = (ranks * 80 + 99) / 100) AS p80_ms,
      min(wait_ms) FILTER (WHERE rank = (ranks * 90 + 99) / 100) AS p90_ms,
      min(wait_ms) FILTER (WHERE rank = (ranks * 95 + 99) / 100) AS p95_ms,
      max(wait_ms) AS longest_ms,
      sum(wait_ms <= 5000) AS to_5_s,
      sum(wait_ms > 5000 AND wait_ms <= 10000) AS to_10_s,
      sum(wait_ms > 10000 AND wait_ms <= 20000) AS to_20_s,
      sum(wait_ms > 20000 AND wait_ms <= 30000) AS to_30_s,
      sum(wait_ms > 30000 AND wait_ms <= 60000) AS to_60_s,
      sum(wait_ms > 60000 AND wait_ms <= 120000) AS to_120_s,
      sum(wait_ms > 120000 AND wait_ms <= 300000) AS to_300_s,
      sum(wait_ms > 300000) AS over_300_s
    FROM ranked
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
  visits,
  answered,
  round(asa_ms / 1e3, 1) AS asa_s,
  round(mean_ms / 1e3, 1) AS mean_wait_s,
  round(median_ms / 1e3, 1) AS median_wait_s,
  round(p80_ms / 1e3, 1) AS p80_wait_s,
  round(p90_ms / 1e3, 1) AS p90_wait_s,
  round(p95_ms / 1e3, 1) AS p95_wait_s,
  round(longest_ms / 1e3, 1) AS longest_wait_s,
  to_5_s,
  to_10_s,
  to_20_s,
  to_30_s,
  to_60_s,
  to_120_s,
  to_300_s,
  over_300_s
FROM summed
ORDER BY place, queue;
