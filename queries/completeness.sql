-- What was observed and what was not, by server and day: how far the other reports can be trusted.
-- :from  start of the period, UTC microseconds; default 24 hours before :to
-- :to  end of the period, itself not included; default now
-- :server  name of one server; default all
-- chart: columns day,server unobserved_s
-- unobserved_s is time without a session or in a gap, up to now; gap_s of a gap that two days share
-- is split between them. Frames and bytes count where their block began, events where their hour
-- (UTC) began. attempts are connections tried in vain. Of the channels that began that day,
-- seen_channels were there before they were announced, and snapshot_channels of them are known from
-- a list; open_channels have not ended, and lost_channels ended without a Hangup: with a restart of
-- the server, or, gap_channels, at a time that was not observed, as a list told. restarts are boot
-- times, as FullyBooted tells them, that differ from the one before.
WITH RECURSIVE
  period AS (
    SELECT
      coalesce(:from, coalesce(:to, unixepoch() * 1000000) - 86400000000) AS from_us,
      min(coalesce(:to, unixepoch() * 1000000), unixepoch() * 1000000) AS to_us
  ),
  chosen AS (
    SELECT id, name FROM servers WHERE :server IS NULL OR name = :server
  ),
  -- Time with a session. One that is open lasts until the collector last wrote, or the last bytes.
  spans AS (
    SELECT
      server_id,
      coalesce(logged_in_us, connected_us) AS began_us,
      coalesce(
        ended_us,
        max(
          coalesce((SELECT last_us FROM positions WHERE session_id = sessions.id), 0),
          coalesce((SELECT max(last_us) FROM blocks WHERE session_id = sessions.id), 0),
          coalesce((SELECT written_us FROM collector WHERE source = 'live'), 0))) AS ended_us
    FROM sessions
  ),
  ordered_spans AS (
    SELECT
      *,
      max(ended_us) OVER (
        PARTITION BY server_id ORDER BY began_us, ended_us
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reached_us
    FROM spans
    WHERE ended_us > began_us
  ),
  numbered_spans AS (
    SELECT
      *,
      sum(reached_us IS NULL OR began_us > reached_us) OVER (
        PARTITION BY server_id ORDER BY began_us, ended_us) AS number
    FROM ordered_spans
  ),
  watched AS (
    SELECT server_id, min(began_us) AS began_us, max(ended_us) AS ended_us
    FROM numbered_spans
    GROUP BY server_id, number
  ),
  -- Time in gaps. One that is open lasts.
  lapses AS (
    SELECT server_id, started_us AS began_us, coalesce(ended_us, to_us) AS ended_us
    FROM gaps CROSS JOIN period
  ),
  ordered_lapses AS (
    SELECT
      *,
      max(ended_us) OVER (
        PARTITION BY server_id ORDER BY began_us, ended_us
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reached_us
    FROM lapses
    WHERE ended_us > began_us
  ),
  numbered_lapses AS (
    SELECT
      *,
      sum(reached_us IS NULL OR began_us > reached_us) OVER (
        PARTITION BY server_id ORDER BY began_us, ended_us) AS number
    FROM ordered_lapses
  ),
  missed AS (
    SELECT server_id, min(began_us) AS began_us, max(ended_us) AS ended_us
    FROM numbered_lapses
    GROUP BY server_id, number
  ),
  dates (day, last) AS (
    SELECT
      date(max(from_us, first_us) / 1000000, 'unixepoch', 'localtime'),
      date((to_us - 1) / 1000000, 'unixepoch', 'localtime')
    FROM period CROSS JOIN (SELECT min(connected_us) AS first_us FROM sessions)
    WHERE first_us < to_us
    UNION ALL
    SELECT date(day, '+1 day'), last FROM dates WHERE day < last
  ),
  days AS (
    SELECT
      chosen.id AS server_id,
      chosen.name AS server,
      day,
      max(from_us, unixepoch(day, 'utc') * 1000000) AS day_us,
      min(to_us, unixepoch(day, '+1 day', 'utc') * 1000000) AS next_us,
      from_us
    FROM dates CROSS JOIN period CROSS JOIN chosen
  ),
  booted AS (
    SELECT
      server_id,
      received_us,
      received_us / 1e6 - (headers ->> '$.Uptime') AS boot_s,
      lag(received_us / 1e6 - (headers ->> '$.Uptime'))
        OVER (PARTITION BY server_id ORDER BY received_us, id) AS boot_before_s
    FROM system_events
    WHERE name = 'FullyBooted' AND headers ->> '$.Uptime' IS NOT NULL
  ),
  hours AS (
    SELECT
      server_id,
      max(hour_us, from_us) AS hour_us,
      sum(count - list_items) AS events,
      sum(list_items) AS list_items
    FROM period
    CROSS JOIN chosen
    CROSS JOIN event_counts
      ON server_id = chosen.id AND hour_us > from_us - 3600000000 AND hour_us < to_us
    GROUP BY server_id, event_counts.hour_us
  )
SELECT
  day,
  server,
  round(
    (
      next_us - day_us
      - coalesce((
        SELECT sum(min(watched.ended_us, next_us) - max(began_us, day_us))
        FROM watched
        WHERE server_id = days.server_id AND began_us < next_us AND watched.ended_us > day_us
      ), 0)
      + coalesce((
        SELECT sum(
          min(watched.ended_us, missed.ended_us, next_us)
            - max(watched.began_us, missed.began_us, day_us))
        FROM watched
        JOIN missed USING (server_id)
        WHERE
          server_id = days.server_id
          AND max(watched.began_us, missed.began_us, day_us)
            < min(watched.ended_us, missed.ended_us, next_us)
      ), 0)
    ) / 1e6, 1) AS unobserved_s,
  round(
    coalesce((
      SELECT sum(min(coalesce(ended_us, next_us), next_us) - max(started_us, day_us))
      FROM gaps
      WHERE
        server_id = days.server_id AND started_us < next_us
        AND coalesce(ended_us, next_us) > day_us
    ), 0) / 1e6, 1) AS gap_s,
  (
    SELECT count(*) FROM gaps
    WHERE server_id = days.server_id AND started_us >= day_us AND started_us < next_us
  ) AS gaps,
  (
    SELECT group_concat(reasons, ', ') FROM (
      SELECT count(*) || ' ' || reason AS reasons
      FROM gaps
      WHERE server_id = days.server_id AND started_us >= day_us AND started_us < next_us
      GROUP BY reason
      ORDER BY reason
    )
  ) AS gap_reasons,
  (
    SELECT coalesce(sum(attempts), 0) FROM gaps
    WHERE server_id = days.server_id AND started_us >= day_us AND started_us < next_us
  ) AS attempts,
  (
    SELECT count(*) FROM sessions
    WHERE server_id = days.server_id AND connected_us >= day_us AND connected_us < next_us
  ) AS sessions,
  (
    SELECT coalesce(sum(frames), 0) FROM blocks
    WHERE server_id = days.server_id AND first_us >= day_us AND first_us < next_us
  ) AS frames,
  (
    SELECT coalesce(sum(size), 0) FROM blocks
    WHERE server_id = days.server_id AND first_us >= day_us AND first_us < next_us
  ) AS bytes,
  (
    SELECT count(*) FROM gaps
    WHERE
      server_id = days.server_id AND started_us >= day_us AND started_us < next_us
      AND reason IN ('cut-frame', 'cut-recording')
  ) AS cut_frames,
  (
    SELECT coalesce(sum(events), 0) FROM hours
    WHERE server_id = days.server_id AND hour_us >= day_us AND hour_us < next_us
  ) AS events,
  (
    SELECT max(events) FROM hours
    WHERE server_id = days.server_id AND hour_us >= day_us AND hour_us < next_us
  ) AS peak_events_per_hour,
  (
    SELECT coalesce(sum(list_items), 0) FROM hours
    WHERE server_id = days.server_id AND hour_us >= day_us AND hour_us < next_us
  ) AS list_items,
  (
    SELECT count(*) FROM channels
    WHERE server_id = days.server_id AND started_us >= day_us AND started_us < next_us
  ) AS channels,
  (
    SELECT count(*) FROM channels
    WHERE
      server_id = days.server_id AND started_us >= day_us AND started_us < next_us
      AND opened_by IN ('seen', 'snapshot')
  ) AS seen_channels,
  (
    SELECT count(*) FROM channels
    WHERE
      server_id = days.server_id AND started_us >= day_us AND started_us < next_us
      AND opened_by = 'snapshot'
  ) AS snapshot_channels,
  (
    SELECT count(*) FROM channels
    WHERE
      server_id = days.server_id AND started_us >= day_us AND started_us < next_us
      AND ended_us IS NULL
  ) AS open_channels,
  (
    SELECT count(*) FROM channels
    WHERE
      server_id = days.server_id AND started_us >= day_us AND started_us < next_us
      AND closed_by <> 'hangup'
  ) AS lost_channels,
  (
    SELECT count(*) FROM channels
    WHERE
      server_id = days.server_id AND started_us >= day_us AND started_us < next_us
      AND closed_by IN ('gap', 'snapshot')
  ) AS gap_channels,
  (
    SELECT count(*) FROM booted
    WHERE
      server_id = days.server_id AND received_us >= day_us AND received_us < next_us
      AND abs(boot_s - boot_before_s) > 2
  ) AS restarts
FROM days
WHERE day_us < next_us
ORDER BY day, server;
