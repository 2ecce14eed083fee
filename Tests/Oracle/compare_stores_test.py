#!/usr/bin/env python3
"""compare_stores_test.py --amirec PROGRAM [--seed N]: compare_stores.py finds what differs, and nothing else.

A recording in which the server restarts is imported twice, the second time with each message a little later, as a
second client would have it. These two must be the same, wherever the edges of what both observed lie: each edge is
put exactly on each event near it. Then a row is taken away, or a value changed, and that must be found.
Python standard library only.
"""
import argparse
import contextlib
import io
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile

import compare_stores
import stream

CAPTURES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "Fixtures", "captures")
NAMES = ("restart-16", "restart-22")
# A client that is served later than the other, but not as much later as is forgiven.
DELAY_MAX = 0.008
MARGIN_US = compare_stores.MARGIN_US
DAMAGE = (
    "DELETE FROM dials WHERE id = (SELECT min(id) FROM dials WHERE status = 'ANSWER')",
    "DELETE FROM bridge_members WHERE id = (SELECT max(id) FROM bridge_members)",
    "DELETE FROM cdrs WHERE id = (SELECT id FROM cdrs ORDER BY id LIMIT 1 OFFSET 3)",
    "UPDATE channels SET cause = 99 WHERE id = (SELECT min(id) FROM channels WHERE closed_by = 'hangup')",
    "UPDATE channels SET ended_us = ended_us + 1500000"
    " WHERE id = (SELECT min(id) FROM channels WHERE closed_by = 'hangup')",
    "UPDATE calls SET disposition = 'unheard-of' WHERE id = (SELECT call_id FROM channels WHERE closed_by = 'hangup'"
    " ORDER BY id LIMIT 1)",
)


def later(name, folder, chance):
    """The recording with an index whose times are those of a client that is served a little later."""
    path = os.path.join(CAPTURES, name + ".ami.gz")
    ami, idx = os.path.join(folder, name + ".ami"), os.path.join(folder, name + ".idx")
    with open(ami, "wb") as f:
        f.write(stream.open_any(path))
    before = 0.0
    with open(idx, "w") as out:
        for line in stream.open_any(path.replace(".ami.gz", ".idx.gz")).decode().splitlines():
            fields = line.split()
            before = max(before, float(fields[2]) + chance.uniform(0, DELAY_MAX))
            out.write("%s %s %.6f\n" % (fields[0], fields[1], before))
    return ami


def imported(amirec, ami, db):
    if subprocess.run([amirec, "import", ami, "--db", db], stdout=subprocess.DEVNULL).returncode not in (0, 1):
        sys.exit("compare_stores_test: an import failed")


def found(a, b):
    """How many disagreements compare_stores sees, and what it says of them."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        pair = compare_stores.Pair(compare_stores.Store(a, None), compare_stores.Store(b, None))
        pair.compare()
    return pair.found, said.getvalue().strip()


def distances(db):
    """How far from each edge of what was observed the events near it lie, in microseconds."""
    store = sqlite3.connect("file:%s?mode=ro" % db, uri=True)
    edges = [t for row in store.execute("SELECT logged_in_us, ended_us FROM sessions") for t in row if t]
    times = [t for row in store.execute(
        "SELECT started_us, ended_us FROM channels UNION SELECT started_us, ended_us FROM dials"
        " UNION SELECT entered_us, left_us FROM bridge_members UNION SELECT started_us, ended_us FROM bridges"
        " UNION SELECT received_us, received_us FROM cdrs") for t in row if t]
    store.close()
    return sorted({abs(time - edge) for edge in edges for time in times if abs(time - edge) < 2 * MARGIN_US
                   if abs(time - edge) > 2 * DELAY_MAX * 1e6})


def check(amirec, name, chance):
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        a, b, damaged = (os.path.join(folder, n + ".db") for n in "abd")
        imported(amirec, os.path.join(CAPTURES, name + ".ami.gz"), a)
        imported(amirec, later(name, folder, chance), b)
        margins = distances(a) + distances(b)
        for margin in [MARGIN_US] + margins:
            compare_stores.MARGIN_US = margin
            many, said = found(a, b)
            if many:
                wrong += 1
                print("%s: with an edge %d us from an event, what is the same differs:\n%s" % (name, margin, said))
        compare_stores.MARGIN_US = MARGIN_US
        for sql in DAMAGE:
            shutil.copyfile(b, damaged)
            with contextlib.closing(sqlite3.connect(damaged)) as db:
                changed = db.execute(sql).rowcount
                db.commit()
            if changed != 1:
                sys.exit("compare_stores_test: %s: nothing to damage: %s" % (name, sql))
            for pair in ((a, damaged), (damaged, a)):
                if not found(*pair)[0]:
                    wrong += 1
                    print("%s: not seen: %s" % (name, sql))
        print("%s: %d places of the edges, %d damages%s" % (
            name, len(margins) + 1, len(DAMAGE), ": %d wrong" % wrong if wrong else ""))
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--amirec", required=True)
    parser.add_argument("--seed", type=int, default=1)
    a = parser.parse_args()
    sys.exit(1 if sum(check(a.amirec, name, random.Random(a.seed)) for name in NAMES) else 0)


if __name__ == "__main__":
    main()
