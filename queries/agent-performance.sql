-- What agents did with their time: paused, ringing, talking, idle; and what they answered.
-- :from  start of the period, UTC microseconds; default 24 hours before :to
-- :to  end of the period, itself not included; default now
-- :server  name of one server; default all
-- :queue  name of one queue; default all
-- :agent  name of an agent; * stands for any characters; default all
-- :by  one of 15min, 30min, hour, day, month, weekday, hour-of-day, server; default none
-- chart: bars agent talk_s
-- Times are cut at the borders of the period and of what is grouped by; an open one lasts until
-- the server was last watched. Offers count where the ringing began, answered, hold_s and the means
-- where the talk began. logged_in_s is time with a dynamic membership in a queue, or a login with
-- app_agent_pool, which counts for the member whose state it is; static members do not log in.
-- Talks are those of queues; talk_s contains hold_s. wrap_up_s is known where a membership has a
-- wrapuptime of its own. Of the time logged in, idle_s is not paused, ringing, talking or wrapping
-- up; occupancy is talk and wrap-up of these and idle, utilisation talk and wrap-up of logged_in_s.
-- Of the offers, answered_percent is answered of answered and ring_no_answer. aht_s is talk and
-- wrap-up by answered. With a queue, logged_in_s, ringing, talks and offers are those of the queue,
-- paused_s, wrap_up_s and idle_s the agent's in all.
WITH RECURSIVE
  period AS (
    SELECT
      coalesce(:from, coalesce(:to, unixepoch() * 1000000) - 86400000000) AS from_us,
      coalesce(:to, unixepoch() * 1000000) AS to_us
  ),
  -- Until when a server was watched: an open session until the collector last wrote, or the last
  -- bytes.
  chosen AS (
    SELECT
      servers.id,
      servers.name,
      max(
        coalesce(
          ended_us,
          max(
            coalesce((SELECT last_us FROM positions WHERE session_id = sessions.id), 0),
            coalesce((SELECT max(last_us) FROM blocks WHERE session_id = sessions.id), 0),
            coalesce((SELECT written_us FROM collector WHERE source = 'live'), 0)))) AS seen_us
    FROM servers LEFT JOIN sessions ON server_id = servers.id
    WHERE :server IS NULL OR servers.name = :server
    GROUP BY servers.id
  ),
  -- Agents of app_agent_pool by the members whose device they are.
  pool_agents AS (
    SELECT
      queue_members.server_id,
      substr(state_interface, 7) AS id,
      min(agent) AS agent,
      max(queues.name = :queue) AS is_in_queue
    FROM queue_members JOIN queues ON queues.id = queue_id
    WHERE state_interface GLOB 'Agent:*'
    GROUP BY queue_members.server_id, state_interface
  ),
  offers AS (
    SELECT
      queue_offers.server_id, agent, outcome, ring_ms, called_us, from_us,
      min(coalesce(ended_us, seen_us), to_us) AS ended_us
    FROM period
    -- No telephone rings for a day.
    CROSS JOIN queue_offers ON called_us < to_us AND called_us >= from_us - 86400000000
    CROSS JOIN queues ON queues.id = queue_id
    JOIN chosen ON chosen.id = queue_offers.server_id
    WHERE (:queue IS NULL OR queues.name = :queue) AND agent IS NOT NULL
  ),
  talks AS (
    SELECT
      queue_visits.server_id, agent, talk_ms, hold_ms, ended_by, connected_us, from_us,
      min(coalesce(talk_ended_us, seen_us), to_us) AS ended_us
    FROM period
    -- Nobody waits and talks for a day.
    CROSS JOIN queue_visits ON joined_us < to_us AND joined_us >= from_us - 86400000000
    CROSS JOIN queues ON queues.id = queue_id
    JOIN chosen ON chosen.id = queue_visits.server_id
    WHERE (:queue IS NULL OR queues.name = :queue) AND agent IS NOT NULL
      AND connected_us < to_us
  ),
  -- Times in a state, cut to the period. is_here: in the queue that was asked for.
  spans AS (
    SELECT
      agent_intervals.server_id,
      coalesce(pool_agents.agent, agent_intervals.agent) AS agent,
      state,
      reason,
      :queue IS NULL OR is_in_queue IS 1 AS is_here,
      max(started_us, from_us) AS began_us,
      min(coalesce(ended_us, seen_us), to_us) AS ended_us
    FROM period
    CROSS JOIN agent_intervals ON started_us < to_us AND (ended_us > from_us OR ended_us IS NULL)
    JOIN chosen ON chosen.id = agent_intervals.server_id
    LEFT JOIN pool_agents
      ON source = 'agent-pool' AND pool_agents.server_id = agent_intervals.server_id
      AND pool_agents.id = agent_intervals.agent
    UNION ALL
    SELECT
      queue_members.server_id, agent, 'logged-in', NULL, 1, max(started_us, from_us),
      min(coalesce(ended_us, seen_us), to_us)
    FROM period
    CROSS JOIN queue_members ON started_us < to_us AND (ended_us > from_us OR ended_us IS NULL)
    JOIN queues ON queues.id = queue_id AND queues.name = :queue
    JOIN chosen ON chosen.id = queue_members.server_id
    WHERE membership = 'dynamic'
    UNION ALL
    SELECT server_id, agent, 'ringing', NULL, 1, max(called_us, from_us), ended_us
    FROM offers
    WHERE :queue IS NOT NULL
    UNION ALL
    SELECT server_id, agent, 'talking', NULL, 1, max(connected_us, from_us), ended_us
    FROM talks
    WHERE :queue IS NOT NULL
  ),
  -- The same, cut where 15, 30 or 60 minutes, days or months of the local clock begin: each row
  -- goes on where the one before ended, the first with nothing.
  pieces (server_id, agent, state, reason, is_here, began_us, ended_us, last_us) AS (
    SELECT server_id, agent, state, reason, is_here, began_us, began_us, ended_us
    FROM spans
    WHERE ended_us > began_us AND (:agent IS NULL OR agent GLOB :agent)
    UNION ALL
    SELECT
      server_id, agent, state, reason, is_here, ended_us,
      min(
        last_us,
        CASE
          WHEN :by IS NULL OR :by = 'server' THEN last_us
          ELSE 1000000 * max(
            ended_us / 1000000 + 900
              - unixepoch(ended_us / 1000000, 'unixepoch', 'localtime') % 900,
            CASE :by
              WHEN '15min' THEN 0
              WHEN '30min'
                THEN ended_us / 1000000 + 1800
                  - unixepoch(ended_us / 1000000, 'unixepoch', 'localtime') % 1800
              WHEN 'hour'
                THEN ended_us / 1000000 + 3600
                  - unixepoch(ended_us / 1000000, 'unixepoch', 'localtime') % 3600
              WHEN 'hour-of-day'
                THEN ended_us / 1000000 + 3600
                  - unixepoch(ended_us / 1000000, 'unixepoch', 'localtime') % 3600
              WHEN 'month'
                THEN unixepoch(
                  ended_us / 1000000, 'unixepoch', 'localtime', 'start of month', '+1 month', 'utc')
              ELSE
                unixepoch(
                  ended_us / 1000000, 'unixepoch', 'localtime', 'start of day', '+1 day', 'utc')
            END)
        END),
      last_us
    FROM pieces
    WHERE ended_us < last_us
  ),
  -- What every agent is, from one change to the next.
  marks AS (
    SELECT
      server_id, agent, at_us,
      sum(delta * (state = 'logged-in' AND is_here)) AS is_in,
      sum(delta * (state = 'paused')) AS is_paused,
      sum(delta * (state = 'ringing')) AS rings,
      sum(delta * (state = 'talking')) AS talks,
      sum(delta * (state = 'wrap-up')) AS wraps_up,
      sum(delta * (state = 'ringing' AND is_here)) AS rings_here,
      sum(delta * (state = 'talking' AND is_here)) AS talks_here
    FROM (
      SELECT server_id, agent, state, is_here, began_us AS at_us, 1 AS delta FROM pieces
      UNION ALL
      SELECT server_id, agent, state, is_here, ended_us, -1 FROM pieces
    )
    GROUP BY server_id, agent, at_us
  ),
  runs AS (
    SELECT
      server_id, agent, at_us,
      lead(at_us) OVER agents - at_us AS length_us,
      sum(is_in) OVER agents > 0 AS is_in,
      sum(is_paused) OVER agents > 0 AS is_paused,
      sum(rings) OVER agents > 0 AS rings,
      sum(talks) OVER agents > 0 AS talks,
      sum(wraps_up) OVER agents > 0 AS wraps_up,
      sum(rings_here) OVER agents > 0 AS rings_here,
      sum(talks_here) OVER agents > 0 AS talks_here
    FROM marks
    WINDOW agents AS (PARTITION BY server_id, agent ORDER BY at_us)
  ),
  -- One row for each of these, each pause, offer and talk: what it adds, and when (t).
  facts AS (
    SELECT
      server_id, agent, at_us / 1000000 AS t, NULL AS reason, NULL AS reason_us,
      is_in * length_us AS in_us,
      is_paused * length_us AS paused_us,
      rings_here * length_us AS ringing_us,
      talks_here * length_us AS talk_us,
      wraps_up * length_us AS wrap_up_us,
      (is_in AND NOT is_paused AND NOT rings AND NOT talks AND NOT wraps_up) * length_us
        AS idle_us,
      (is_in AND (talks OR wraps_up)) * length_us AS busy_us,
      NULL AS outcome, NULL AS ring_ms, NULL AS talk_ms, NULL AS hold_ms, NULL AS ended_by,
      0 AS is_talk
    FROM runs
    WHERE length_us > 0 AND (is_in OR is_paused OR rings OR talks OR wraps_up)
    UNION ALL
    SELECT
      server_id, agent, began_us / 1000000, coalesce(reason, 'unnamed'), ended_us - began_us,
      0, 0, 0, 0, 0, 0, 0, NULL, NULL, NULL, NULL, NULL, 0
    FROM pieces
    WHERE state = 'paused' AND ended_us > began_us
    UNION ALL
    SELECT
      server_id, agent, called_us / 1000000, NULL, NULL, 0, 0, 0, 0, 0, 0, 0,
      coalesce(outcome, 'open'), ring_ms, NULL, NULL, NULL, 0
    FROM offers
    WHERE called_us >= from_us AND (:agent IS NULL OR agent GLOB :agent)
    UNION ALL
    SELECT
      server_id, agent, connected_us / 1000000, NULL, NULL, 0, 0, 0, 0, 0, 0, 0, NULL, NULL,
      talk_ms, hold_ms, ended_by, 1
    FROM talks
    WHERE connected_us >= from_us AND (:agent IS NULL OR agent GLOB :agent)
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
        WHEN 'server' THEN chosen.name
      END AS place,
      facts.*
    FROM (SELECT *, unixepoch(t, 'unixepoch', 'localtime') AS local_s FROM facts) AS facts
    JOIN chosen ON chosen.id = server_id
  ),
  summed AS (
    SELECT
      place,
      agent,
      sum(in_us) AS in_us,
      sum(paused_us) AS paused_us,
      sum(ringing_us) AS ringing_us,
      sum(talk_us) AS talk_us,
      sum(hold_ms) AS hold_ms,
      sum(wrap_up_us) AS wrap_up_us,
      sum(idle_us) AS idle_us,
      sum(busy_us) AS busy_us,
      count(outcome) AS offers,
      sum(is_talk) AS answered,
      count(*) FILTER (WHERE outcome = 'no-answer') AS ring_no_answer,
      count(*) FILTER (WHERE outcome = 'busy') AS busy,
      count(*) FILTER (WHERE outcome = 'cancelled') AS cancelled,
      count(*) FILTER (WHERE outcome = 'answered-elsewhere') AS answered_elsewhere,
      avg(ring_ms) FILTER (WHERE outcome = 'connected') AS ring_ms,
      avg(ring_ms) FILTER (WHERE outcome = 'no-answer') AS no_answer_ms,
      sum(talk_ms) AS talk_ms,
      count(talk_ms) AS ended_talks,
      max(talk_ms) AS longest_ms,
      count(*) FILTER (WHERE is_talk AND ended_by = 'transfer') AS transferred_out
    FROM placed
    GROUP BY place, agent
    -- With a queue: who had to do with it.
    HAVING
      :queue IS NULL OR sum(in_us) > 0 OR sum(ringing_us) > 0 OR sum(talk_us) > 0
      OR count(outcome) > 0 OR sum(is_talk) > 0
  ),
  reasons AS MATERIALIZED (
    SELECT place, agent, reason, sum(reason_us) AS reason_us
    FROM placed
    WHERE reason IS NOT NULL
    GROUP BY place, agent, reason
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
  agent,
  round(nullif(in_us, 0) / 1e6, 1) AS logged_in_s,
  round(paused_us / 1e6, 1) AS paused_s,
  (
    SELECT group_concat(reason || ' ' || round(reason_us / 1e6, 1), ', ')
    FROM (
      SELECT reason, reason_us
      FROM reasons
      WHERE reasons.place IS summed.place AND reasons.agent = summed.agent
      ORDER BY reason_us DESC, reason
    )
  ) AS paused_for,
  round(ringing_us / 1e6, 1) AS ringing_s,
  round(talk_us / 1e6, 1) AS talk_s,
  round(coalesce(hold_ms, 0) / 1e3, 1) AS hold_s,
  round(nullif(wrap_up_us, 0) / 1e6, 1) AS wrap_up_s,
  round(iif(in_us > 0, idle_us, NULL) / 1e6, 1) AS idle_s,
  round(100.0 * busy_us / nullif(busy_us + idle_us, 0), 1) AS occupancy_percent,
  round(100.0 * busy_us / nullif(in_us, 0), 1) AS utilisation_percent,
  offers,
  answered,
  ring_no_answer,
  busy,
  cancelled,
  answered_elsewhere,
  round(100.0 * answered / nullif(answered + ring_no_answer, 0), 1) AS answered_percent,
  round(ring_ms / 1e3, 1) AS mean_ring_s,
  round(no_answer_ms / 1e3, 1) AS mean_ring_no_answer_s,
  round(1e-3 * talk_ms / nullif(ended_talks, 0), 1) AS mean_talk_s,
  round((1e-3 * talk_ms + wrap_up_us / 1e6) / nullif(ended_talks, 0), 1) AS aht_s,
  round(longest_ms / 1e3, 1) AS longest_talk_s,
  round(answered * 3600e6 / nullif(in_us, 0), 1) AS answered_per_hour,
  transferred_out
FROM summed
ORDER BY place, agent;
