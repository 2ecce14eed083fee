-- How many callers were answered in time, by the six formulas in use.
-- :from  start of the period, UTC microseconds; default 24 hours before :to
-- :to  end of the period, itself not included; default now
-- :server  name of one server; default all
-- :queue  name of one queue; default all
-- :by  one of 15min, 30min, hour, day, month, weekday, hour-of-day, server; default none
-- :service_level_s  the threshold in seconds; default each queue's own (its ServiceLevel)
-- :short_abandon_s  an abandoned wait of at most so many whole seconds is a short one; default 5
-- :timeouts  one of apart, as-abandoned; default apart: waits that timed out count in no formula
-- chart: bars queue sl3_percent
-- A visit counts where it began. In time is a wait of at most the threshold, in whole seconds, as
-- Asterisk compares it: 20.9 s is 20 s.
-- A answered, At in time; B abandoned, Bt in time, Bs short:
-- sl1 (At + Bt) / (A + B)   sl2 At / A              sl3 At / (A + B)
-- sl4 At / (A + B - Bt)     sl5 (At + Bs) / (A + B) sl6 At / (A + B - Bs)
-- sl3 is the strict one, sl6 leaves out short abandons; sl1 and sl2 are Asterisk's own
-- ServicelevelPerf2 and ServicelevelPerf, which also count timeouts as abandoned. A queue whose
-- threshold is not known has no percentages; without visits there are none either.
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
      coalesce(:service_level_s, service_level_s) AS threshold_s,
      outcome = 'answered' AS is_answered,
      outcome = 'abandoned' OR outcome = 'timeout' AND :timeouts IS 'as-abandoned' AS is_abandoned,
      wait_ms,
      joined_us / 1000000 AS t,
      unixepoch(joined_us / 1000000, 'unixepoch', 'localtime') AS local_s
    FROM period
    CROSS JOIN queue_visits ON joined_us >= from_us AND joined_us < to_us
    CROSS JOIN queues ON queues.id = queue_id
    CROSS JOIN servers ON servers.id = queue_visits.server_id
    WHERE (:server IS NULL OR servers.name = :server)
      AND (:queue IS NULL OR queues.name = :queue)
      AND outcome IN ('answered', 'abandoned', 'timeout')
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
      threshold_s,
      sum(is_answered) AS a,
      CASE
        WHEN threshold_s IS NOT NULL THEN sum(is_answered AND wait_ms / 1000 <= threshold_s)
      END AS a_t,
      sum(is_abandoned) AS b,
      CASE
        WHEN threshold_s IS NOT NULL THEN sum(is_abandoned AND wait_ms / 1000 <= threshold_s)
      END AS b_t,
      sum(is_abandoned AND wait_ms / 1000 <= coalesce(:short_abandon_s, 5)) AS b_s
    FROM visits
    GROUP BY place, queue, threshold_s
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
  threshold_s,
  a AS answered,
  a_t AS answered_in_time,
  b AS abandoned,
  b_t AS abandoned_in_time,
  b_s AS short_abandoned,
  round(100.0 * (a_t + b_t) / nullif(a + b, 0), 2) AS sl1_percent,
  round(100.0 * a_t / nullif(a, 0), 2) AS sl2_percent,
  round(100.0 * a_t / nullif(a + b, 0), 2) AS sl3_percent,
  round(100.0 * a_t / nullif(a + b - b_t, 0), 2) AS sl4_percent,
  round(100.0 * (a_t + b_s) / nullif(a + b, 0), 2) AS sl5_percent,
  round(100.0 * a_t / nullif(a + b - b_s, 0), 2) AS sl6_percent
FROM summed
ORDER BY place, queue, threshold_s;
