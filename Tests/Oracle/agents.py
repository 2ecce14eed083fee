#!/usr/bin/env python3
"""agents.py --db STORE --recording X.ami: does the report agent-performance say what the stream says?

The figures are counted once more, from the events of the recording alone and in the plainest way, for all queues and
for each; the report's query runs in Python's SQLite. Also: figures by quarter of an hour add up to those of the period,
and a visit's next destination is the caller's next step. The store holds that recording alone. Each disagreement is a
line; exit code 1 if there is any. Python standard library only.
"""
import argparse
import collections
import os
import sqlite3
import sys

import stream

QUERY = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "queries", "agent-performance.sql")
PARAMETERS = ("from", "to", "server", "queue", "agent", "by")
# Which of the events that say the same thing counts may differ; and the report has tenths.
SLACK_S = 0.2
# What is cut to whole seconds by Asterisk, where nothing else tells.
CUT_S = 1.2


def union(spans):
    """The sorted union of (begin, end)."""
    out = []
    for begin, end in sorted(spans):
        if end <= begin:
            continue
        if out and begin <= out[-1][1]:
            out[-1][1] = max(out[-1][1], end)
        else:
            out.append([begin, end])
    return out


def length(spans):
    return sum(end - begin for begin, end in union(spans))


def without(spans, others):
    """What of the spans no other covers, as a length."""
    return length(list(spans) + list(others)) - length(others)


class Count:
    """What one agent did."""

    def __init__(self):
        self.logged_in, self.paused, self.ringing, self.talks, self.holds = [], [], [], [], []
        self.offers = self.answered = self.in_vain = self.transferred = 0
        self.cut = 0  # times of which only whole seconds are known


class Stream:
    """The events of a recording, reckoned by agent and by (agent, queue)."""

    def __init__(self, recording):
        self.frames = [f for f in recording.frames() if f.event]
        self.begin, self.end = recording.times[0], self.last(recording)
        self.counts = collections.defaultdict(Count)
        self.names = {}         # of app_agent_pool: the member's name
        self.queues = set()
        self.read()

    @staticmethod
    def last(recording):
        index = stream.open_any(stream.beside(recording.path, ".idx"))
        return max(float(line.split()[2]) for line in index.split(b"\n") if len(line.split()) == 3)

    def of(self, agent, queue):
        """Where something is counted: all queues, and this one."""
        self.queues.add(queue)
        return self.counts[agent, None], self.counts[agent, queue]

    def read(self):
        logins, pauses, memberships = {}, {}, {}
        rings, talks, held = {}, {}, {}
        for frame in self.frames:
            get, at, event = frame.text, frame.time, frame.event
            if event == "QueueMember" or event.startswith("QueueMember"):
                self.member(frame, memberships, pauses)
            elif event == "AgentLogin":
                logins[get(b"Agent")] = at
            elif event == "AgentLogoff":
                begin = logins.pop(get(b"Agent"), None)
                begin = at - int(get(b"Logintime")) if begin is None else begin
                self.login(get(b"Agent"), begin, at)
            elif frame.listed:
                continue
            elif event == "AgentCalled":
                agent, queue = get(b"MemberName"), get(b"Queue")
                rings[get(b"DestUniqueid")] = agent, queue, at
                for count in self.of(agent, queue):
                    count.offers += 1
            elif event == "AgentRingNoAnswer":
                self.ring(rings, get(b"DestUniqueid"), at)
                for count in self.of(get(b"MemberName"), get(b"Queue")):
                    count.in_vain += 1
            elif event == "AgentConnect":
                self.ring(rings, get(b"DestUniqueid"), at)
                for count in self.of(get(b"MemberName"), get(b"Queue")):
                    count.answered += 1
                talks[get(b"DestUniqueid")] = (get(b"MemberName"), get(b"Queue"), get(b"Uniqueid"), at)
                for channel in (get(b"Uniqueid"), get(b"DestUniqueid")):
                    if channel in held:
                        held[channel] = at
            elif event == "AgentComplete":
                self.complete(frame, talks, held)
            elif event == "DialEnd":
                self.ring(rings, get(b"DestUniqueid"), at)
            elif event == "Hold":
                held.setdefault(get(b"Uniqueid"), at)
            elif event == "Unhold":
                self.unhold(held, talks, get(b"Uniqueid"), at)
            elif event == "Hangup":
                channel = get(b"Uniqueid")
                self.ring(rings, channel, at)
                self.unhold(held, talks, channel, at)
                for dest, talk in list(talks.items()):
                    if dest == channel or talk[2] == channel:
                        self.leaves(talks, dest, at)
        for dest in list(rings):
            self.ring(rings, dest, self.end)
        for dest, talk in list(talks.items()):
            self.talk(talks, dest, talk[4] if len(talk) > 4 else self.end)
        for agent, begin in logins.items():
            self.login(agent, begin, self.end)
        for (queue, _), (agent, begin) in memberships.items():
            for count in self.of(agent, queue):
                count.logged_in.append((begin, self.end))
        for (queue, _), (agent, begin) in pauses.items():
            for count in self.of(agent, queue):
                count.paused.append((begin, self.end))

    def login(self, agent, begin, end):
        self.counts["pool", agent].logged_in.append((begin, end))

    def member(self, frame, memberships, pauses):
        """A membership begins, is shown, or ends; a pause likewise."""
        get, at = frame.text, frame.time
        interface = get(b"Interface") or get(b"Location")
        if interface is None:
            return
        agent, queue = get(b"MemberName") or get(b"Name"), get(b"Queue")
        key = queue, interface
        if (get(b"StateInterface") or "").startswith("Agent:"):
            self.names.setdefault(get(b"StateInterface")[6:], (agent, set()))[1].add(queue)
        counts = self.of(agent, queue)
        if get(b"Membership") == "dynamic" and key not in memberships:
            told = int(get(b"LoginTime") or 0) if frame.event != "QueueMemberAdded" else 0
            memberships[key] = agent, told or at
        if get(b"Paused") == "1" and frame.event != "QueueMemberRemoved":
            if key not in pauses:
                told = int(get(b"LastPause") or 0) if frame.event == "QueueMember" else 0
                for count in counts:
                    count.cut += bool(told)
                pauses[key] = agent, told or at
        elif key in pauses:
            for count in counts:
                count.paused.append((pauses[key][1], at))
            del pauses[key]
        if frame.event == "QueueMemberRemoved" and key in memberships:
            _, begin = memberships.pop(key)
            for count in counts:
                count.logged_in.append((begin, at))

    def ring(self, rings, dest, at):
        if dest in rings:
            agent, queue, begin = rings.pop(dest)
            for count in self.of(agent, queue):
                count.ringing.append((begin, at))

    def complete(self, frame, talks, held):
        get = frame.text
        dest = get(b"DestUniqueid")
        if dest not in talks:
            dest = next((d for d, t in talks.items() if t[:2] == (get(b"MemberName"), get(b"Queue"))), None)
        if dest is None:
            # The talk began before the recording: what is told of it is whole seconds.
            dest = get(b"DestUniqueid")
            talks[dest] = get(b"MemberName"), get(b"Queue"), get(b"Uniqueid"), frame.time - int(get(b"TalkTime"))
            for count in self.of(get(b"MemberName"), get(b"Queue")):
                count.answered += 1
                count.cut += 1
        if get(b"Reason") == "transfer":
            for count in self.of(get(b"MemberName"), get(b"Queue")):
                count.transferred += 1
        for channel in (talks[dest][2], dest):
            if channel in held:
                self.unhold(held, talks, channel, frame.time)
        # Who hung up before this came had left then.
        self.talk(talks, dest, talks[dest][4] if len(talks[dest]) > 4 else frame.time)

    @staticmethod
    def leaves(talks, dest, at):
        if len(talks[dest]) == 4:
            talks[dest] += (at,)

    def talk(self, talks, dest, at):
        agent, queue, _, begin = talks.pop(dest)[:4]
        for count in self.of(agent, queue):
            count.talks.append((begin, at))

    def unhold(self, held, talks, channel, at):
        begin = held.pop(channel, None)
        for dest, talk in talks.items():
            if begin is not None and channel in (dest, talk[2]):
                for count in self.of(talk[0], talk[1]):
                    count.holds.append((max(begin, talk[3]), at))

    def figures(self, queue):
        """By agent: the figures of the report."""
        found = {}
        pool = {}
        for (kind, agent), count in self.counts.items():
            if kind == "pool":
                name, queues = self.names.get(agent, (agent, set()))
                if queue is None or queue in queues:
                    pool.setdefault(name, []).extend(count.logged_in)
        agents = {agent for agent, of in self.counts if agent != "pool" and of == queue} | set(pool)
        for agent in agents:
            own = self.counts[agent, queue] if (agent, queue) in self.counts else Count()
            every = self.counts[agent, None] if (agent, None) in self.counts else Count()
            login = self.cut(own.logged_in + pool.get(agent, []))
            busy = self.cut(every.ringing + every.talks + every.paused)
            row = {
                "logged_in_s": length(login) or None,
                "paused_s": length(self.cut(every.paused)),
                "ringing_s": length(self.cut(own.ringing)),
                "talk_s": length(self.cut(own.talks)),
                "hold_s": length(own.holds),
                "idle_s": without(login, busy) if login else None,
                "offers": own.offers, "answered": own.answered,
                "in_vain": own.in_vain, "transferred_out": own.transferred,
            }
            if any(row[k] for k in row if queue is None or k not in ("paused_s",)):
                found[agent] = row
        return found

    def cut(self, spans):
        return [(max(begin, 0), min(end, self.end)) for begin, end in spans]


class Comparison:
    def __init__(self, store, recording):
        self.stream = Stream(stream.Recording(recording))
        self.db = sqlite3.connect("file:%s?mode=ro" % store, uri=True)
        self.db.row_factory = sqlite3.Row
        with open(QUERY, encoding="utf-8") as file:
            self.query = file.read()
        self.differences = []
        self.compared = self.steps = 0

    def report(self, **given):
        values = dict.fromkeys(PARAMETERS)
        values.update({"from": 0, "to": 1 << 52}, **given)
        return self.db.execute(self.query, values).fetchall()

    def run(self):
        for queue in [None] + sorted(self.stream.queues):
            self.compare(queue)
            self.add_up(queue)
        self.compare_steps()

    def compare(self, queue):
        theirs = self.stream.figures(queue)
        ours = {row["agent"]: dict(row) for row in self.report(queue=queue)}
        for agent in sorted(set(ours) | set(theirs)):
            where = "%s in %s" % (agent, queue or "all queues")
            if agent not in ours or agent not in theirs:
                self.differences.append("%s: only %s knows of it" % (
                    where, "the stream" if agent in theirs else "the report"))
                continue
            our, their = ours[agent], theirs[agent]
            our["in_vain"] = our["ring_no_answer"] + our["busy"]
            cut = self.stream.counts[agent, None].cut if (agent, None) in self.stream.counts else 0
            for name, value in their.items():
                self.compared += 1
                if value is None or our[name] is None:
                    same = (value or 0) == (our[name] or 0)
                elif isinstance(value, int):
                    same = value == our[name]
                else:
                    pieces = max(1, their["offers"] + their["answered"])
                    same = abs(value - our[name]) <= SLACK_S + 0.02 * pieces + CUT_S * cut
                if not same:
                    self.differences.append("%s: %s is %s, counted %s" % (where, name, our[name], value))

    def add_up(self, queue):
        """Quarters of an hour, cut apart, are the whole."""
        names = ("logged_in_s", "paused_s", "ringing_s", "talk_s", "idle_s", "offers", "answered", "busy")
        parts, counts = collections.Counter(), collections.Counter()
        for row in self.report(queue=queue, by="15min"):
            counts[row["agent"]] += 1
            for name in names:
                parts[row["agent"], name] += row[name] or 0
        for row in self.report(queue=queue):
            for name in names:
                self.compared += 1
                if abs((row[name] or 0) - parts[row["agent"], name]) > 0.051 * (1 + counts[row["agent"]]):
                    self.differences.append("%s: %s is %s, by quarters of an hour %s" % (
                        row["agent"], name, row[name], parts[row["agent"], name]))

    def compare_steps(self):
        """Where callers went behind the queue: the first step of the channel after the visit's end."""
        rows = self.db.execute(
            "SELECT uniqueid, joined_us / 1e6 AS joined, outcome, talk_ended_us / 1e6 AS talked, left_us / 1e6 AS gone,"
            " next_context, next_exten FROM queue_visits v JOIN channels c ON c.id = v.channel_id"
            " WHERE outcome NOT IN ('refused', 'unknown')").fetchall()
        steps = collections.defaultdict(list)
        for frame in self.stream.frames:
            if frame.event == "Newexten":
                steps[frame.text(b"Uniqueid")].append(
                    (frame.time, frame.text(b"Context"), frame.text(b"Exten"), frame.text(b"Priority")))
        for row in rows:
            end = row["talked"] if row["outcome"] == "answered" else row["gone"]
            if end is None:
                continue
            after = [s for s in steps[row["uniqueid"]] if s[0] >= end - 0.000002 and s[3] != "0"]
            ours = row["next_context"], row["next_exten"]
            theirs = after[0][1:3] if after else (None, None)
            self.steps += 1
            if ours != theirs:
                self.differences.append("%s goes on at %s, the stream says %s" % (row["uniqueid"], ours, theirs))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--db", required=True)
    parser.add_argument("--recording", required=True)
    arguments = parser.parse_args()
    comparison = Comparison(arguments.db, arguments.recording)
    comparison.run()
    for difference in comparison.differences:
        print(difference)
    print("%d figures, %d destinations compared; %d disagreements" % (
        comparison.compared, comparison.steps, len(comparison.differences)))
    return 1 if comparison.differences else 0


if __name__ == "__main__":
    sys.exit(main())
