#!/usr/bin/env python3
"""features.py --db STORE --capture RECORDING: are transfers, parkings, conferences, holds, recordings, originates
and dtmf what happened?

Holds these tables against what the scenario's driver did (X.truth.json), against Asterisk's own CEL file (X.cel.csv)
and against the events of the recording. Each disagreement is a line; exit code 1 if there is any. What Asterisk
itself does not tell is a line that begins with "known:". Python standard library only.
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
# The driver's clock and the stream's agree within this; a transfer takes place some seconds after it is begun.
EARLY_S, LATE_S = 2.5, 12
# Extensions that it does not have: under load the driver may miss the NOTIFY that says so.
NOWHERE = ("31415",)
# Where the lab's dialplan leads an extension: destination, name.
PLACES = {"60005": ("queue", "support"), "60004": ("queue", "support"), "55010": ("queue", "support"),
          "55004": ("queue", "support"), "850": ("conference", "room850"), "851": ("conference", "room851"),
          "700": ("parking", "default")}
REASONS = {"ok": 4, "ok, application": 4, "busy": 5, "noanswer": 3, "failure": 0, "no such context": 0,
           "no such technology": 0, "sip ok": 4, "sip unregistered": 0, "no such endpoint": 0, "sip to sip": 4,
           "sip busy": 0, "sip declined": 0}


class Features:
    def __init__(self, store, capture):
        self.db = sqlite3.connect("file:%s?mode=ro" % store, uri=True)
        self.db.row_factory = sqlite3.Row
        self.name = os.path.basename(capture)
        self.scenario = self.name.split(".")[0].rsplit("-", 1)[0]
        self.partial = self.name.startswith(PARTIAL)
        self.recording = stream.Recording(capture)
        self.begin = next((f.time for f in self.recording.frames() if f.time is not None), 0)
        self.frames = [f for f in self.recording.frames() if f.event and f.get(b"Privilege") is not None]
        truth = stream.beside(capture, ".truth.json")
        self.did = json.loads(stream.open_any(truth))["did"] if truth else []
        cel = stream.beside(capture, ".cel.csv")
        self.cel = list(csv.reader(io.StringIO(stream.open_any(cel).decode("latin-1")))) if cel else []
        self.found = 0

    def wrong(self, what):
        self.found += 1
        print("%s: %s" % (self.name, what))

    def known(self, what):
        print("known: %s: %s" % (self.name, what))

    def rows(self, sql, *values):
        return [dict(r) for r in self.db.execute(sql, values)]

    def events(self, name):
        return [f for f in self.frames if f.event == name]

    def same(self, what, expected, found):
        if expected != found:
            self.wrong("%s: expected %s, found %s" % (what, expected, found))

    def done(self, *kinds):
        return [r for r in self.did if r["kind"] in kinds]

    # Transfers

    def expected_transfer(self, r):
        """kind, method, outcome, target_status; None if Asterisk tells nothing of it."""
        method, result = r["method"], r.get("result", "")
        if method.startswith("feature code attended") or method == "AMI Atxfer":
            how = "action" if method == "AMI Atxfer" else "feature"
            if result == "abort" or result.startswith("cancelled"):
                return "attended", how, "cancelled", None
            if result == "noanswer":
                return "attended", how, "failed", "CANCEL"
            if result == "busy":
                return "attended", how, "failed", "BUSY"
            return "three-way" if result == "threeway" else "attended", how, "completed", None
        if "attended" in method:
            return "attended", "refer", "completed", None
        if method == "dialplan BlindTransfer":
            return "blind", "dialplan", "failed", None
        if method in ("feature code blind", "queue agent feature"):
            return None if result.startswith("refused") else ("blind", "feature", "completed", None)
        if method == "AMI BlindTransfer":
            return "blind", "action", "failed" if result.startswith("refused") else "completed", None
        if r.get("notify") == "SIP/2.0 404 Not Found" or r["to"] in NOWHERE:
            return None
        return "blind", "refer", "completed", None

    def transfers(self):
        rows = self.rows("""SELECT t.*, t.started_us / 1e6 AS at, e.endpoint AS who, p.endpoint AS whom,
            p.caller_number AS number FROM transfers t LEFT JOIN channels e ON e.id = transferer_channel_id
            LEFT JOIN channels p ON p.id = transferee_channel_id ORDER BY t.id""")
        wanted = [dict(r) for r in self.done("transfer")]
        wanted += [{"at": r["at"] - 1, "method": "SIP REFER blind", "transferer": r["parker"],
                    "transferee": r["parked"], "to": "700"} for r in self.done("park") if r.get("method") == "refer"]
        wanted += [{"at": r["at"], "method": "dialplan BlindTransfer", "transferer": "dialplan",
                    "transferee": r["caller"], "to": "970"} for r in self.done("blindtransfer-app")
                   if self.scenario != "transfers"]
        first = self.frames[0].time if self.frames else 0
        for r in wanted:
            expected = self.expected_transfer(r)
            if expected is None:
                self.known("%s of %s by %s to %s: Asterisk sends no event" % (
                    r["method"], r["transferee"], r["transferer"], r["to"]))
                continue
            who = r["transferee"] if r["transferer"] == "dialplan" else r["transferer"]
            late = LATE_S if r["at"] > first else 1
            row = next((x for x in rows if x["who"] == who and -EARLY_S < x["at"] - r["at"] < late), None)
            if row is None:
                if r["at"] > first:
                    self.wrong("no transfer for %s" % r)
                continue
            rows.remove(row)
            what = "transfer %d (%s to %s)" % (row["id"], r["method"], r["to"])
            self.same(what, expected, (row["kind"], row["method"], row["outcome"], row["target_status"]))
            self.same(what + " exten", r["to"], row["exten"])
            if r["transferer"] != "dialplan" and r["transferee"] not in (row["whom"], row["number"]):
                self.wrong("%s: transferee %s, found %s" % (what, r["transferee"], row["whom"]))
            if row["outcome"] == "completed" and row["dest_type"] not in ("Bridge", "Threeway"):
                place = PLACES.get(r["to"], ("application" if row["dest_type"] else "extension", None))
                self.same(what + " destination", place, (row["destination"], row["destination_name"]))
        for row in rows:
            self.wrong("a transfer that nobody made: %s" % dict(row))
        told = collections.Counter()
        for kind in ("BLINDTRANSFER", "ATTENDEDTRANSFER"):
            told[kind] = sum(1 for line in self.cel if line[0] == kind)
        told["events"] = len(self.events("BlindTransfer")) + len(self.events("AttendedTransfer"))
        counts = self.rows("""SELECT sum(kind = 'blind' AND result = 'Success') AS blind, sum(result IS NOT NULL) AS all_,
            sum(kind <> 'blind' AND result = 'Success') AS attended FROM transfers""")[0]
        if not self.partial:
            self.same("CEL BLINDTRANSFER", told["BLINDTRANSFER"], counts["blind"] or 0)
            self.same("CEL ATTENDEDTRANSFER", told["ATTENDEDTRANSFER"], counts["attended"] or 0)
        self.same("transfer events", told["events"], counts["all_"] or 0)

    # Parking

    def parkings(self):
        rows = self.rows("""SELECT p.*, p.parked_us / 1e6 AS at, c.uniqueid, c.endpoint, k.endpoint AS parker_endpoint,
            r.endpoint AS retriever FROM parkings p LEFT JOIN channels c ON c.id = channel_id
            LEFT JOIN channels k ON k.id = parker_channel_id LEFT JOIN channels r ON r.id = retriever_channel_id""")
        self.same("ParkedCall events", len(self.events("ParkedCall")),
                  sum(r["opened_by"] == "parked" for r in rows))
        ends = {"UnParkedCall": "retrieved", "ParkedCallTimeOut": "timed-out", "ParkedCallGiveUp": "gave-up"}
        for event, outcome in ends.items():
            self.same(event + " events", len(self.events(event)), sum(r["outcome"] == outcome for r in rows))
        for r in rows:
            if r["channel_id"] is None or r["parker_channel_id"] is None:
                self.wrong("parking %d without its channels" % r["id"])
        left = list(rows)
        outcomes = {"retrieve": "retrieved", "abandon": "gave-up", "timeout": "timed-out"}
        for t in self.done("park", "park-announce", "park-local", "live-parked"):
            row = next((x for x in left if ("uniqueid" in t and x["uniqueid"] == t["uniqueid"]
                                            or "space" in t and str(x["space"]) == t["space"]
                                            or "target" in t and x["endpoint"] == t.get("caller"))
                        and abs(x["at"] - t["at"]) < LATE_S), None)
            if row is None:
                if not self.partial or self.scenario == "mixed":
                    self.wrong("no parking for %s" % t)
                continue
            left.remove(row)
            what = "parking %d" % row["id"]
            if t.get("then") in outcomes:
                self.same(what, outcomes[t["then"]], row["outcome"])
                self.same(what + " parked", t["parked"], row["endpoint"])
                self.same(what + " parker", t["parker"], row["parker_endpoint"])
                self.same(what + " retriever", t.get("retriever"), row["retriever"])
            if "lot" in t:
                self.same(what + " lot", t["lot"], row["lot"])
        for row in left:
            self.wrong("a parking that nobody made: %s" % row)
        if self.partial:
            return
        words = {"ParkedCall": None, "ParkedCallTimeOut": "timed-out", "ParkedCallGiveUp": "gave-up",
                 "ParkedCallUnparked": "retrieved"}
        parked = collections.Counter()
        for line in self.cel:
            if line[0] == "PARK_END":
                parked[line[14], words.get(json.loads(line[19]).get("reason"))] += 1
        self.same("CEL PARK_END", parked, collections.Counter((r["uniqueid"], r["outcome"]) for r in rows))

    # Conferences

    def conferences(self):
        rows = self.rows("""SELECT m.*, f.name AS room, m.joined_us / 1e6 AS at, c.uniqueid, c.endpoint,
            c.caller_number FROM conference_members m JOIN conferences f ON f.id = conference_id
            JOIN channels c ON c.id = channel_id""")
        self.same("ConfbridgeJoin events", len(self.events("ConfbridgeJoin")),
                  sum(r["joined_us"] is not None for r in rows))
        self.same("ConfbridgeStart events", len(self.events("ConfbridgeStart")),
                  len(self.rows("SELECT 1 FROM conferences WHERE opened_by = 'started'")))
        for r in self.rows("SELECT * FROM conferences WHERE bridge_id IS NULL OR ended_us IS NULL"):
            if self.scenario != "late":
                self.wrong("conference %(id)d without bridge or end" % r)
        for r in rows:
            if r["left_us"] is None:
                self.wrong("conference member %(id)d never left" % r)
        by_room = {"850": "room850", "851": "room851", "873": "room853", "880": "room880"}
        for t in self.done("conference", "live-conference"):
            room = t.get("room") or by_room.get(t.get("target"))
            mine = [r for r in rows if r["room"] == room and (
                r["uniqueid"] == t["uniqueid"] if "uniqueid" in t else
                r["endpoint"] == t["caller"] and r["at"] and abs(r["at"] - t["at"]) < LATE_S)]
            wanted = 0 if t.get("result", "").startswith("refused") else 1
            if len(mine) != wanted and not self.partial:
                self.wrong("%d members for %s" % (len(mine), t))
            if mine and "uniqueid" not in t:
                self.same("admin in %s" % room, int(t.get("admin", False)), mine[0]["admin"])
            for r in mine:
                rows.remove(r)
        if self.scenario == "conference":
            for r in rows:
                self.wrong("a member that nobody was: %s" % r)
        # A stay in a conference is a stay in its bridge.
        for r in self.rows("""SELECT m.id FROM conference_members m JOIN conferences f ON f.id = conference_id
            WHERE joined_us IS NOT NULL AND NOT EXISTS (SELECT 1 FROM bridge_members b WHERE b.bridge_id = f.bridge_id
            AND b.channel_id = m.channel_id AND abs(b.entered_us - m.joined_us) < 2000000)"""):
            self.wrong("conference member %(id)d was never in the bridge" % r)

    # The rest

    def originates(self):
        rows = self.rows("SELECT * FROM originates")
        told = collections.Counter((f.text(b"Uniqueid"), f.text(b"Response"), f.text(b"Reason"), f.text(b"ActionID"))
                                   for f in self.events("OriginateResponse"))
        found = collections.Counter((r["uniqueid"], r["response"], str(r["reason"]), r["action_id"]) for r in rows)
        self.same("OriginateResponse events", told, found)
        known = {r["uniqueid"] for r in self.rows("SELECT uniqueid FROM channels")}
        for r in rows:
            if (r["channel_id"] is not None) != (r["uniqueid"] in known):
                self.wrong("originate %(id)d and its channel %(uniqueid)s" % r)
        for t in self.done("originate"):
            mine = [r for r in rows if r["uniqueid"] == t["uniqueid"]]
            is_async = t["headers"].get("Async") == "true" and t["response"] == "Success"
            self.same("originates of %s" % t["uniqueid"], int(is_async), len(mine))
            if mine and t["what"] in REASONS:
                self.same("reason of %s (%s)" % (t["uniqueid"], t["what"]), REASONS[t["what"]], mine[0]["reason"])

    def others(self):
        holds = self.rows("SELECT * FROM holds")
        self.same("Hold events", len(self.events("Hold")), len(holds) + self.repeated_holds())
        for r in holds:
            if r["ended_us"] is None and not self.partial:
                self.wrong("hold %(id)d goes on" % r)
        for t in self.done("hold"):
            if t.get("answered", self.begin) < self.begin:
                continue
            if not any(abs(r["started_us"] / 1e6 - t["at"]) < LATE_S for r in holds):
                self.wrong("no hold for %s" % t)
        self.same("DTMFEnd events", len(self.events("DTMFEnd")), len(self.rows("SELECT 1 FROM dtmf")))
        self.same("MixMonitorStart events", len(self.events("MixMonitorStart")),
                  len(self.rows("SELECT 1 FROM recordings WHERE kind = 'mixmonitor' AND file IS NOT NULL")))
        self.same("ConfbridgeRecord events", len(self.events("ConfbridgeRecord")),
                  len(self.rows("SELECT 1 FROM recordings WHERE kind = 'conference'")))

    def repeated_holds(self):
        """Hold of a channel that holds already."""
        held, repeated = set(), 0
        for f in self.frames:
            if f.event == "Hold":
                repeated += f.text(b"Uniqueid") in held
                held.add(f.text(b"Uniqueid"))
            elif f.event in ("Unhold", "Hangup"):
                held.discard(f.text(b"Uniqueid"))
        return repeated

    def run(self):
        self.transfers()
        self.parkings()
        self.conferences()
        self.originates()
        self.others()
        for row in self.db.execute("PRAGMA foreign_key_check"):
            self.wrong("foreign key: %s" % (tuple(row),))
        return 1 if self.found else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--db", required=True)
    parser.add_argument("--capture", required=True)
    arguments = parser.parse_args()
    return Features(arguments.db, arguments.capture).run()


if __name__ == "__main__":
    sys.exit(main())
