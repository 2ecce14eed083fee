#!/usr/bin/env python3
"""compare.py --db STORE --capture RECORDING: does a store say what the recording's bytes say?

Holds the store against an independent count of the recording (count.py), against Asterisk's own CDR and CEL files
beside it (X.cdr.csv, X.cel.csv, .gz or not), and for the scenario hangup-causes against what its driver did
(X.truth.json). Each disagreement is a line; exit code 1 if there is any. A store of several recordings is asked for
the one whose file name is RECORDING's. Python standard library only.

    --cels      the store must have the cels (import --tables cels); without it they are compared if there are any
    --amirec P  also compare what the program P says: `frames --format raw`, `report hangup-causes`
"""
import argparse
import collections
import csv
import datetime
import hashlib
import io
import json
import os
import sqlite3
import subprocess
import sys
import zlib

import count
import stream

# Began in the middle, ended in the middle, or the server died: Asterisk's own files and the stream differ there.
PARTIAL = ("late", "mixed", "restart", "large", "slow-reader")
# Disagreements of one kind that are printed; the rest is only counted.
SHOWN = 8
HOUR_US = 3600 * 1000000
AMA = {"1": "OMIT", "2": "BILLING", "3": "DOCUMENTATION"}

CDR_COLUMNS = ["accountcode", "src", "dst", "dcontext", "clid", "channel", "dstchannel", "lastapp", "lastdata",
               "start", "answer", "end", "duration", "billsec", "disposition", "amaflags", "uniqueid", "userfield",
               "peeraccount", "linkedid", "sequence"]
# None: UserDefType, which not every version sends.
CEL_COLUMNS = ["eventtype", "eventtime", "cid_name", "cid_num", "cid_ani", "cid_rdnis", "cid_dnid", "exten", "context",
               "channame", "appname", "appdata", "amaflags", "accountcode", "uniqueid", "linkedid", "peer", None,
               "userfield", "extra"]

CEL_TYPES = set("""CHAN_START CHAN_END HANGUP ANSWER APP_START APP_END PARK_START PARK_END BRIDGE_ENTER BRIDGE_EXIT
    BLINDTRANSFER ATTENDEDTRANSFER PICKUP FORWARD LINKEDID_END LOCAL_OPTIMIZE LOCAL_OPTIMIZE_BEGIN STREAM_BEGIN
    STREAM_END DTMF USER_DEFINED""".split())


class Comparison:
    def __init__(self, store, capture):
        self.db = sqlite3.connect("file:%s?mode=ro" % store, uri=True)
        self.db.row_factory = sqlite3.Row
        self.recording = stream.Recording(capture)
        self.count = count.Count(self.recording)
        self.name = os.path.basename(capture)
        self.partial = self.name.startswith(PARTIAL)
        self.found = 0
        self.checked = []
        self.server = self._server()

    def _server(self):
        servers = self.rows("SELECT DISTINCT server_id AS id FROM sessions WHERE source_name = ?", self.name)
        if not servers:
            servers = self.rows("SELECT DISTINCT server_id AS id FROM sessions")
        if len(servers) != 1:
            sys.exit("compare: the store has %d servers, none imported from %s" % (len(servers), self.name))
        return servers[0]["id"]

    def rows(self, sql, *bound):
        return self.db.execute(sql, bound).fetchall()

    def of_server(self, table, columns="*", order="id"):
        return self.rows("SELECT %s FROM %s WHERE server_id = ? ORDER BY %s" % (columns, table, order), self.server)

    # -- saying what differs

    def differ(self, what, *lines):
        self.found += len(lines)
        for line in lines[:SHOWN]:
            print("%s: %s: %s" % (self.name, what, line))
        if len(lines) > SHOWN:
            print("%s: %s: and %d more" % (self.name, what, len(lines) - SHOWN))

    def equal(self, what, store, truth):
        self.checked.append(what)
        if store != truth:
            self.differ(what, "store has %r, the recording %r" % (store, truth))

    def same(self, what, store, truth, extra=False):
        """Multisets, compared element by element; with `extra` the store may have more."""
        self.checked.append(what)
        store, truth = collections.Counter(store), collections.Counter(truth)
        lines = ["%d × %s is missing" % (n, (k,)) for k, n in sorted((truth - store).items(), key=str)]
        if not extra:
            lines += ["%d × %s is in the store only" % (n, (k,)) for k, n in sorted((store - truth).items(), key=str)]
        self.differ(what, *lines)

    # -- the stream

    def archive(self):
        """The blocks give back the bytes, session by session."""
        data, at = [], None
        bad = []
        for b in self.of_server("blocks", order="session_id, session_offset"):
            raw = zlib.decompress(b["bytes"]) if b["codec"] == "zlib" else bytes(b["bytes"])
            if len(raw) != b["size"] or zlib.crc32(raw) != b["crc32"] & 0xFFFFFFFF:
                bad.append("block %d: size or CRC is wrong" % b["id"])
            if at is None or at[0] != b["session_id"]:
                at = (b["session_id"], 0)
            if at[1] != b["session_offset"]:
                bad.append("block %d begins at %d, not %d" % (b["id"], b["session_offset"], at[1]))
            at = (b["session_id"], b["session_offset"] + len(raw))
            data.append(raw)
        self.differ("blocks", *bad)
        whole = b"".join(data)
        self.equal("archived bytes", len(whole), len(self.recording.data))
        if whole != self.recording.data:
            self.differ("archived bytes", "differ from the recording's")
        sessions = self.of_server("sessions", "bytes, frames, cut_frames, time_source, connected_us")
        self.equal("bytes by session", [s["bytes"] for s in sessions], [e - s for s, e in self.recording.sessions])
        self.equal("time source", {s["time_source"] for s in sessions} == {"received"}, self.recording.timed)
        if self.recording.timed:
            self.equal("connected at", [s["connected_us"] for s in sessions], [us(c) for c in self.recording.connects])
        blocks = collections.Counter()
        for b in self.of_server("blocks", "event_names"):
            blocks.update(json.loads(b["event_names"]))
        self.equal("event names of blocks", dict(blocks), dict(self.count.live + self.count.listed))

    def events(self):
        truth = {}
        for name in set(self.count.live) | set(self.count.listed):
            truth[name] = (self.count.live[name] + self.count.listed[name], self.count.listed[name])
        store = {r["name"]: (r["n"], r["l"]) for r in self.rows(
            "SELECT name, sum(count) AS n, sum(list_items) AS l FROM event_counts WHERE server_id = ? GROUP BY name",
            self.server)}
        self.same("events by name", store.items(), truth.items())
        if self.recording.timed:
            hours = collections.Counter(
                (us(f.time) // HOUR_US * HOUR_US, f.event) for f in self.recording.frames() if f.event)
            store = [((r["hour_us"], r["name"]), r["count"]) for r in self.of_server("event_counts")]
            self.same("events by hour", store, hours.items())

    # -- what is derived

    def load(self):
        """Channels of store and recording by a key that both know: uniqueid, and how often it came before."""
        self.keys, self.stored = {}, {}
        seen = collections.Counter()
        for r in self.of_server("channels", order="started_us, id"):
            key = (r["uniqueid"], seen[r["uniqueid"]])
            seen[r["uniqueid"]] += 1
            self.keys[r["id"]] = key
            self.stored[key] = r
        self.truth = {}
        seen = collections.Counter()
        for c in self.count.channels:
            c.key = (c.uniqueid, seen[c.uniqueid])
            seen[c.uniqueid] += 1
            self.truth[c.key] = c

    def at(self, time):
        """A time of the recording as the store has it, if the recording has the times of its chunks."""
        return us(time) if self.recording.timed and time is not None else None

    def stored_at(self, time):
        return time if self.recording.timed else None

    def channels(self):
        announced = {k: c for k, c in self.truth.items() if c.announced}
        known = set(self.stored)
        missing = sorted(set(announced) - known)
        self.checked.append("channels")
        self.differ("channels", *["%s %s is missing" % (k, announced[k].name) for k in missing])
        claimed = {k for k in known if not self.partial or self.stored[k]["opened_by"] == "newchannel"}
        self.differ("channels", *["%s %s is in the store only" % (k, self.stored[k]["name"])
                                  for k in sorted(claimed - set(announced))])
        lines = []
        for key in sorted(known & set(announced)):
            c, r = announced[key], self.stored[key]
            want = [("name", c.name), ("counts", int(c.counts)), ("opened_by", "newchannel")]
            if self.recording.timed:
                want.append(("started_us", us(c.started)))
            if c.hangups:
                want += [("closed_by", "hangup"), ("cause", c.cause), ("cause_text", c.cause_text)]
                if self.recording.timed:
                    want.append(("ended_us", us(c.ended)))
            elif r["closed_by"] == "hangup":
                lines.append("%s is closed by a Hangup that never came" % (key,))
            for column, value in want:
                if r[column] != value:
                    lines.append("%s %s: %s is %r, not %r" % (key, c.name, column, r[column], value))
        self.differ("channels", *lines)
        self.same("channels of a Local pair",
                  [(self.keys[r["id"]], self.keys[r["local_channel_id"]])
                   for r in self.stored.values() if r["local_channel_id"] is not None],
                  [p for p in self._pairs()], extra=self.partial)
        store = collections.Counter(
            r["cause"] for k, r in self.stored.items()
            if r["closed_by"] == "hangup" and (k in announced or not self.partial))
        truth = collections.Counter(c.cause for c in announced.values() if c.hangups)
        self.same("causes", store.items(), truth.items())
        if "late" not in self.name:  # a conduit's dial may lie before the recording
            store = collections.Counter(r["cause"] for r in self.stored.values()
                                        if r["closed_by"] == "hangup" and r["counts"])
            self.same("causes that count", store.items(), self.count.report().items())

    def _pairs(self):
        by_name = collections.defaultdict(dict)
        for c in self.truth.values():
            if c.announced and c.pair:
                by_name[c.boot, c.pair[0]][c.pair[1]] = c.key
        for halves in by_name.values():
            if len(halves) == 2:
                yield halves["1"], halves["2"]
                yield halves["2"], halves["1"]

    def calls(self):
        """The same channels belong together. Of channels that the recording does not announce nothing is asked."""
        both = {k for k, c in self.truth.items() if c.announced} & set(self.stored)
        groups = collections.defaultdict(set)
        for key, r in self.stored.items():
            if key in both:
                groups[r["call_id"]].add(key)
        truth = [frozenset(c.key for c in g if c.key in both) for g in self.count.calls()]
        self.same("calls", map(short, groups.values()), map(short, (g for g in truth if g)))
        counted = collections.Counter(r["call_id"] for r in self.stored.values() if r["counts"])
        rows = {r["id"]: r for r in self.of_server("calls")}
        used = {r["call_id"] for r in self.stored.values()}
        self.differ("calls", *["call %d has no channel" % i for i in rows if i not in used])
        self.differ("calls", *["call %d: channels is %d, those that count are %d" % (i, r["channels"], counted[i])
                               for i, r in rows.items() if r["channels"] != counted[i]])
        lines = []
        for i, r in rows.items():
            mine = [c for c in self.stored.values() if c["call_id"] == i]
            if mine and r["started_us"] != min(c["started_us"] for c in mine):
                lines.append("call %d does not start with its first channel" % i)
            ends = [c["ended_us"] for c in mine]
            if mine and r["ended_us"] != (None if None in ends else max(ends)):
                lines.append("call %d does not end with its last channel" % i)
            if (r["disposition"] is None) != (r["ended_us"] is None):
                lines.append("call %d: disposition %r, ended %r" % (i, r["disposition"], r["ended_us"]))
        self.differ("calls", *lines)

    def connections(self):
        """Dials, bridges, and who was in them."""
        key = self.keys.get
        self.same("dials",
                  [(key(r["channel_id"]), key(r["dest_channel_id"]), self.stored_at(r["started_us"]))
                   for r in self.of_server("dials")],
                  [(d.source and d.source.key, d.dest.key, self.at(d.time)) for d in self.count.dials],
                  extra=self.partial)
        bridges = {r["id"]: r for r in self.of_server("bridges")}
        self.same("bridges",
                  [(r["bridge_uniqueid"], r["type"]) for r in bridges.values()],
                  [(b.uniqueid, b.kind) for b in self.count.bridges], extra=self.partial)
        members = self.of_server("bridge_members")
        self.same("members entered",
                  [(bridges[r["bridge_id"]]["bridge_uniqueid"], key(r["channel_id"]), self.stored_at(r["entered_us"]))
                   for r in members],
                  [(m.bridge.uniqueid, m.channel.key, self.at(m.time)) for m in self.count.members],
                  extra=self.partial)
        occupied = {r["bridge_id"] for r in members}
        self.differ("bridges", *["%s: a %s bridge %s a call" % (
            r["bridge_uniqueid"], r["type"], "without" if r["call_id"] is None else "with")
            for r in bridges.values()
            if r["id"] in occupied and (r["call_id"] is not None) != (r["type"] == "basic")])
        # A channel may also leave by its Hangup, or the bridge's end.
        self.same("members left",
                  [(bridges[r["bridge_id"]]["bridge_uniqueid"], key(r["channel_id"]), self.stored_at(r["left_us"]))
                   for r in members if r["left_us"] is not None],
                  [(m.bridge.uniqueid, m.channel.key, self.at(m.time)) for m in self.count.leaves], extra=True)

    # -- Asterisk's own files

    def own_file(self, suffix):
        path = stream.beside(self.recording.path, suffix)
        if path is None:
            return None
        text = stream.open_any(path)
        # Field by field, so that one Latin-1 name does not change how the next line reads.
        rows = csv.reader(io.StringIO(text.decode("latin-1"), newline=""))
        return [[stream.known(f.encode("latin-1")) for f in row] for row in rows]

    def cdrs(self):
        store = [[told(r[c]) for c in CDR_COLUMNS] for r in self.of_server("cdrs")]
        self.equal("number of cdrs", len(store), len(self.count.cdrs))
        lines = self.own_file(".cdr.csv")
        if lines is None or self.partial:
            return
        self._fields("cdrs", CDR_COLUMNS, store, lines, ["uniqueid", "sequence"])
        unlinked = [r["uniqueid"] for r in self.of_server("cdrs") if r["channel_id"] is None]
        self.differ("cdrs", *["%s has no channel" % u for u in unlinked])

    def cels(self, wanted):
        rows = self.of_server("cels")
        if not rows and not wanted:
            return
        self.equal("number of cels", len(rows), len(self.count.cels))
        lines = self.own_file(".cel.csv")
        if lines is None or self.partial:
            return
        names = [c for c in CEL_COLUMNS if c]
        store = [[told(r[c]) for c in names] for r in rows]
        truth = []
        for line in lines:
            fields = [f for f, c in zip(line, CEL_COLUMNS) if c]
            if fields[0] not in CEL_TYPES:  # the file shows the user's word for it, the event does not
                fields[0] = "USER_DEFINED"
            fields[1] = datetime.datetime.fromtimestamp(int(fields[1].split(".")[0]), datetime.timezone.utc).strftime(
                "%Y-%m-%d %H:%M:%S")
            fields[names.index("amaflags")] = AMA.get(fields[names.index("amaflags")], fields[names.index("amaflags")])
            truth.append(fields)
        self._fields("cels", names, store, truth, ["uniqueid", "eventtype", "eventtime", "appname", "appdata"])

    def _fields(self, what, columns, store, truth, key):
        """Multisets of records; a record that differs is named by the fields that do."""
        self.checked.append(what + " field by field")
        mine, theirs = (collections.Counter(map(tuple, rows)) for rows in (store, truth))
        left, missing = list((mine - theirs).elements()), list((theirs - mine).elements())
        lines = []
        where = [columns.index(k) for k in key]
        for record in missing:
            same = [r for r in left if [r[i] for i in where] == [record[i] for i in where]]
            if not same:
                lines.append("missing: %s" % (tuple(record[i] for i in where),))
                continue
            best = min(same, key=lambda r: sum(a != b for a, b in zip(r, record)))
            left.remove(best)
            lines.append("%s: %s" % (tuple(record[i] for i in where), ", ".join(
                "%s is %r, not %r" % (c, a, b) for c, a, b in zip(columns, best, record) if a != b)))
        lines += ["in the store only: %s" % (tuple(r[i] for i in where),) for r in left]
        self.differ(what, *lines)

    # -- what the driver did

    def truth_of_causes(self):
        path = stream.beside(self.recording.path, ".truth.json")
        if path is None or not self.name.startswith("hangup-causes"):
            return
        did = json.loads(stream.open_any(path))["did"]
        asked = {r["headers"]["Channel"]: int(r["headers"]["Cause"]) for r in did if r["kind"] == "action"}
        by_uniqueid = {k[0]: r for k, r in self.stored.items()}
        callers = collections.defaultdict(list)
        for r in sorted(self.stored.values(), key=lambda r: (r["started_us"], r["id"])):
            callers[r["technology"], r["endpoint"]].append(r)
        lines, checked = [], 0
        for record in did:
            if record["kind"] == "action":
                continue
            want = record.get("cause")
            if record["by"] == "originate":
                row = by_uniqueid.get(record["uniqueid"])
                if record["kind"] == "hangup-action":
                    want = next(iter(asked.values()))
            else:  # telephones call one after the other
                mine = callers["PJSIP", record["caller"]]
                row = mine.pop(0) if mine else None
                if want is None:
                    want = int(record["reason"].split("cause=")[1])
            want = want or 16  # a dialplan's Hangup without a cause shows as 16
            checked += 1
            if row is None or row["cause"] != want:
                lines.append("%s: cause is %s, not %d" % (record, row and row["cause"], want))
        self.checked.append("%d causes of the truth" % checked)
        self.differ("truth", *lines)

    def frames(self, amirec, store):
        """`frames --session N --format raw`, session by session, is the recording."""
        ids = [s["id"] for s in self.of_server("sessions", "id")]
        self.checked.append("frames of %d sessions" % len(ids))
        for session, (start, end) in zip(ids, self.recording.sessions):
            done = subprocess.run([amirec, "frames", "--db", store, "--session", str(session), "--format", "raw"],
                                  stdout=subprocess.PIPE)
            want = self.recording.data[start:end]
            if done.returncode != 0:
                self.differ("frames", "session %d: exit code %d" % (session, done.returncode))
            elif done.stdout != want:
                same = len(os.path.commonprefix([done.stdout, want]))
                self.differ("frames", "session %d: sha256 %s of %d bytes, not %s of %d; the same up to byte %d" % (
                    session, sha256(done.stdout), len(done.stdout), sha256(want), len(want), same))

    def report(self, amirec, store):
        """`report hangup-causes` over all of the recording's time."""
        if "late" in self.name:
            return
        done = subprocess.run([amirec, "report", "hangup-causes", "--db", store, "--from", "1970-01-01", "--to",
                               "2100-01-01", "--tz", "UTC", "--format", "json"], stdout=subprocess.PIPE)
        if done.returncode != 0:
            self.differ("report", "exit code %d" % done.returncode)
            return
        answer = json.loads(done.stdout)
        columns = answer["columns"]
        code = next((columns.index(c) for c in ("cause", "code") if c in columns), None)
        number = next((columns.index(c) for c in ("channels", "count", "hangups") if c in columns), None)
        if code is None or number is None:
            self.differ("report", "columns %s hold no cause or no number" % columns)
            return
        self.same("report hangup-causes", [(r[code], r[number]) for r in answer["rows"] if r[code] is not None],
                  self.count.report().items())


def us(seconds):
    return round(seconds * 1000000)


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def told(value):
    """A column's value as Asterisk's files write it: text, nothing where nothing is known."""
    return None if value is None or value == "" else str(value)


def short(keys):
    return tuple(sorted("%s#%d" % k if k[1] else k[0] for k in keys))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--db", required=True)
    parser.add_argument("--capture", required=True)
    parser.add_argument("--cels", action="store_true")
    parser.add_argument("--amirec")
    a = parser.parse_args()
    c = Comparison(a.db, a.capture)
    c.archive()
    c.events()
    c.load()
    c.channels()
    c.calls()
    c.connections()
    c.cdrs()
    c.cels(a.cels)
    c.truth_of_causes()
    if a.amirec:
        c.frames(a.amirec, a.db)
        c.report(a.amirec, a.db)
    print("%s: %s: %s" % (c.name, "%d disagreements" % c.found if c.found else "agrees", ", ".join(c.checked)))
    sys.exit(1 if c.found else 0)


if __name__ == "__main__":
    main()
