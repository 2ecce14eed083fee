#!/usr/bin/env python3
"""calls.py --db STORE --capture RECORDING: do the rows of calls say what happened?

Holds who ended each call, its cause, disposition, parties and times against Asterisk's own CEL file (HANGUP names the
channel that hung up), CDR file and queue_log, against what the scenario's driver did (X.truth.json), and against the
store's own dials, bridges and holds. Each disagreement is a line; exit code 1 if there is any. What is Asterisk's own
affair is a line that begins with "known:". Python standard library only.
"""
import argparse
import collections
import csv
import io
import json
import os
import sqlite3
import sys

import stream

# Began in the middle, ended in the middle, or the server died: not all that was done is in the stream.
PARTIAL = ("late", "mixed", "restart")
# Seconds that CDR and queue_log cut off at both ends.
TOLERANCE_S = 1.2
# A telephone's call and the driver's note of it lie within this.
NEAR_S = 1.5
# The answers to the first questions come within this.
LISTED_MS = 50
SOUGHT = {"busy", "rejected", "unavailable", "not-found", "callee-status"}


class Calls:
    def __init__(self, store, capture):
        self.db = sqlite3.connect("file:%s?mode=ro" % store, uri=True)
        self.db.row_factory = sqlite3.Row
        self.name = os.path.basename(capture)
        self.scenario = self.name.split(".")[0].rsplit("-", 1)[0]
        self.partial = self.name.startswith(PARTIAL)
        self.capture = capture
        truth = stream.beside(capture, ".truth.json")
        self.did = json.loads(stream.open_any(truth))["did"] if truth else []
        self.hangups = {}
        for line in self.lines(".cel.csv"):
            if line[0] == "HANGUP":
                self.hangups[line[14]] = dict(json.loads(line[19]), app=line[10])
        self.calls = {r["id"]: dict(r) for r in self.db.execute("SELECT * FROM calls")}
        self.channels = {r["id"]: dict(r) for r in self.db.execute("SELECT * FROM channels ORDER BY id")}
        self.of_call = collections.defaultdict(list)
        for channel in self.channels.values():
            self.of_call[channel["call_id"]].append(channel)
        self.found = 0
        self.compared = collections.Counter()

    def lines(self, suffix):
        path = stream.beside(self.capture, suffix)
        if not path:
            return []
        return list(csv.reader(io.StringIO(stream.open_any(path).decode("latin-1"), newline="")))

    def wrong(self, what):
        self.found += 1
        print("%s: %s" % (self.name, what))

    def known(self, what):
        print("known: %s: %s" % (self.name, what))

    def same(self, what, expected, found):
        self.compared[what.split(":")[0]] += 1
        if expected != found:
            self.wrong("%s: expected %s, found %s" % (what, expected, found))

    # Who ended it

    def endings(self):
        """CEL says of each channel which channel hung it up, itself included."""
        queued = {i for r in self.db.execute("SELECT channel_id, agent_channel_id FROM queue_visits") for i in r}
        for call in self.calls.values():
            if call["ended_us"] is None:
                continue
            what = "call %d (%s)" % (call["id"], call["linkedid"])
            if call["ended_by"] is None and not self.unobserved(call):
                self.wrong("%s: nobody ended it" % what)
            channel = self.channels.get(call["cause_channel_id"])
            if channel is None:
                if call["cause"] is not None:
                    self.wrong("%s: a cause of no channel" % what)
                continue
            if channel["call_id"] != call["id"] or not channel["counts"]:
                self.wrong("%s: its end is that of %s" % (what, channel["name"]))
            self.same("cause: %s" % what, channel["cause"], call["cause"])
            told = self.hangups.get(channel["uniqueid"])
            if told is None:
                continue
            self.compared["hangupsource"] += 1
            source = told.get("hangupsource", "")
            if call["ended_by"] in ("caller", "callee", "agent"):
                # Of a Local channel Asterisk names who hung up its other half.
                if channel["technology"] == "SIP" and channel["cause"] == 17 and not source:
                    self.known("%s: chan_sip does not say who was busy" % what)
                elif source != channel["name"] and channel["technology"] != "Local":
                    self.wrong("%s: ended by %s %s, CEL says %r" % (what, call["ended_by"], channel["name"], source))
                is_caller = channel["id"] == self.caller(call)
                if is_caller != (call["ended_by"] == "caller") and channel["id"] not in queued:
                    self.wrong("%s: %s is no %s" % (what, channel["name"], call["ended_by"]))
            elif call["ended_by"] == "system" and source == channel["name"]:
                if channel["cause"] in (17, 34) and channel["answered_us"] is None:
                    self.known("%s: Busy or Congestion, the telephone hangs up thereupon" % what)
                else:
                    self.wrong("%s: ended by system, CEL says %s" % (what, source))

    def unobserved(self, call):
        return any(c["closed_by"] == "gap" for c in self.of_call[call["id"]])

    def caller(self, call):
        # A list shows channels in any order: the first is that whose uniqueid is the linkedid.
        mine = [c for c in self.of_call[call["id"]] if c["counts"]]
        first = [c["id"] for c in mine if c["opened_by"] == "snapshot" and c["uniqueid"] == call["linkedid"]]
        return first[0] if first else min(c["id"] for c in mine)

    def visits(self):
        """COMPLETECALLER and COMPLETEAGENT of the only visit of a call without a transfer."""
        ends = {}
        for line in stream.open_any(stream.beside(self.capture, ".queue_log")).decode("latin-1").splitlines():
            part = line.split("|")
            if part[4] in ("COMPLETECALLER", "COMPLETEAGENT"):
                ends.setdefault(part[1], []).append(part[4])
        shutdowns = [r[0] for r in self.db.execute("SELECT received_us FROM system_events WHERE name = 'Shutdown'")]
        transferred = {r[0] for r in self.db.execute("SELECT call_id FROM transfers")}
        for call in self.calls.values():
            mine = [e for c in self.of_call[call["id"]] for e in ends.get(c["uniqueid"], [])]
            if len(mine) != 1 or call["id"] in transferred or call["ended_us"] is None:
                continue
            if any(abs(call["ended_us"] - end) < 2e6 for end in shutdowns):
                self.known("call %d: the server went down over it; queue_log calls that %s" % (call["id"], mine[0]))
                continue
            if self.scenario == "late" and call["ended_us"] < self.begin_of_stream() * 1e6 + 1e6:
                self.known("call %d ended as the recording began, before its state was told" % call["id"])
                continue
            want = "caller" if mine[0] == "COMPLETECALLER" else "agent"
            self.same("queue_log: ended_by of call %d" % call["id"], want, call["ended_by"])
        for row in self.db.execute("""SELECT c.id, c.queue_id, (SELECT queue_id FROM queue_visits v WHERE v.call_id = c.id
                ORDER BY v.id LIMIT 1) AS first FROM calls c"""):
            self.same("queue: call %d" % row["id"], row["first"], row["queue_id"])
        for row in self.db.execute("""SELECT c.id, c.recording_id, (SELECT min(r.id) FROM recordings r JOIN channels k
                ON k.id = r.channel_id WHERE k.call_id = c.id) AS first FROM calls c"""):
            self.same("recording: call %d" % row["id"], row["first"], row["recording_id"])

    # Began in the middle

    def alive(self):
        """What CEL says was alive as the recording began is there, in its call, since then."""
        starts, ends, linked = {}, {}, {}
        for line in self.lines(".cel.csv"):
            if line[0] == "CHAN_START":
                starts[line[14]] = float(line[1])
                linked[line[14]] = line[15]
            elif line[0] == "CHAN_END":
                ends[line[14]] = float(line[1])
        begin = self.begin_of_stream()
        if begin is None:
            return
        by_uniqueid = {c["uniqueid"]: c for c in self.channels.values()}
        calls = collections.defaultdict(set)
        for uniqueid, start in starts.items():
            if not start < begin < ends.get(uniqueid, 1e12):
                continue
            channel = by_uniqueid.get(uniqueid)
            if channel is None:
                if ends.get(uniqueid, 1e12) - begin < NEAR_S:
                    self.known("%s ended as the recording began" % uniqueid)
                else:
                    self.wrong("%s was alive as the recording began, and is not there" % uniqueid)
                continue
            self.compared["alive"] += 1
            calls[linked[uniqueid]].add(channel["call_id"])
            if channel["opened_by"] == "newchannel":
                self.wrong("%s was there before, and is told to be new" % channel["name"])
            if channel["opened_by"] == "snapshot" and abs(channel["started_us"] / 1e6 - start) > TOLERANCE_S:
                self.wrong("%s started at %.1f, CEL says %.1f" % (channel["name"], channel["started_us"] / 1e6, start))
            if channel["ended_us"] is None and uniqueid in ends:
                self.wrong("%s ended at %.1f, and is open" % (channel["name"], ends[uniqueid]))
        for linkedid, ids in calls.items():
            if len(ids) > 1:
                self.wrong("the channels of %s lie in calls %s" % (linkedid, sorted(ids)))
        for channel in self.channels.values():
            if channel["opened_by"] != "newchannel" and starts and not starts.get(channel["uniqueid"], 1e12) <= begin + 1:
                self.wrong("%s is told to have been there, CEL says it began later" % channel["name"])

    def begin_of_stream(self):
        return next((f.time for f in stream.Recording(self.capture).frames() if f.time is not None), None)

    # What the driver did

    def truth(self):
        by_uniqueid = {}
        for channel in self.channels.values():
            by_uniqueid.setdefault(channel["uniqueid"], channel)
        callers = collections.defaultdict(list)
        for call in self.calls.values():
            first = self.channels[min(c["id"] for c in self.of_call[call["id"]])]
            callers[first["endpoint"]].append(call)
        asked = [r for r in self.did if r["kind"] == "action" and r.get("action") == "Hangup"]
        for r in self.did:
            call = None
            if r.get("by") == "originate" and r.get("uniqueid") in by_uniqueid:
                call = self.calls[by_uniqueid[r["uniqueid"]]["call_id"]]
            elif r.get("by") == "sip":
                near = [c for c in callers[r["caller"]] if abs(c["started_us"] / 1e6 - r["at"]) < NEAR_S
                        and r.get("target") in (c["dialled"], None)]
                call = min(near, key=lambda c: abs(c["started_us"] / 1e6 - r["at"]), default=None)
                if call:
                    callers[r["caller"]].remove(call)
            if call is None or call["ended_us"] is None:
                continue
            what = "call %d (%s %s to %s)" % (call["id"], r["kind"], r["caller"], r.get("target"))
            self.ended_as_done(what, r, call)
            if self.scenario == "hangup-causes":
                want = r.get("cause")
                if r["kind"] == "hangup-action":
                    want = int(asked[0]["headers"]["Cause"])
                if want is None:
                    want = int(r["reason"].split("cause=")[1])
                self.same("truth: cause of %s" % what, want or 16, call["cause"])

    def apart(self):
        """What the driver did apart lies in calls of its own: none of them holds two."""
        by_uniqueid = {c["uniqueid"]: c["call_id"] for c in self.channels.values()}
        begun = collections.defaultdict(set)
        for r in self.did:
            if r.get("uniqueid") in by_uniqueid:
                begun[by_uniqueid[r["uniqueid"]]].add(r["uniqueid"])
        for call, uniqueids in begun.items():
            self.compared["apart"] += 1
            if len(uniqueids) > 1:
                self.wrong("call %d holds %s, which the driver began apart" % (call, ", ".join(sorted(uniqueids))))

    def ended_as_done(self, what, r, call):
        if r.get("status") == 200 and "hangup_by" in r and call["disposition"] == "answered":
            # The driver's own telephone notes who sends the BYE; whom the server sends one first is the other.
            want = {"caller": ("caller",), "callee": ("callee", "agent"), "system": ("system",)}[r["hangup_by"]]
            self.compared["truth"] += 1
            if call["ended_by"] not in want and call["ended_by"] != "transfer":
                self.wrong("truth: %s: %s hung up, found %s" % (what, r["hangup_by"], call["ended_by"]))
        elif r["kind"] in SOUGHT and r.get("by") == "sip":
            self.same("truth: ended_by of %s" % what, "callee", call["ended_by"])
        elif r["kind"] == "cancelled" and r.get("by") == "sip":
            self.same("truth: ended_by of %s" % what, ("cancelled", "caller"), (call["disposition"], call["ended_by"]))
        if r.get("answered_by"):
            number = r["answered_by"].split("/")[-1]
            endpoints = {c["endpoint"]: c for c in self.of_call[call["id"]]}
            if number in endpoints and call["disposition"] == "answered":
                self.same("truth: callee of %s" % what, endpoints[number]["caller_number"], call["callee_number"])

    # CDRs

    def cdrs(self):
        cdrs = collections.defaultdict(list)
        for line in self.lines(".cdr.csv"):
            cdrs[line[16]].append(line)
        for call in self.calls.values():
            counted = [c for c in self.of_call[call["id"]] if c["counts"]]
            mine = [line for c in self.of_call[call["id"]] for line in cdrs.get(c["uniqueid"], [])]
            if call["ended_us"] is None or not mine or self.partial and any(c["opened_by"] != "newchannel" for c in counted):
                continue
            self.disposition(call, mine)
            if len(counted) == 2 and len(mine) == 1 and mine[0][6] and mine[0][7] == "Dial" and mine[0][14] == "ANSWERED":
                self.compared["billsec"] += 1
                talk, bill = call["talk_ms"] / 1000, int(mine[0][13])
                if abs(talk - bill) > TOLERANCE_S:
                    self.wrong("call %d: talked %.1f s, its CDR says %d" % (call["id"], talk, bill))

    def disposition(self, call, mine):
        """A CDR knows no more than that a channel came up; with dstchannel it names who was dialled."""
        words = {line[14] for line in mine}
        self.compared["disposition"] += 1
        good = {"answered": "ANSWERED" in words, "self-service": "ANSWERED" in words,
                "busy": "BUSY" in words, "no-answer": "NO ANSWER" in words or "FAILED" in words,
                "cancelled": "NO ANSWER" in words,
                "failed": bool(words & {"FAILED", "CONGESTION", "NO ANSWER"})}[call["disposition"]]
        if not good or call["disposition"] not in ("answered", "self-service") and "ANSWERED" in words:
            self.wrong("call %d is %s, its CDRs say %s" % (call["id"], call["disposition"], sorted(words)))

    # The store's own dials, bridges and holds

    def times(self):
        talks, rings, holds = (collections.defaultdict(list) for _ in range(3))
        bridges = {r["id"]: dict(r) for r in self.db.execute("SELECT * FROM bridges")}
        inside = collections.defaultdict(list)
        for r in self.db.execute("SELECT * FROM bridge_members"):
            inside[r["bridge_id"]].append(r)
        for bridge, members in inside.items():
            if bridges[bridge]["technology"] == "holding_bridge":
                continue
            for call, spans in shared(members, lambda m: self.channels[m["channel_id"]]["call_id"]).items():
                talks[call] += spans
        for r in self.db.execute("SELECT * FROM dials"):
            rings[r["call_id"]].append((r["started_us"], r["ended_us"]))
        for r in self.db.execute("SELECT h.*, call_id FROM holds h JOIN channels c ON c.id = channel_id"):
            holds[r["call_id"]].append((r["started_us"], r["ended_us"]))
        for call in self.calls.values():
            if call["ended_us"] is None:
                continue
            talk = union(talks[call["id"]])
            first = min((s for s, _ in talks[call["id"]]), default=call["ended_us"])
            ring = union([(s, min(e, first)) for s, e in rings[call["id"]] if s < first])
            for column, want in (("talk_ms", talk), ("ring_ms", ring), ("hold_ms", union(holds[call["id"]]))):
                self.compared[column] += 1
                # Of what bridge a channel is in shows a moment after the list of channels.
                listed = any(c["opened_by"] == "snapshot" for c in self.of_call[call["id"]])
                if abs(call[column] - want / 1000) > (LISTED_MS if listed else 1):
                    self.wrong("call %d: %s is %d, its rows say %.0f" % (call["id"], column, call[column], want / 1000))


def union(spans):
    total, reached = 0, 0
    for start, end in sorted(spans):
        start = max(start, reached)
        if end > start:
            total += end - start
            reached = end
    return total


def shared(members, call_of):
    """By call the spans in which a member of it was not alone."""
    spans = collections.defaultdict(list)
    for m in members:
        for o in members:
            if o is not m:
                start, end = max(m["entered_us"], o["entered_us"]), min(m["left_us"] or 1 << 62, o["left_us"] or 1 << 62)
                if end > start:
                    spans[call_of(m)].append((start, end))
    return spans


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--db", required=True)
    parser.add_argument("--capture", required=True)
    a = parser.parse_args()
    c = Calls(a.db, a.capture)
    c.endings()
    c.visits()
    c.alive()
    c.truth()
    c.apart()
    c.cdrs()
    c.times()
    print("%s: %s: %s" % (c.name, "%d disagreements" % c.found if c.found else "agrees", dict(c.compared)))
    sys.exit(1 if c.found else 0)


if __name__ == "__main__":
    main()
