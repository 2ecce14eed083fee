#!/usr/bin/env python3
"""queues.py --db STORE --recording X.ami.gz: do visits, offers, members and agents say what Asterisk's own
queue_log says? Beside the recording lie X.queue_log.gz, X.idx.gz and X.truth.json.gz; the store holds that
recording alone. Each disagreement is a line; exit code 1 if there is any. What is Asterisk's fault is named
and does not count. Python standard library only.

queue_log has whole seconds, cut; a visit is compared if it was alive while the recording ran.
"""
import argparse
import collections
import gzip
import json
import sqlite3
import sys

TOLERANCE_S = 1.2
EXITS = {"ABANDON": "abandoned", "EXITWITHTIMEOUT": "timeout", "EXITEMPTY": "left-empty",
         "EXITWITHKEY": "exit-key", "SYSCOMPAT": "incompatible"}
ENDS = {"COMPLETECALLER": "caller", "COMPLETEAGENT": "agent", "BLINDTRANSFER": "transfer",
        "ATTENDEDTRANSFER": "transfer"}
REFUSED = {"queue-full": "FULL", "queue-join-refused": "JOINEMPTY", "queue-missing": "UNKNOWN"}
QUEUES = {"59": "inuse", "60": "support", "61": "sales", "62": "linear", "63": "tiny", "64": "strict", "65": "closed",
          "66": "autop", "67": "skills", "68": "pool", "69": "phones"}
CALLERS = tuple(REFUSED) + ("queue-caller", "queue-key")


class Visit:
    """A visit as queue_log tells it."""

    def __init__(self, second, uniqueid, queue):
        self.entered = self.uniqueid = uniqueid
        self.queue, self.joined = queue, second
        self.outcome = self.wait = self.talk = self.agent = self.agent_uniqueid = self.ended_by = None
        self.position = self.original = None
        self.end = None       # the second of its last entry, once it is over
        self.offers = []      # (second, kind, agent, ring in seconds)

    def __str__(self):
        return "%s in %s, %d" % (self.entered, self.queue, self.joined)


def text(path):
    with gzip.open(path, "rt", encoding="utf-8", errors="surrogateescape", newline="\n") as file:
        return file.read()


def read_log(path, remarks):
    """The visits of a queue_log, in order."""
    visits, live, ended = [], {}, {}
    for line in text(path).splitlines():
        second, uniqueid, queue, agent, event, *data = line.split("|")
        second = int(second)
        if event == "QUEUESTART":
            for visit in live.values():
                visit.end = second
                visit.outcome = visit.outcome or "unknown"
            live.clear()
            continue
        if event == "ENTERQUEUE":
            live[uniqueid, queue] = visit = Visit(second, uniqueid, queue)
            visit.original = int(data[2])
            visits.append(visit)
            continue
        visit = live.get((uniqueid, queue))
        if visit is None and (event in EXITS or event == "CONNECT"):
            # An attended transfer into a queue: ENTERQUEUE names one channel, the end another.
            visit = next((v for v in live.values() if v.queue == queue and v.outcome is None), None)
            if visit:
                remarks.append("Asterisk logs one wait under two channels (attended transfer): %s ends as %s"
                               % (visit, uniqueid))
                del live[visit.entered, queue]
                visit.uniqueid = uniqueid
                live[uniqueid, queue] = visit
        if visit is None and event.endswith("TRANSFER") and (uniqueid, queue) in ended:
            visit = ended[uniqueid, queue]
            if visit.end >= second - 1:
                remarks.append("Asterisk logs the end of one talk twice, as the agent's and as a transfer: %s" % visit)
                visit.ended_by = "transfer"
            continue
        if visit is None:
            continue
        if event in EXITS:
            key = 1 if event == "EXITWITHKEY" else 0
            visit.outcome, visit.end = EXITS[event], second
            if event != "SYSCOMPAT":
                visit.position, visit.original, visit.wait = (int(n) for n in data[key:key + 3])
            del live[uniqueid, queue]
        elif event == "CONNECT":
            visit.outcome, visit.agent, visit.wait = "answered", agent, int(data[0])
            visit.agent_uniqueid = data[1]
            visit.offers.append((second, "connected", agent, int(data[2])))
        elif event in ENDS:
            visit.ended_by, visit.end = ENDS[event], second
            visit.talk = int(data[{"BLINDTRANSFER": 3, "ATTENDEDTRANSFER": 3}.get(event, 1)])
            del live[uniqueid, queue]
            ended[uniqueid, queue] = visit
        elif event in ("RINGNOANSWER", "RINGCANCELED"):
            kind = "in vain" if event == "RINGNOANSWER" else "cancelled"
            visit.offers.append((second, kind, agent, int(data[0]) / 1000))
    return visits


def read_agents(path):
    """What a queue_log says of members and agents: (second, event, whose, more)."""
    found = []
    for line in text(path).splitlines():
        second, _, queue, agent, event, *data = line.split("|")
        if event in ("ADDMEMBER", "REMOVEMEMBER"):
            found.append((int(second), event, queue, agent))
            if data[0] == "PAUSED":
                found.append((int(second), "ADDPAUSED", agent, ""))
        elif event == "PAUSE":
            found.append((int(second), event, agent, data[0]))
        elif event in ("UNPAUSE", "AGENTLOGIN", "AGENTLOGOFF"):
            found.append((int(second), event, agent, ""))
    return found


def period(path):
    """When the recording began and ended, in seconds."""
    times = [float(line.split()[2]) for line in text(path).splitlines() if len(line.split()) == 3]
    return min(times), max(times)


class Comparison:
    def __init__(self, store, recording):
        base = recording[:-len(".ami.gz")]
        self.remarks, self.differences = [], []
        self.log = read_log(base + ".queue_log.gz", self.remarks)
        self.truth = json.loads(text(base + ".truth.json.gz"))["did"]
        self.begin, self.end = period(base + ".idx.gz")
        db = sqlite3.connect("file:%s?mode=ro" % store, uri=True)
        db.row_factory = sqlite3.Row
        self.rows = db.execute(
            "SELECT v.*, q.name AS queue, e.uniqueid AS entered_uniqueid, c.uniqueid AS uniqueid,"
            " a.uniqueid AS agent_uniqueid FROM queue_visits v JOIN queues q ON q.id = v.queue_id"
            " LEFT JOIN channels e ON e.id = entered_channel_id LEFT JOIN channels c ON c.id = v.channel_id"
            " LEFT JOIN channels a ON a.id = agent_channel_id ORDER BY v.joined_us, v.id").fetchall()
        self.offers = collections.defaultdict(list)
        for row in db.execute("SELECT * FROM queue_offers ORDER BY ended_us, id"):
            self.offers[row["visit_id"]].append(row)
        self.members = db.execute(
            "SELECT m.*, q.name AS queue FROM queue_members m JOIN queues q ON q.id = queue_id").fetchall()
        self.intervals = db.execute("SELECT * FROM agent_intervals").fetchall()
        self.log_agents = read_agents(base + ".queue_log.gz")
        self.compared = self.compared_offers = self.refused = self.compared_agents = 0

    def differ(self, what, name, ours, theirs):
        self.differences.append("%s: %s is %s, Asterisk says %s" % (what, name, ours, theirs))

    def near(self, what, name, ours, theirs):
        if theirs is not None and (ours is None or abs(ours - theirs) > TOLERANCE_S):
            self.differ(what, name, ours, theirs)

    def run(self):
        left = [row for row in self.rows if row["outcome"] != "refused"]
        for visit in self.log:
            if visit.joined > self.end or (visit.end is not None and visit.end < int(self.begin)):
                continue
            row = self.find(visit, left)
            if row is not None:
                left.remove(row)
                self.compare(visit, row)
            elif visit.end == int(self.begin):
                self.remarks.append("ended in the second in which the recording began: %s" % visit)
            else:
                self.differences.append("no visit %s (%s)" % (visit, visit.outcome))
        for row in left:
            self.differences.append("a visit too many: %s in %s" % (row["entered_uniqueid"], row["queue"]))
        self.compare_refused()
        self.compare_agents()
        self.compare_talks()

    def find(self, visit, rows):
        for row in rows:
            if row["queue"] != visit.queue or abs(row["joined_us"] / 1e6 - visit.joined) > 3:
                continue
            if row["entered_uniqueid"] in (visit.entered, visit.uniqueid):
                return row
            if row["entered_uniqueid"] is None and row["agent_uniqueid"] == visit.agent_uniqueid:
                return row
        return None

    def compare(self, visit, row):
        self.compared += 1
        what = str(visit)
        outcome, ended_by = visit.outcome, visit.ended_by
        still = row["left_us"] is None or row["outcome"] == "answered" and row["talk_ended_us"] is None
        if visit.end is None or visit.end > self.end or still and visit.end == int(self.end):
            # It outlived the recording.
            if row["outcome"] not in (None, outcome):
                self.differ(what, "outcome", row["outcome"], outcome)
            return
        if row["outcome"] != outcome:
            self.differ(what, "outcome", row["outcome"], outcome)
        if row["uniqueid"] not in (None, visit.uniqueid):
            self.differ(what, "channel", row["uniqueid"], visit.uniqueid)
        self.near(what, "joined", row["joined_us"] / 1e6 - self.begin, visit.joined - self.begin)
        for name, theirs in (("agent", visit.agent), ("agent_uniqueid", visit.agent_uniqueid),
                             ("ended_by", ended_by), ("last_position", visit.position)):
            if theirs is not None and row[name] != theirs:
                self.differ(what, name, row[name], theirs)
        if row["original_position"] not in (None, visit.original):
            self.differ(what, "original_position", row["original_position"], visit.original)
        for name, theirs in (("wait_ms", visit.wait), ("talk_ms", visit.talk)):
            self.near(what, name, None if row[name] is None else row[name] / 1000, theirs)
        self.compare_offers(what, visit, row)

    def compare_offers(self, what, visit, row):
        names = {"busy": "in vain", "no-answer": "in vain"}
        ours = [(o["ended_us"] / 1e6, names.get(o["outcome"], o["outcome"]), o["agent"], o["ring_ms"] / 1000)
                for o in self.offers[row["id"]]
                if o["outcome"] not in (None, "answered-elsewhere", "unknown")]
        theirs = [offer for offer in visit.offers if offer[0] > self.begin]
        ours = [offer for offer in ours if offer[0] > int(self.begin) + 1 or len(ours) == len(theirs)]
        if [o[1:3] for o in ours] != [t[1:3] for t in theirs]:
            self.differ(what, "offers", ours, theirs)
            return
        for our, their in zip(ours, theirs):
            self.compared_offers += 1
            self.near("%s, %s" % (what, their[2]), "ring_ms", our[3], their[3])

    def compare_agents(self):
        """Memberships, pauses and logins: their beginnings and ends, to the second."""
        ours, theirs, changed = [], [], []
        for row in self.members:
            if row["opened_by"] == "added":
                ours.append((row["started_us"], "ADDMEMBER", row["queue"], row["interface"]))
            if row["closed_by"] == "removed":
                ours.append((row["ended_us"], "REMOVEMEMBER", row["queue"], row["interface"]))
        for row in self.intervals:
            if row["state"] not in ("logged-in", "paused"):
                continue
            kind = "PAUSE" if row["state"] == "paused" else "AGENTLOGIN"
            if kind == "AGENTLOGIN" and row["source"] == "queue":
                continue
            # A member who was added paused has no line of its own.
            if any(line[1] == "ADDPAUSED" and abs(line[0] - row["started_us"] / 1e6) < TOLERANCE_S
                   for line in self.log_agents):
                continue
            ours.append((row["started_us"], kind, row["agent"], row["reason"] or ""))
            if row["closed_by"] in ("unpaused", "logoff"):
                ends = {"PAUSE": "UNPAUSE", "AGENTLOGIN": "AGENTLOGOFF"}
                ours.append((row["ended_us"], ends[kind], row["agent"], ""))
            elif row["closed_by"] == "reason-changed":
                # Asterisk 22 logs an UNPAUSE (Auto-Unpause) there, 16 does not.
                changed.append((row["ended_us"] / 1e6, "UNPAUSE", row["agent"], ""))
        paused = {}
        for second, event, agent, data in self.log_agents:
            if event == "PAUSE" and paused.get(agent) == data or event == "ADDPAUSED":
                continue
            if event == "PAUSE":
                paused[agent] = data
            elif event == "UNPAUSE" and paused.pop(agent, None) is None:
                continue
            theirs.append((second, event, agent, data))
        ours = [(our[0] / 1e6,) + our[1:] for our in ours]
        for their in theirs:
            if not self.begin + 1 < their[0] <= self.end:
                continue
            match = next((o for o in ours + changed if o[1:] == their[1:] and abs(o[0] - their[0]) < TOLERANCE_S), None)
            if match is None:
                self.differences.append("agents: Asterisk says %s, and no row does" % (their,))
            else:
                (ours if match in ours else changed).remove(match)
                self.compared_agents += 1
        for our in ours:
            if our[0] > self.begin + 1 and not any(
                    o[1:] == our[1:] and abs(o[0] - our[0]) < TOLERANCE_S for o in theirs):
                self.differences.append("agents: a row says %s, and Asterisk does not" % (our,))

    def compare_talks(self):
        """The times in which agents talked: queue_log has each talk of each call, the rows their union."""
        talks = collections.defaultdict(list)
        for visit in self.log:
            if visit.agent and visit.joined <= self.end and (visit.end is None or visit.end >= int(self.begin)):
                start = visit.joined + visit.wait
                talks[visit.agent].append((start, None if visit.talk is None else start + visit.talk))
        ours = collections.defaultdict(list)
        for row in self.intervals:
            if row["state"] == "talking":
                ours[row["agent"]].append((row["started_us"] / 1e6, row["ended_us"] and row["ended_us"] / 1e6, row["closed_by"]))
        slack = TOLERANCE_S + 1  # A talk begins at a sum of two cut seconds.
        for agent in set(talks) | set(ours):
            for start, end in talks[agent]:
                if end is not None and end <= int(self.begin) + 1:
                    continue
                self.compared_agents += 1
                if end is None or end > self.end:
                    end = None
                if not any(s <= start + slack and (e is None or end is None or e >= end - slack)
                           for s, e, _ in ours[agent] if e is None or e >= start - slack):
                    self.differences.append("%s talks %s to %s, and no row says so" % (agent, start, end))
            for s, e, closed_by in ours[agent]:
                starts = [t[0] for t in talks[agent]]
                ends = [t[1] for t in talks[agent] if t[1] is not None]
                if not any(abs(s - t) <= slack for t in starts) and s > self.begin + 1:
                    self.differences.append("a row has %s begin to talk at %.1f, Asterisk does not" % (agent, s))
                if closed_by == "restart":
                    if not any(v.agent == agent and v.talk is None and v.end and v.end >= int(e) for v in self.log):
                        self.differences.append("a row has %s talk into a restart at %.1f" % (agent, e))
                elif e is not None and e < self.end and not any(abs(e - t) <= slack for t in ends):
                    self.differences.append("a row has %s cease to talk at %.1f, Asterisk does not" % (agent, e))

    def compare_refused(self):
        """queue_log knows nothing of callers who were refused: the driver meant them to be."""
        entered = {visit.entered for visit in self.log}
        rows = {(r["uniqueid"], r["queue"]): r for r in self.rows if r["outcome"] == "refused"}
        for record in self.truth:
            if record["kind"] not in CALLERS or record.get("uniqueid") in entered | {None}:
                continue
            # The scenarios mixed and late name the queue by its extension alone.
            queue = record.get("queue") or QUEUES[record["target"][:2]]
            key = record["uniqueid"], queue
            # A refusal takes no second.
            if record["at"] + 1 < self.begin or record["at"] > self.end:
                continue
            row = rows.pop(key, None)
            if row is None:
                if record["at"] > self.begin:
                    self.differences.append("not refused: %s in %s" % key)
                continue
            self.refused += 1
            reason = record.get("reason", REFUSED.get(record["kind"], "JOINEMPTY")).split()[0]
            if row["queue_status"] != reason and (key[1], row["queue_status"]) != ("tiny", "FULL"):
                self.differ("%s in %s" % key, "queue_status", row["queue_status"], reason)
        for key in rows:
            self.differences.append("refused, and nobody meant it: %s in %s" % key)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--db", required=True)
    parser.add_argument("--recording", required=True)
    arguments = parser.parse_args()
    comparison = Comparison(arguments.db, arguments.recording)
    comparison.run()
    for remark in comparison.remarks:
        print("explained: " + remark)
    for difference in comparison.differences:
        print(difference)
    print("%d visits, %d offers, %d refused, %d of agents compared; %d disagreements" % (
        comparison.compared, comparison.compared_offers, comparison.refused, comparison.compared_agents,
        len(comparison.differences)))
    return 1 if comparison.differences else 0


if __name__ == "__main__":
    sys.exit(main())
