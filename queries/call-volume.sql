-- How many calls there were in each interval, and how they went.
-- :from  start of the period, UTC microseconds; default 24 hours before :to
-- :to  end of the period, itself not included; default now
-- :server  name of one server; default all
-- :by  one of 15min, 30min, 60min, hour, day, month, weekday, hour-of-day; default hour, the same as 60min
-- :direction  inbound, outbound or internal; default all, also calls of servers without known trunks
-- chart: columns interval calls answered
-- A call counts where it began. Intervals are those of the local clock: a day on which the clocks
-- change has 23 or 25 hours. self_service came up without a second party; unanswered is busy,
-- no_answer, cancelled and failed together; in_progress has not ended yet; answered_percent is of
-- the calls that have.
WITH RECURSIVE
  period AS (
    SELECT
      coalesce(:from, coalesce(:to, unixepoch() * 1000000) - 86400000000) / 1000000 AS from_s,
      (coalesce(:to, unixepoch() * 1000000) - 1) / 1000000 AS last_s,
      coalesce(:by, 'hour') AS kind,
      CASE coalesce(:by, 'hour') WHEN '15min' THEN 900 WHEN '30min' THEN 1800 ELSE 3600 END
        AS width_s
  ),
  counted AS (
    SELECT
      started_us / 1000000 AS t,
      unixepoch(started_us / 1000000, 'unixepoch', 'localtime') AS local_s,
      disposition
    FROM period
    CROSS JOIN calls
      ON started_us >= coalesce(:from, coalesce(:to, unixepoch() * 1000000) - 86400000000)
      AND started_us < coalesce(:to, unixepoch() * 1000000)
    CROSS JOIN servers ON servers.id = server_id
    WHERE
      channels > 0
      AND (:server IS NULL OR servers.name = :server)
      AND (:direction IS NULL OR direction = :direction)
  ),
  -- An interval is known by one number: when it began (UTC), its local day as if UTC, or its place
  -- in the week or day.
  placed AS (
    SELECT
      CASE kind
        WHEN 'weekday' THEN (strftime('%w', local_s, 'unixepoch') + 6) % 7
        WHEN 'hour-of-day' THEN local_s / 3600 % 24
        WHEN 'day' THEN local_s - local_s % 86400
        WHEN 'month' THEN unixepoch(local_s, 'unixepoch', 'start of month')
        ELSE t - local_s % width_s
      END AS place,
      disposition
    FROM period CROSS JOIN counted
  ),
  summed AS (
    SELECT
      place,
      count(*) AS calls,
      count(*) FILTER (WHERE disposition = 'answered') AS answered,
      count(*) FILTER (WHERE disposition = 'self-service') AS self_service,
      count(*) FILTER (WHERE disposition = 'busy') AS busy,
      count(*) FILTER (WHERE disposition = 'no-answer') AS no_answer,
      count(*) FILTER (WHERE disposition = 'cancelled') AS cancelled,
      count(*) FILTER (WHERE disposition = 'failed') AS failed,
      count(*) FILTER (WHERE disposition IS NULL) AS in_progress
    FROM placed
    GROUP BY place
  ),
  -- The period, cut to the days that the store holds.
  held AS (
    SELECT
      max(
        from_s,
        coalesce(unixepoch(date(first_s, 'unixepoch', 'localtime'), 'utc'), from_s)) AS from_s,
      min(
        last_s,
        coalesce(unixepoch(date(end_s, 'unixepoch', 'localtime'), '+1 day', 'utc') - 1, last_s))
        AS last_s,
      kind,
      width_s
    FROM period CROSS JOIN (
      SELECT
        min(connected_us) / 1000000 AS first_s,
        max(coalesce(ended_us / 1000000, unixepoch())) AS end_s
      FROM sessions
    )
  ),
  -- All its intervals, so that those without calls show too, and one more.
  intervals (place, last) AS (
    SELECT
      CASE kind
        WHEN 'weekday' THEN 0
        WHEN 'hour-of-day' THEN 0
        WHEN 'day' THEN unixepoch(date(from_s, 'unixepoch', 'localtime'))
        WHEN 'month' THEN unixepoch(from_s, 'unixepoch', 'localtime', 'start of month')
        ELSE from_s - unixepoch(from_s, 'unixepoch', 'localtime') % width_s
      END,
      CASE kind
        WHEN 'weekday' THEN 6
        WHEN 'hour-of-day' THEN 23
        WHEN 'day' THEN unixepoch(last_s, 'unixepoch', 'localtime')
        WHEN 'month' THEN unixepoch(last_s, 'unixepoch', 'localtime')
        ELSE last_s
      END
    FROM held
    UNION ALL
    SELECT
      CASE kind
        WHEN 'weekday' THEN place + 1
        WHEN 'hour-of-day' THEN place + 1
        WHEN 'day' THEN place + 86400
        WHEN 'month' THEN unixepoch(place, 'unixepoch', '+1 month')
        ELSE place + width_s - unixepoch(place + width_s, 'unixepoch', 'localtime') % width_s
      END,
      last
    FROM intervals CROSS JOIN period
    WHERE place <= last
  )
SELECT
  CASE kind
    WHEN 'weekday' THEN substr('MonTueWedThuFriSatSun', place * 3 + 1, 3)
    WHEN 'hour-of-day' THEN printf('%02d:00', place)
    WHEN 'day' THEN date(place, 'unixepoch')
    WHEN 'month' THEN strftime('%Y-%m', place, 'unixepoch')
    ELSE strftime('%Y-%m-%dT%H:%M', place, 'unixepoch', 'localtime')
      || printf(
        '%+03d:%02d',
        (unixepoch(place, 'unixepoch', 'localtime') - place) / 3600,
        abs(unixepoch(place, 'unixepoch', 'localtime') - place) % 3600 / 60)
  END AS interval,
  coalesce(calls, 0) AS calls,
  coalesce(answered, 0) AS answered,
  coalesce(self_service, 0) AS self_service,
  coalesce(busy + no_answer + cancelled + failed, 0) AS unanswered,
  coalesce(busy, 0) AS busy,
  coalesce(no_answer, 0) AS no_answer,
  coalesce(cancelled, 0) AS cancelled,
  coalesce(failed, 0) AS failed,
  coalesce(in_progress, 0) AS in_progress,
  round(100.0 * answered / nullif(calls - in_progress, 0), 1) AS answered_percent
FROM intervals
CROSS JOIN period
LEFT JOIN summed USING (place)
WHERE place <= last AND EXISTS (SELECT 1 FROM summed)
ORDER BY place;
