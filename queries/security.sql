-- Who failed to authenticate, by address, account or service, and whether one got in after.
-- :from  start of the period, UTC microseconds; default 24 hours before :to
-- :to  end of the period, itself not included; default now
-- :server  name of one server; default all
-- :by  one of address, account, service, event; default address
-- chart: bars who failed
-- failed are events of the kind failed (FailedACL, InvalidAccountID, InvalidPassword,
-- ChallengeResponseFailed, AuthMethodNotAllowed, UnexpectedAddress, InvalidTransport); limited
-- those that too much stopped. accepted_after is when one was let in for the first time after the
-- first failure of the same: a password that was mistyped, or guessed. Logins to the manager
-- interface count among failures only.
WITH
  period AS (
    SELECT
      coalesce(:from, coalesce(:to, unixepoch() * 1000000) - 86400000000) AS from_us,
      coalesce(:to, unixepoch() * 1000000) AS to_us
  ),
  happened AS (
    SELECT
      servers.name AS server,
      CASE coalesce(:by, 'address')
        WHEN 'address' THEN remote_address
        WHEN 'account' THEN account
        WHEN 'service' THEN service
        WHEN 'event' THEN event
      END AS who,
      kind,
      remote_address,
      account,
      event,
      received_us
    FROM period
    CROSS JOIN security_events ON received_us >= from_us AND received_us < to_us
    JOIN servers ON servers.id = server_id
    WHERE
      kind IN ('failed', 'limited', 'accepted')
      AND NOT (kind = 'accepted' AND service IS 'AMI')
      AND (:server IS NULL OR servers.name = :server)
  ),
  marked AS (
    SELECT
      *,
      min(received_us) FILTER (WHERE kind <> 'accepted') OVER (PARTITION BY server, who)
        AS first_us
    FROM happened
  ),
  troubled AS (
    SELECT
      server,
      who,
      count(*) FILTER (WHERE kind = 'failed') AS failed,
      count(*) FILTER (WHERE kind = 'limited') AS limited,
      count(*) FILTER (WHERE event = 'InvalidAccountID') AS unknown_accounts,
      count(*) FILTER (WHERE event IN ('InvalidPassword', 'ChallengeResponseFailed'))
        AS wrong_passwords,
      count(*) FILTER (WHERE event IN ('FailedACL', 'UnexpectedAddress', 'InvalidTransport'))
        AS from_elsewhere,
      count(DISTINCT remote_address) FILTER (WHERE kind <> 'accepted') AS addresses,
      count(DISTINCT account) FILTER (WHERE kind <> 'accepted') AS accounts,
      first_us,
      max(received_us) FILTER (WHERE kind <> 'accepted') AS last_us,
      min(received_us) FILTER (WHERE kind = 'accepted' AND received_us > first_us) AS accepted_us
    FROM marked
    WHERE first_us IS NOT NULL
    GROUP BY server, who
  )
SELECT
  server,
  who,
  failed,
  limited,
  unknown_accounts,
  wrong_passwords,
  from_elsewhere,
  addresses,
  accounts,
  strftime('%Y-%m-%dT%H:%M:%S', first_us / 1000000, 'unixepoch', 'localtime')
    || printf(
      '%+03d:%02d',
      (unixepoch(first_us / 1000000, 'unixepoch', 'localtime') - first_us / 1000000) / 3600,
      abs(unixepoch(first_us / 1000000, 'unixepoch', 'localtime') - first_us / 1000000)
        % 3600 / 60) AS first,
  strftime('%Y-%m-%dT%H:%M:%S', last_us / 1000000, 'unixepoch', 'localtime')
    || printf(
      '%+03d:%02d',
      (unixepoch(last_us / 1000000, 'unixepoch', 'localtime') - last_us / 1000000) / 3600,
      abs(unixepoch(last_us / 1000000, 'unixepoch', 'localtime') - last_us / 1000000)
        % 3600 / 60) AS last,
  strftime('%Y-%m-%dT%H:%M:%S', accepted_us / 1000000, 'unixepoch', 'localtime')
    || printf(
      '%+03d:%02d',
      (unixepoch(accepted_us / 1000000, 'unixepoch', 'localtime') - accepted_us / 1000000) / 3600,
      abs(unixepoch(accepted_us / 1000000, 'unixepoch', 'localtime') - accepted_us / 1000000)
        % 3600 / 60) AS accepted_after
FROM troubled
ORDER BY failed DESC, limited DESC, server, who;
