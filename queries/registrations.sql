-- How long endpoints, peers and trunks could be reached, and how often and why they were lost.
-- :from  start of the period, UTC microseconds; default 24 hours before :to
-- :to  end of the period, itself not included; default now
-- :server  name of one server; default all
-- :kind  one of endpoint, peer, registration, contact; default all but contact
-- :name  of the endpoint, peer or registration, or a contact's URI; * stands for any characters
-- chart: bars kind,name availability_percent
-- Counted is time with a session in which the state was known: what was not observed is neither
-- up nor down. Up are registered, reachable, lagged and unqualified. A loss is a change from up to
-- down, lost_by its causes (where Asterisk gives none: the state that followed). An outage goes on
-- over changes of its state, and over times without a session when it was down before and after;
-- its length is what was observed of it. Round trips of an endpoint are those of its contacts: one
-- value for each of their intervals in the period, percentiles by nearest rank.
WITH
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
  states AS (
    SELECT
      server_id,
      chosen.name AS server,
      kind,
      coalesce(technology, '') AS technology,
      registrations.name,
      coalesce(CASE kind WHEN 'registration' THEN address WHEN 'contact' THEN aor END, '') AS place,
      endpoint,
      state,
      state IN ('registered', 'reachable', 'lagged', 'unqualified') AS is_up,
      cause,
      round_trip_us / 1e3 AS round_trip_ms,
      max(started_us, from_us) AS began_us,
      min(coalesce(ended_us, to_us), to_us) AS ended_us
    FROM period
    CROSS JOIN registrations
      ON started_us < to_us AND coalesce(ended_us, to_us) > from_us
    JOIN chosen ON chosen.id = server_id
    WHERE closed_by IS NOT 'moment'
  ),
  pieces AS (
    SELECT
      states.server_id, server, kind, technology, name, place, state, is_up, cause,
      max(states.began_us, watched.began_us) AS began_us,
      min(states.ended_us, watched.ended_us) AS ended_us
    FROM states
    JOIN watched
      ON watched.server_id = states.server_id AND watched.began_us < states.ended_us
      AND watched.ended_us > states.began_us
    WHERE
      state <> 'unknown'
      AND ((:kind IS NULL AND kind <> 'contact') OR kind = :kind)
      AND (:name IS NULL OR name GLOB :name)
  ),
  changes AS (
    SELECT *, is_up <> lag(is_up, 1, is_up) OVER lives AS is_change
    FROM pieces
    WINDOW lives AS (
      PARTITION BY server_id, kind, technology, name, place ORDER BY began_us, ended_us)
  ),
  numbered AS (
    SELECT
      *,
      sum(is_change) OVER (
        PARTITION BY server_id, kind, technology, name, place ORDER BY began_us, ended_us)
        AS number
    FROM changes
  ),
  -- Up or down for a while: what follows each other without a change between the two.
  stretches AS (
    SELECT
      server_id, server, kind, technology, name, place, number, is_up,
      sum(ended_us - began_us) AS length_us,
      max(CASE WHEN is_change AND NOT is_up THEN coalesce(cause, state) END) AS lost_by
    FROM numbered
    GROUP BY server_id, kind, technology, name, place, number
  ),
  causes AS (
    SELECT server_id, kind, technology, name, place, lost_by, count(*) AS losses
    FROM stretches
    WHERE lost_by IS NOT NULL
    GROUP BY server_id, kind, technology, name, place, lost_by
  ),
  measured AS (
    SELECT server_id, kind, technology, name, place, round_trip_ms
    FROM states
    WHERE round_trip_ms IS NOT NULL
    UNION ALL
    SELECT server_id, 'endpoint', technology, endpoint, '', round_trip_ms
    FROM states
    WHERE kind = 'contact' AND round_trip_ms IS NOT NULL
  ),
  ranked AS (
    SELECT
      *,
      row_number() OVER (
        PARTITION BY server_id, kind, technology, name, place ORDER BY round_trip_ms) AS rank,
      count(*) OVER (PARTITION BY server_id, kind, technology, name, place) AS ranks
    FROM measured
  ),
  round_trips AS (
    SELECT
      server_id, kind, technology, name, place,
      min(round_trip_ms) FILTER (WHERE rank >= 0.5 * ranks) AS median_ms,
      min(round_trip_ms) FILTER (WHERE rank >= 0.95 * ranks) AS p95_ms,
      max(round_trip_ms) AS max_ms
    FROM ranked
    GROUP BY server_id, kind, technology, name, place
  )
SELECT
  server,
  kind,
  technology,
  name,
  nullif(place, '') AS place,
  round(100.0 * sum(is_up * length_us) / nullif(sum(length_us), 0), 2) AS availability_percent,
  round(sum(length_us) / 1e6, 1) AS observed_s,
  count(lost_by) AS losses,
  round(max(length_us) FILTER (WHERE NOT is_up) / 1e6, 1) AS longest_outage_s,
  (
    SELECT group_concat(lost_by || ' ' || losses, ', ')
    FROM (
      SELECT lost_by, losses
      FROM causes
      WHERE
        causes.server_id = stretches.server_id AND causes.kind = stretches.kind
        AND causes.technology = stretches.technology AND causes.name = stretches.name
        AND causes.place = stretches.place
      ORDER BY losses DESC, lost_by
    )
  ) AS lost_by,
  round(median_ms, 1) AS median_round_trip_ms,
  round(p95_ms, 1) AS p95_round_trip_ms,
  round(max_ms, 1) AS max_round_trip_ms
FROM stretches
LEFT JOIN round_trips USING (server_id, kind, technology, name, place)
GROUP BY server_id, kind, technology, name, place
ORDER BY availability_percent, server, kind, technology, name, place;
