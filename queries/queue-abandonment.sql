-- How callers gave up waiting: after how long, from which place, and whether a phone rang.
-- :from  start of the period, UTC microseconds; default 24 hours before :to
-- :to  end of the period, itself not included; default now
-- :server  name of one server; default all
-- :queue  name of one queue; default all
-- :by  one of 15min, 30min, hour, day, month, weekday, hour-of-day, server, visit; default none
-- :short_abandon_s  an abandoned wait of at most so many whole seconds is a short one; default 5
-- :recovered_s  who is answered in the queue within so many seconds is recovered; default 86400
-- chart: bars queue abandoned
-- A visit counts where it began. By visit there is a line for each, with the time of leaving and
-- the caller. Medians and p90 are of the waits of all abandoned visits, by nearest rank. Places are
-- means; the first place is 1. while_ringing: an agent's phone rang as the caller left.
WITH
  period AS (
    SELECT
      coalesce(:from, coalesce(:to, unixepoch() * 1000000) - 86400000000) AS from_us,
      coalesce(:to, unixepoch() * 1000000) AS to_us
  ),
  visits AS (
    SELECT
      queue_visits.id,
      servers.name AS server,
      queues.name AS queue,
      channels.caller_number AS caller,
      queue_visits.left_us,
      wait_ms,
      original_position,
      last_position,
      EXISTS (
        SELECT 1 FROM queue_offers
        WHERE visit_id = queue_visits.id AND queue_offers.outcome = 'cancelled'
      ) AS is_ringing,
      EXISTS (
        SELECT 1 FROM queue_visits AS later
        JOIN channels AS callers ON callers.id = later.channel_id
        WHERE later.joined_us > queue_visits.joined_us
          AND later.joined_us <= queue_visits.left_us + coalesce(:recovered_s, 86400) * 1000000
          AND later.queue_id = queue_visits.queue_id
          AND later.outcome = 'answered'
          AND callers.caller_number = channels.caller_number
      ) AS is_recovered,
      joined_us / 1000000 AS t,
      unixepoch(joined_us / 1000000, 'unixepoch', 'localtime') AS local_s
    FROM period
    CROSS JOIN queue_visits ON joined_us >= from_us AND joined_us < to_us
    CROSS JOIN queues ON queues.id = queue_id
    CROSS JOIN servers ON servers.id = queue_visits.server_id
    LEFT JOIN channels ON channels.id = channel_id
    WHERE outcome = 'abandoned' AND (:server IS NULL OR servers.name = :server)
      AND (:queue IS NULL OR queues.name = :queue)
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
        WHEN 'visit' THEN id
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
      CASE :by WHEN 'visit' THEN min(caller) END AS caller,
      min(left_us) / 1000000 AS left_s,
      count(*) AS abandoned,
      sum(wait_ms / 1000 <= coalesce(:short_abandon_s, 5)) AS short_abandoned,
      min(wait_ms) FILTER (WHERE rank = (ranks * 50 + 99) / 100) AS median_ms,
      min(wait_ms) FILTER (WHERE rank = (ranks * 90 + 99) / 100) AS p90_ms,
      max(wait_ms) AS longest_ms,
      avg(original_position) AS original_position,
      avg(last_position) AS last_position,
      sum(is_ringing) AS while_ringing,
      sum(is_recovered) AS recovered
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
    WHEN 'visit' THEN strftime('%Y-%m-%dT%H:%M:%S', left_s, 'unixepoch', 'localtime')
    ELSE strftime('%Y-%m-%dT%H:%M', place, 'unixepoch', 'localtime')
      || printf(
        '%+03d:%02d',
        (unixepoch(place, 'unixepoch', 'localtime') - place) / 3600,
        abs(unixepoch(place, 'unixepoch', 'localtime') - place) % 3600 / 60)
  END AS grouped_by,
  queue,
  caller,
  abandoned,
  short_abandoned,
  round(median_ms / 1e3, 1) AS median_wait_s,
  round(p90_ms / 1e3, 1) AS p90_wait_s,
  round(longest_ms / 1e3, 1) AS longest_wait_s,
  round(original_position, 1) AS original_position,
  round(last_position, 1) AS last_position,
  while_ringing,
  round(100.0 * while_ringing / abandoned, 1) AS while_ringing_percent,
  recovered
FROM summed
ORDER BY place, queue;
