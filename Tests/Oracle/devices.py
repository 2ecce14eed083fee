#!/usr/bin/env python3
"""devices.py --db STORE --capture RECORDING: do registrations, device_states, security_events, user_events and
media_quality say what the recording's bytes say?

The rows are made anew from the bytes, by the rules that stand in schema/0004-devices.sql, and compared with the
store's, all columns that matter. For the scenario registrations the store is held against what its driver did
(X.truth.json) too: each of its acts has its rows, and there is no row without an act. Each disagreement is a line;
exit code 1 if there is any. Python standard library only.
"""
import argparse
import collections
import datetime
import json
import os
import re
import sqlite3
import sys

import stream

SECURITY = """FailedACL InvalidAccountID SessionLimit MemoryLimit LoadAverageLimit RequestNotSupported RequestNotAllowed
    AuthMethodNotAllowed RequestBadFormat SuccessfulAuth UnexpectedAddress ChallengeResponseFailed InvalidPassword
    ChallengeSent InvalidTransport""".split()
FLEETING = ("Local/", "CBAnn/", "CBRec/", "Surrogate/", "AsyncGoto/", "Message/", "Announcer/")
# An answer that contradicts what was reported this short a time ago (seconds) may be older than it.
TRUST_S = 10
BOOT_S = 2
SHOWN = 12
# Acts and rows that belong together lie this close (seconds).
NEAR_S = 0.25


def micros(seconds):
    return round(seconds * 1e6)


class Check:
    def __init__(self):
        self.found = 0
        self.checked = []

    def same(self, what, expected, actual):
        """Compares two lists of tuples as multisets."""
        expected, actual = collections.Counter(expected), collections.Counter(actual)
        self.checked.append("%s %d" % (what, sum(expected.values())))
        for word, rest in (("missing", expected - actual), ("too many", actual - expected)):
            self.found += sum(rest.values())
            for row in sorted(rest, key=repr)[:SHOWN]:
                print("%s: %s: %r" % (what, word, row))

    def differ(self, line):
        self.found += 1
        print(line)


class Report:
    """Something was reported to be in a state."""

    def __init__(self, frame, key, state, address=None, momentary=False, forget=False):
        self.time, self.session, self.listed = micros(frame.time), frame.session, listed(frame)
        self.key, self.state, self.address = key, state, address
        self.momentary, self.forget = momentary, forget


def listed(frame):
    """Whether it answers an action; items of SIPpeerstatus have a Privilege, but of one word."""
    privilege = frame.text(b"Privilege")
    return privilege is None or frame.get(b"ActionID") is not None and "," not in privilege


def boots(frames):
    """For each session, the number of the life of the server that it is in."""
    lives, life, last = {}, 0, None
    for f in frames:
        lives.setdefault(f.session, life)
        if f.event == "FullyBooted" and not listed(f) and f.text(b"Uptime"):
            boot = f.time - int(f.text(b"Uptime"))
            if last is None or abs(boot - last) > BOOT_S:
                if last is not None and lives[f.session] == life:
                    life += 1
                    lives[f.session] = life
                last = boot
    return lives


def fold(reports, lives):
    """(key, state, who told it, began, ended) of the intervals: equal states follow each other in one."""
    rows, current = [], {}
    for r in reports:
        life = lives[r.session]
        old = current.get(r.key)
        if old and old["life"] != life:
            rows.append((r.key, old["state"], old["by"], old["began"], "restart"))
            old = current.pop(r.key) and None
        if r.momentary or r.forget:
            if old and r.forget:
                rows.append((r.key, old["state"], old["by"], old["began"], r.time))
                del current[r.key]
            if r.momentary:
                rows.append((r.key, r.state, "event", r.time, r.time))
            continue
        state = r.state
        if callable(state):
            state = state(old and old["state"])
        if old:
            moved = r.address and old["address"] and r.address != old["address"]
            if state == old["state"] and not moved:
                old.update(seen=r.time, session=r.session, address=r.address or old["address"])
                continue
            fresh = old["session"] == r.session and r.time - old["seen"] < TRUST_S * 1000000
            if r.listed and fresh:
                continue
            end = r.time if old["session"] == r.session else "gap"
            rows.append((r.key, old["state"], old["by"], old["began"], end))
        address = r.address
        if old and not address and state in ("reachable", "lagged", "unreachable"):
            address = old["address"]
        current[r.key] = dict(state=state, began=r.time, by="snapshot" if r.listed else "event", seen=r.time,
                              session=r.session, life=life, address=address)
    last = max(lives.values())
    for key, old in current.items():
        rows.append((key, old["state"], old["by"], old["began"], "open" if old["life"] == last else "restart"))
    return rows


def device_reports(frames):
    words = {"NOT_INUSE": "idle", "INUSE": "in-use", "RINGINUSE": "ringing-in-use", "ONHOLD": "on-hold"}
    for f in frames:
        if f.event == "DeviceStateChange":
            device, word = f.text(b"Device"), f.text(b"State")
            forget = device.startswith(FLEETING) and word in ("NOT_INUSE", "UNKNOWN", "INVALID")
            yield Report(f, (device,), words.get(word, word.lower()), forget=forget)


def host(*parts):
    parts = [p for p in parts if p]
    if not parts or parts[0].startswith(("-", "(")):
        return None
    return parts[0] if parts[1:] in ([], ["0"]) else ":".join(parts)


CONTACT = {"NonQualified": "unqualified", "Created": "unknown"}
TRUNK = {"Request Sent": "registering", "Auth. Sent": "registering", "No Authentication": "rejected"}


def registration_reports(frames):
    for f in frames:
        t, name = f.text, f.event
        if name == "ContactStatus" and t(b"ContactStatus") != "Updated":
            word = t(b"ContactStatus")
            gone = word == "Removed"
            yield Report(f, ("contact", t(b"AOR"), t(b"URI")), CONTACT.get(word, word.lower()), momentary=gone, forget=gone)
        elif name == "ContactStatusDetail":
            yield Report(f, ("contact", t(b"AOR"), t(b"URI")), CONTACT.get(t(b"Status"), t(b"Status").lower()))
        elif name == "ContactList":
            aor = re.split(";@|@@", t(b"ObjectName"))[0]
            yield Report(f, ("contact", aor, t(b"Uri")), CONTACT.get(t(b"Status"), t(b"Status").lower()))
        elif name == "EndpointList":
            word = t(b"DeviceState")
            yield Report(f, ("endpoint", "PJSIP", t(b"ObjectName")),
                         {"Unavailable": "unreachable", "Invalid": "unreachable", "Unknown": "unknown"}.get(word, "reachable"))
        elif name == "PeerStatus":
            kind = t(b"ChannelType")
            key = ("endpoint" if kind == "PJSIP" else "peer", kind, t(b"Peer").split("/", 1)[1])
            state = t(b"PeerStatus").lower()
            if state == "registered":
                def state(old):
                    return old if old in ("reachable", "lagged", "unreachable") else "registered"
            yield Report(f, key, state, host(t(b"Address"), t(b"Port")), momentary=state == "rejected")
        elif name == "PeerEntry":
            word, address = t(b"Status").split(" ")[0], host(t(b"IPaddress"), t(b"IPport"))
            state = {"OK": "reachable", "LAGGED": "lagged", "UNREACHABLE": "unreachable"}.get(word)
            if not state:
                state = "unqualified" if t(b"Dynamic") == "no" else "registered" if address else "unregistered"
            yield Report(f, ("peer", t(b"Channeltype"), t(b"ObjectName")), state, address)
        elif name == "Registry":
            word = t(b"Status")
            yield Report(f, ("registration", t(b"Username"), t(b"Domain")), TRUNK.get(word, word.lower()))
        elif name == "RegistryEntry":
            word = t(b"State")
            yield Report(f, ("registration", t(b"Username"), t(b"Host")), TRUNK.get(word, word.lower()))
        elif name == "OutboundRegistrationDetail":
            yield Report(f, ("registration", t(b"ClientUri"), t(b"ServerUri")), t(b"Status").lower())


def stored_end(row):
    return {"change": row["ended_us"], "moment": row["ended_us"], None: "open"}.get(row["closed_by"], row["closed_by"])


def registration_key(r):
    if r["kind"] == "contact":
        return ("contact", r["aor"], r["name"])
    if r["kind"] == "registration":
        return ("registration", r["name"], r["address"])
    return (r["kind"], r["technology"], r["name"])


def security(frames):
    for f in frames:
        if f.event in SECURITY and not listed(f):
            at = datetime.datetime.strptime(f.text(b"EventTV"), "%Y-%m-%dT%H:%M:%S.%f%z")
            family, transport, remote, port = f.text(b"RemoteAddress").split("/")
            yield (micros(f.time), round(at.timestamp() * 1000) * 1000, f.event, f.text(b"Severity"), f.text(b"Service"),
                   stream.known(f.get(b"AccountID")), f.text(b"SessionID"), transport.lower(), remote, int(port))


def user_events(frames):
    for f in frames:
        if f.event != "UserEvent":
            continue
        names = [k.lower() for k, _ in f.headers]
        mark = names.index(b"userevent")
        real = {k.lower(): stream.text(v) for k, v in f.headers[1:mark]}
        own = [[stream.text(k), stream.text(v)] for k, v in f.headers[mark + 1:]]
        action = None
        if b"channel" not in real:
            action = next((v for k, v in own if k.lower() == "actionid"), None)
        yield (micros(f.time), stream.text(f.headers[mark][1]), real.get(b"channel"), real.get(b"uniqueid"), action,
               json.dumps(own, ensure_ascii=False))


def media(frames):
    last = {}
    for f in frames:
        if f.event in ("RTCPSent", "RTCPReceived"):
            sent = f.event == "RTCPSent"
            for block in range(max(1, int(f.text(b"ReportCount")))):
                yield (micros(f.time), "rtcp-sent" if sent else "rtcp-received", "in" if sent else "out",
                       int(f.text(b"SSRC"), 16), f.text(b"Uniqueid"), f.text(b"PT"),
                       int(f.text(b"SentPackets") or 0), f.text(b"MES") and float(f.text(b"MES")))
        elif f.event == "VarSet" and f.text(b"Variable") == "RTPAUDIOQOS" and f.text(b"Value"):
            channel = f.text(b"Uniqueid")
            if last.get(channel) == f.text(b"Value"):
                continue
            last[channel] = f.text(b"Value")
            v = dict(p.split("=") for p in f.text(b"Value").split(";"))
            for way, count, mes, ssrc in (("in", "rxcount", "txmes", "ssrc"), ("out", "txcount", "rxmes", "themssrc")):
                if int(v[count]):
                    yield (micros(f.time), "final", way, int(v[ssrc]) or None, channel, None, int(v[count]),
                           float(v.get(mes) or 0) or None)


def compare(db, recording, check):
    frames = [f for f in recording.frames() if f.time is not None]
    lives = boots(frames)
    db.row_factory = sqlite3.Row

    rows = db.execute("SELECT * FROM device_states").fetchall()
    check.same("device_states", fold(device_reports(frames), lives),
               [((r["device"],), r["state"], r["opened_by"], r["started_us"], stored_end(r)) for r in rows])
    rows = db.execute("SELECT * FROM registrations").fetchall()
    check.same("registrations", fold(registration_reports(frames), lives),
               [(registration_key(r), r["state"], r["opened_by"], r["started_us"], stored_end(r)) for r in rows])
    check.same("security_events", list(security(frames)), [tuple(r) for r in db.execute(
        "SELECT received_us, event_us, event, severity, service, account, session, remote_transport, remote_address,"
        " remote_port FROM security_events")])
    check.same("user_events", list(user_events(frames)), [
        (*tuple(r)[:-1], json.dumps(json.loads(r["headers"]), ensure_ascii=False)) for r in db.execute(
            "SELECT received_us, name, channel, uniqueid, action_id, headers FROM user_events")])
    check.same("media_quality", list(media(frames)), [tuple(r) for r in db.execute(
        "SELECT m.received_us, report, stream, ssrc, c.uniqueid, packet, coalesce(packets, sent_packets, 0), mes"
        " FROM media_quality m LEFT JOIN channels c ON c.id = channel_id")])
    for table in ("registrations", "device_states"):
        for r in db.execute("SELECT id FROM %s WHERE ended_us < started_us OR (ended_us IS NULL) <> (closed_by IS NULL)"
                            % table):
            check.differ("%s %d: its end does not fit" % (table, r["id"]))
        name = "device" if table == "device_states" else "kind || ' ' || name || ' ' || coalesce(address, '')"
        if table == "registrations":
            name = "kind || coalesce(technology, '') || name || CASE kind WHEN 'registration' THEN address ELSE '' END"
        for r in db.execute(
                "SELECT id FROM (SELECT id, started_us, lag(coalesce(ended_us, 1 << 62)) OVER (PARTITION BY %s"
                " ORDER BY started_us, id) AS before_us FROM %s WHERE closed_by IS NOT 'moment')"
                " WHERE started_us < before_us" % (name, table)):
            check.differ("%s %d overlaps the one before" % (table, r["id"]))


# MARK: The driver's acts

class Acts:
    """What a scenario's driver did, against the rows: an act has its rows, a row has its act."""

    def __init__(self, db, truth, check):
        self.check, self.start = check, truth["started"]
        self.rows = [dict(r, at=r["started_us"] / 1e6) for r in db.execute(
            "SELECT * FROM registrations WHERE kind IN ('contact', 'endpoint', 'peer') AND opened_by = 'event'"
            " ORDER BY started_us, id")]
        self.security = [dict(r, at=r["received_us"] / 1e6) for r in db.execute(
            "SELECT * FROM security_events WHERE kind = 'failed' ORDER BY id")]
        self.trunks = [dict(r, at=r["started_us"] / 1e6) for r in db.execute(
            "SELECT * FROM registrations WHERE kind = 'registration'")]
        self.contacts = collections.defaultdict(set)
        self.acts = sorted(truth["did"], key=lambda a: a["at"])

    def take(self, act, kind, name, state, low=-NEAR_S, high=NEAR_S):
        for r in self.rows:
            if r["kind"] == kind and name in r["name"] and r["state"] == state and low <= r["at"] - act["at"] <= high:
                self.rows.remove(r)
                return True
        self.check.differ("%s of %s at %.3f: no %s %s that is %s" % (
            act["kind"], act.get("aor"), act["at"] - self.start, kind, name, state))
        return False

    def refused(self, act, event, account):
        names = (event,) if isinstance(event, str) else event
        for r in self.security:
            if r["event"] in names and r["account"] == account and abs(r["at"] - act["at"]) <= NEAR_S:
                self.security.remove(r)
                return
        self.check.differ("%s of %s at %.3f: no %s" % (act["kind"], account, act["at"] - self.start, event))

    def run(self):
        for act in self.acts:
            getattr(self, act["kind"].replace("-", "_"), lambda a: None)(act)
        # The trunk's static contact is asked when the server starts: nobody did anything.
        rest = [r for r in self.rows if r["aor"] != "trunk"]
        for r in rest:
            self.check.differ("nobody did: %s %s %s at %.3f" % (r["kind"], r["name"], r["state"], r["at"] - self.start))
        for r in self.security:
            self.check.differ("nobody failed: %s %s at %.3f" % (r["event"], r["account"], r["at"] - self.start))
        self.check.checked.append("acts %d" % len(self.acts))

    def is_sip(self, act):
        return act["aor"].startswith("3")

    def uri(self, act):
        return "%s@127.0.0.1:%d" % (act["aor"], act["port"])

    def register(self, act):
        aor = act["aor"]
        if self.contacts[aor] and act["port"] in self.contacts[aor]:
            return  # a refresh
        first = not self.contacts[aor]
        self.contacts[aor].add(act["port"])
        if self.is_sip(act):
            self.take(act, "peer", aor, "registered")
            if aor in ("302", "303"):
                self.take(act, "peer", aor, "reachable")
            return
        self.take(act, "contact", self.uri(act), "unqualified")
        if aor in ("104", "105"):
            self.take(act, "contact", self.uri(act), "reachable")
        if first:
            self.take(act, "endpoint", aor, "reachable")

    register_second_contact = register

    def gone(self, act, port, low, high):
        aor = act["aor"]
        self.contacts[aor].discard(port)
        if self.is_sip(act):
            self.take(act, "peer", aor, "unregistered", low, high)
            return
        self.take(act, "contact", "%s@127.0.0.1:%d" % (aor, port), "removed", low, high)
        if not self.contacts[aor]:
            self.take(act, "endpoint", aor, "unreachable", low, high)

    def unregister(self, act):
        ports = self.contacts[act["aor"]]
        if ports:
            self.gone(act, act.get("port") or next(iter(ports)), -NEAR_S, NEAR_S)

    def register_expires(self, act):
        # chan_pjsip looks every few seconds, chan_sip gives ten seconds more.
        port = next(iter(self.contacts[act["aor"]]))
        self.gone(act, port, act["expires"] - 0.5, act["expires"] + 15)

    def qualify_silent(self, act):
        if self.is_sip(act):
            self.take(act, "peer", act["aor"], "unreachable", 0, 15)
        else:
            self.take(act, "contact", act["aor"] + "@", "unreachable", 0, 15)
            self.take(act, "endpoint", act["aor"], "unreachable", 0, 15)

    def qualify_answers(self, act):
        if self.is_sip(act):
            self.take(act, "peer", act["aor"], "reachable", 0, 15)
        else:
            self.take(act, "contact", act["aor"] + "@", "reachable", 0, 15)
            self.take(act, "endpoint", act["aor"], "reachable", 0, 15)

    def register_wrong_password(self, act):
        self.refused(act, ("ChallengeResponseFailed", "InvalidPassword"), act["aor"])

    def register_too_many(self, act):
        self.refused(act, "FailedACL", act["aor"])

    def register_unknown(self, act):
        # Without and with an answer to the challenge; the answer then fails for an account without a name.
        for event, account in (("InvalidAccountID", act["aor"]), ("InvalidAccountID", act["aor"]),
                               ("ChallengeResponseFailed", None)):
            self.refused(act, event, account)

    def trunk_state(self, act, port, state, low, high):
        if not any(":%d" % port in r["name"] and r["state"] == state and low <= r["at"] - act["at"] <= high
                   for r in self.trunks):
            self.check.differ("trunk at %d: was never %s" % (port, state))

    def outbound(self, act):
        self.ports = act
        self.trunk_state(act, act["reg_ok"], "registered", 0, 60)
        self.trunk_state(act, act["reg_reject"], "rejected", 0, 60)
        self.trunk_state(act, act["reg_dead"], "rejected", 0, 60)

    def action(self, act):
        if act["action"] == "PJSIPUnregister":
            self.trunk_state(act, self.ports["reg_ok"], "unregistered", -NEAR_S, 1)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--db", required=True)
    parser.add_argument("--capture", required=True)
    options = parser.parse_args()
    db = sqlite3.connect("file:%s?mode=ro" % options.db, uri=True)
    check = Check()
    compare(db, stream.Recording(options.capture), check)
    name = os.path.basename(options.capture)
    if name.startswith("registrations-"):
        truth = json.loads(stream.open_any(stream.beside(options.capture, ".truth.json")))
        Acts(db, truth, check).run()
    print("%s: %s; %d disagreements" % (name, ", ".join(check.checked), check.found))
    sys.exit(1 if check.found else 0)


if __name__ == "__main__":
    main()
