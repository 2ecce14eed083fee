"""amirecd is killed while it records, again and again; the PBXs live on, within reach or not."""
import bisect
import collections
import contextlib
import glob
import json
import os
import re
import signal
import sqlite3
import time

import kills
import pbx
import stores

# What each of two PBXs plays, a boot after the other.
PLAYED = (("mixed", "transfers", "agents", "parking"), ("queues", "basic-calls", "conference", "originate"))
KILLS_MAX = 12
# How long may pass until what is sent is in the store, in seconds: a lost connection is tried again after up to 4.
STORED_S_MAX = 60
# A session that lasted no longer does not end an outage (Ledger.settledTime), in microseconds.
SETTLED_US = 1_000_000
# How far two readings of clocks may lie apart, in microseconds.
CLOCKS_US = 50_000

TICK = re.compile(rb"\r\nUserEvent: Tick\r\nNumber: (\d+)\r\n\r\n")


class Kind:
    name, share = "recording", 5

    def run(self, round, kills_max):
        servers = played(round.chance)
        try:
            Recording(round, servers).run(min(kills_max, KILLS_MAX))
        finally:
            for server in servers:
                server.end()


def played(chance):
    """The PBXs, each of either version."""
    return [pbx.PBX([kills.capture("%s-%s.ami.gz" % (name, version)) for name in names], chance)
            for names in PLAYED for version in [chance.choice(sorted(pbx.VERSIONS))]]


class Recording:
    def __init__(self, round, servers):
        self.round, self.servers, self.chance = round, servers, round.chance
        self.store, self.journal = round.path("amirec.db"), round.path("journal")
        self.configuration = kills.configuration(round.folder, [s.port for s in servers], self.store, pbx.SECRET)
        self.journals = [{} for _ in servers]

    def start(self):
        return self.round.start(self.round.programs.amirecd, "--config", self.configuration)

    def run(self, kills_max):
        process = self.start()
        self.wait_until_stored(process)
        for server in self.servers:
            with server.lock:
                server.counted_from = len(server.ticks)
        while self.round.kills < kills_max and not self.round.problems:
            moment, words = self.moment()
            if not self.round.killed(process, moment, words):
                return self.round.problem("amirecd ended with %s" % process.poll())
            self.look_at_journals()
            self.round.check_order(self.store)
            if self.chance.random() < 0.4:
                time.sleep(self.chance.uniform(0, 0.6))
            process = self.start()
        for server in self.servers:
            if server.is_away:
                server.back()
        self.wait_until_stored(process)
        process.send_signal(signal.SIGTERM)
        if self.round.finished(process) != 0:
            self.round.problem("amirecd ended with %s when it was stopped" % process.returncode)
        for server in self.servers:
            server.end()
        self.check()

    def moment(self):
        """A moment to kill amirecd at; now and then a PBX goes away before, comes back, or is started anew."""
        begin = time.monotonic()
        delay = self.chance.choice((self.chance.uniform(0, 0.3), self.chance.uniform(0.3, 1.2),
                                    self.chance.uniform(1.2, 2.5)))
        turns = []
        for server in self.servers:
            if self.chance.random() < 0.25:
                turns.append((self.chance.uniform(0, delay), server.back if server.is_away else server.away))
            elif self.chance.random() < 0.1:
                turns.append((self.chance.uniform(0, delay), server.restart))
        def come():
            passed = time.monotonic() - begin
            for turn in [t for t in turns if t[0] <= passed]:
                turns.remove(turn)
                turn[1]()
            return passed >= delay
        words = [turn[1].__name__ for turn in turns] + [
            "is away" for server in self.servers if server.is_away]
        return come, ", ".join(["recording"] + words)

    def wait_until_stored(self, process):
        """Waits until what is sent now is in the store, of every PBX, in a session that ended the outage."""
        begin = time.monotonic()
        marks = [None] * len(self.servers)
        while time.monotonic() - begin < STORED_S_MAX:
            if process.poll() is not None:
                return self.round.problem("amirecd ended with %s" % process.poll())
            time.sleep(0.1)
            for number, server in enumerate(self.servers):
                with server.lock:
                    if marks[number] is None and any(c.is_in and not c.is_over and c.lasted() > 1.3 * SETTLED_US / 1e6
                                                     for c in server.connections):
                        marks[number] = time.time() * 1e6
            if None not in marks and all(self.has(n, mark) for n, mark in enumerate(marks)):
                return
        self.round.problem("what was sent was not in the store after %d s" % STORED_S_MAX)

    def has(self, number, mark):
        """Whether the store has a numbered event that came after this time."""
        with contextlib.suppress(sqlite3.Error):
            return bool(stores.asked(self.store, "SELECT 1 FROM user_events WHERE server_id = ? AND name = 'Tick'"
                                     " AND received_us > ? LIMIT 1", number, mark))
        return False

    # What the journal holds

    def look_at_journals(self):
        for number, held in enumerate(self.journals):
            held.update(held_by(os.path.join(self.journal, "pbx%d" % (number + 1))))

    # What came of it

    def check(self):
        before = stores.Content(self.store)
        for number, server in enumerate(self.servers):
            account = Account(before, number, server, self.journals[number])
            self.round.problem(*("pbx%d: %s" % (number + 1, line) for line in account.wrong()))
        self.round.problem(*stores.disorder(self.round.programs.amirec, self.store))
        if self.round.finished(self.round.start(self.round.programs.amirec, "rebuild", "--db", self.store)):
            self.round.problem("the rebuild failed")
        self.round.problem(*("rebuilt: " + line for line in stores.differences(before, stores.Content(self.store))))


class Held:
    """How many bytes of a connection a journal holds up to, and whether its end is noted."""

    def __init__(self, size, is_closed):
        self.size, self.is_closed = size, is_closed


def held_by(folder):
    """What a journal holds of each connection, by when that was made (microseconds since 1970)."""
    held = {}
    for index in sorted(glob.glob(os.path.join(folder, "*.idx"))):
        ami = index[:-len(".idx")] + ".ami"
        if not os.path.exists(ami):
            continue
        connected, origin = None, 0
        with open(index) as f:
            for line in f:
                fields = line.split()
                if not line.endswith("\n"):
                    break
                if fields[1] == "continue":
                    connected, origin = microseconds(fields[2]), int(fields[3])
                elif fields[1] == "connect":
                    connected, origin = microseconds(fields[2]), -int(fields[0])
                elif fields[1] == "disconnect" and connected is not None:
                    held[connected] = Held(int(fields[0]) + origin, True)
                    connected = None
        if connected is not None:
            held[connected] = Held(os.path.getsize(ami) + origin, False)
    return held


def microseconds(text):
    seconds, _, fraction = text.partition(".")
    return int(seconds) * 1_000_000 + int((fraction + "000000")[:6])


class Account:
    """What a store says of one server, beside what that server sent and what the journal held."""

    # Gaps that are no time between sessions.
    WITHIN = ("cut-frame", "cut-recording", "skipped", "damaged")

    def __init__(self, content, number, server, held):
        self.content, self.number, self.server, self.held = content, number, server, held
        self.sessions, self.gaps = self.rows("sessions"), self.rows("gaps")
        self.outages = [g for g in self.gaps if g["reason"] not in self.WITHIN]

    def rows(self, table):
        columns = self.content.columns[table]
        found = (dict(zip(columns, row)) for row in self.content.rows[table].values())
        return [row for row in found if row["server_id"] == self.number]

    def stream(self, session):
        return bytes(self.content.streams.get(session["id"], b""))

    def connection(self, session):
        """Over which connection a session's stream was sent; None if it was not."""
        stream = self.stream(session)
        of = [c for c in self.server.connections if c.sent.startswith(stream)]
        return min(of, key=lambda c: abs(c.since * 1e6 - session["connected_us"]), default=None)

    def wrong(self):
        """A line for each thing that is wrong."""
        return self.wrong_sessions() + self.wrong_outages() + self.wrong_ticks()

    def wrong_sessions(self):
        """Each is what was sent, as far as the journal held it, and ends with its last byte if it was killed."""
        wrong, known = [], {s["connected_us"]: s for s in self.sessions}
        last = {}
        for block in self.rows("blocks"):
            last[block["session_id"]] = max(block["last_us"], last.get(block["session_id"], 0))
        for connected, held in self.held.items():
            session = known.get(connected)
            if session is None:
                wrong.append("the journal held %d bytes of a session at %d that is not stored" % (held.size, connected))
            elif len(self.stream(session)) != held.size:
                wrong.append("session %d has %d bytes, the journal held %d" % (
                    session["id"], len(self.stream(session)), held.size))
            elif not held.is_closed and session["ended_us"] != last.get(session["id"], connected):
                wrong.append("session %d was killed, and does not end with its last byte" % session["id"])
        for session in self.sessions:
            if self.connection(session) is None:
                wrong.append("session %d is not what was sent" % session["id"])
            if session["ended_us"] is None:
                wrong.append("session %d has no end" % session["id"])
        return wrong

    def wrong_outages(self):
        """From the end of a session to the login of the next that lasts nothing was observed, and a gap says so."""
        wanted, since = [], None
        for session in sorted(self.sessions, key=lambda s: s["id"]):
            end = session["ended_us"] or session["connected_us"]
            lasts = session["logged_in_us"] is not None and end - session["connected_us"] >= SETTLED_US
            if lasts and since is not None:
                wanted.append((since, session["logged_in_us"]))
            if lasts or since is None:
                since = end
        wanted.append((since, None))
        found = [(g["started_us"], g["ended_us"]) for g in self.outages]
        return (["no gap from %s to %s" % times for times in wanted if times not in found]
                + ["a gap from %s to %s where none was" % times for times in found if times not in wanted])

    def wrong_ticks(self):
        """Each numbered event is stored once, or was sent within a gap."""
        got = collections.Counter(int(dict(json.loads(row["headers"]))["Number"])
                                  for row in self.rows("user_events") if row["name"] == "Tick")
        wrong = ["event %d is stored %d times" % pair for pair in got.items() if pair[1] > 1]
        kept = {int(n) for session in self.sessions for n in TICK.findall(self.stream(session))}
        wrong += ["event %d is in the archive, and in no row" % tick for tick in sorted(kept - set(got))]
        gaps = [self.sent_within(gap) for gap in self.gaps]
        for tick in range(self.server.counted_from, len(self.server.ticks)):
            at = self.server.ticks[tick] * 1e6
            if tick not in got and not any(start <= at <= end for start, end in gaps):
                wrong.append("event %d was sent at %d, and is neither stored nor in a gap" % (tick, at))
        return wrong

    def sent_within(self, gap):
        """When what a gap lacks was sent: from when its last byte before was, which may have come late."""
        start, end = gap["started_us"] - CLOCKS_US, gap["ended_us"]
        for session in self.sessions:
            if session["id"] == gap["session_id"]:
                connection, size = self.connection(session), len(self.stream(session))
                if connection and size:
                    place = bisect.bisect_left(connection.ends, (size,))
                    start = min(start, connection.ends[place][1] * 1e6)
        return start, float("inf") if end is None else end + CLOCKS_US
