"""`amirec reconcile --fill` is killed: the store is filled or as it was, and another fill makes the same rows."""
import gzip
import subprocess
import time

import kills
import stores

# A recording, and the seconds of it that are missing in the store.
HOLES = (("queues-22", 25, 40), ("queues-16", 8, 20), ("transfers-22", 90, 130), ("basic-calls-22", 10, 60))
END = b"\r\n\r\n"
HELLO = b"Asterisk Call Manager/11.0.0\r\nResponse: Success\r\nMessage: Authentication accepted\r\n\r\n"


def cut(name, first, last, path):
    """Writes the recording without these seconds as path.ami and path.idx, with whole messages on both sides."""
    with gzip.open(kills.capture(name + ".ami.gz")) as f:
        data = f.read()
    with gzip.open(kills.capture(name + ".idx.gz"), "rt") as f:
        lines = [line.split() for line in f]
    begin = float(lines[0][2])
    chunks = [(int(o), int(n), float(t)) for o, n, t in lines if n.isdigit()]
    before = [c for c in chunks if c[2] < begin + first]
    after = [c for c in chunks if c[2] >= begin + last]
    stop = data.rindex(END, 0, before[-1][0] + before[-1][1]) + len(END)
    start = data.index(END, after[0][0] - len(END)) + len(END)
    with open(path + ".ami", "wb") as ami, open(path + ".idx", "w") as idx:
        idx.write("0 connect %.6f\n" % begin)
        for offset, length, at in before:
            if offset < stop:
                idx.write("%d %d %.6f\n" % (offset, min(length, stop - offset), at))
        ami.write(data[:stop])
        idx.write("%d disconnect %.6f\n%d connect %.6f\n" % (stop, before[-1][2], stop, after[0][2]))
        idx.write("%d %d %.6f\n" % (stop, len(HELLO), after[0][2]))
        ami.write(HELLO)
        shift = stop + len(HELLO) - start
        for offset, length, at in after:
            if offset + length > start:
                from_, to = max(offset, start), offset + length
                idx.write("%d %d %.6f\n" % (from_ + shift, to - from_, at))
        ami.write(data[start:])


class Kind:
    name, share = "fill", 2

    def __init__(self):
        self.prepared = {}

    def command(self, round, name, store):
        return [round.programs.amirec, "reconcile", "--fill", "--tz", "UTC", "--db", store,
                "--queue-log", kills.capture(name + ".queue_log.gz"), "--cdr", kills.capture(name + ".cdr.csv.gz"),
                "--cel", kills.capture(name + ".cel.csv.gz")]

    def prepare(self, round, hole):
        cut(*hole, round.path("cut"))
        store = round.path("old.db")
        if subprocess.run([round.programs.amirec, "import", round.path("cut.ami"), "--db", store, "--server", "pbx"],
                          stdout=subprocess.DEVNULL).returncode:
            round.problem("the import failed")
        with open(store, "rb") as f:
            file = f.read()
        old = stores.Content(store)
        begin = time.monotonic()
        # Exit code 1: the files disagree with the store somewhere, which is another matter.
        if round.finished(round.start(*self.command(round, hole[0], store))) not in (0, 1):
            round.problem("the undisturbed fill failed")
        took = time.monotonic() - begin
        new = stores.Content(store)
        if not stores.differences(old, new):
            round.problem("the undisturbed fill added nothing")
        self.prepared[hole] = file, old, new, took

    def run(self, round, kills_max):
        hole = round.chance.choice(HOLES)
        if hole not in self.prepared:
            self.prepare(round, hole)
        file, old, new, took = self.prepared[hole]
        store = round.path("killed.db")
        with open(store, "wb") as f:
            f.write(file)
        if not round.killed(round.start(*self.command(round, hole[0], store)), *round.moment(took, store)):
            return
        round.check_either(store, old, new)
        if round.finished(round.start(*self.command(round, hole[0], store))) not in (0, 1):
            round.problem("the next fill failed")
        round.check_store(store, new)
