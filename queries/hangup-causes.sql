-- Why channels ended: hangup causes, their share, and how many channels had been answered.
-- :from  start of the period, UTC microseconds; default 24 hours before :to
-- :to  end of the period, itself not included; default now
-- :server  name of one server; default all
-- :by  one of hour, day, weekday, server, technology, endpoint, context, account, tech-cause; default none
-- chart: bars grouped_by,cause,cause_name channels
-- Counted are channels that began in the period and ended with a Hangup, without the Local channels
-- that only lead to others. A share is of all channels of its group; a lifetime is from Newchannel
-- to Hangup.
WITH
  period AS (
    SELECT
      coalesce(:from, coalesce(:to, unixepoch() * 1000000) - 86400000000) AS from_us,
      coalesce(:to, unixepoch() * 1000000) AS to_us
  ),
  local AS (
    SELECT
      servers.name AS server,
      technology,
      endpoint,
      context,
      account_code,
      tech_cause,
      cause,
      answered_us IS NOT NULL AS was_answered,
      (ended_us - started_us) / 1e6 AS lifetime_s,
      started_us / 1000000 AS t,
      unixepoch(started_us / 1000000, 'unixepoch', 'localtime') - started_us / 1000000 AS offset_s
    FROM period
    CROSS JOIN channels ON started_us >= from_us AND started_us < to_us
    CROSS JOIN servers ON servers.id = server_id
    WHERE counts = 1 AND closed_by = 'hangup' AND (:server IS NULL OR servers.name = :server)
  ),
  ended AS (
    SELECT
      CASE :by
        WHEN 'hour' THEN strftime('%Y-%m-%dT%H:00', t + offset_s, 'unixepoch')
          || printf('%+03d:%02d', offset_s / 3600, abs(offset_s) % 3600 / 60)
        WHEN 'day' THEN date(t + offset_s, 'unixepoch')
        WHEN 'weekday' THEN CAST(strftime('%w', t + offset_s, 'unixepoch') AS INTEGER)
        WHEN 'server' THEN server
        WHEN 'technology' THEN technology
        WHEN 'endpoint' THEN technology || coalesce('/' || endpoint, '')
        WHEN 'context' THEN context
        WHEN 'account' THEN account_code
        WHEN 'tech-cause' THEN tech_cause
      END AS part,
      cause,
      was_answered,
      lifetime_s
    FROM local
  ),
  ranked AS (
    SELECT
      *,
      row_number() OVER lifetimes AS place,
      count(*) OVER (
        lifetimes ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS places
    FROM ended
    WINDOW lifetimes AS (PARTITION BY part, cause ORDER BY lifetime_s)
  ),
  summed AS (
    SELECT
      part,
      cause,
      count(*) AS channels,
      sum(count(*)) OVER (PARTITION BY part) AS part_channels,
      sum(was_answered) AS answered,
      -- The median: the middle lifetime, or the mean of the two in the middle.
      avg(lifetime_s) FILTER (WHERE place IN ((places + 1) / 2, (places + 2) / 2))
        AS median_lifetime_s
    FROM ranked
    GROUP BY part, cause
  )
SELECT
  CASE :by
    WHEN 'weekday' THEN substr('SunMonTueWedThuFriSat', part * 3 + 1, 3)
    ELSE part
  END AS grouped_by,
  cause,
  name AS cause_name,
  class,
  channels,
  round(100.0 * channels / part_channels, 1) AS share_percent,
  answered,
  round(median_lifetime_s, 1) AS median_lifetime_s
FROM summed
LEFT JOIN hangup_causes ON code = cause
ORDER BY
  CASE :by
    WHEN 'weekday' THEN (part + 6) % 7
    WHEN 'hour' THEN unixepoch(part)
    WHEN 'day' THEN part
  END,
  part_channels DESC, part, channels DESC, cause;
