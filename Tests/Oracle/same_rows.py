#!/usr/bin/env python3
"""same_rows.py --amirec PROGRAM [--seed N] [NAME ...]: the same bytes give the same rows, ids included.

Each recording of Tests/Fixtures (or those named) is imported whole; with every byte as a chunk of its own; by processes
that are killed at random moments, the next of which goes on; and is rebuilt from its archive. All tables must hold the
same rows afterwards, but for the chunk tables of the second way. Then `amirec verify` must find each store in order. A
recording without an index is only killed and rebuilt. Exit code 1 if anything differs. Python standard library only.
"""
import argparse
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

import stream

CAPTURES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "Fixtures", "captures")
# Of `blocks` what does not tell chunks apart; `positions` says how far a process had come.
BLOCKS = "id, server_id, session_id, session_offset, size, crc32, last_us, frames, event_names"
TABLES = "cels,dialplan_steps,variables"
KILLS_MAX = 6


def rows(path):
    db = sqlite3.connect("file:%s?mode=ro" % path, uri=True)
    names = [r[0] for r in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'positions'")]
    found = {name: db.execute("SELECT %s FROM %s ORDER BY id" % (BLOCKS if name == "blocks" else "*", name)).fetchall()
             for name in names if name != "hangup_causes"}
    db.close()  # nobody may have a store open that is rebuilt
    return found


def imported(amirec, ami, db, **how):
    return subprocess.Popen([amirec, "import", ami, "--db", db, "--server", "pbx", "--tables", TABLES, "--trunks",
                             "PJSIP/trunk1"], stdout=subprocess.DEVNULL, **how)


def finished(process):
    if process.wait() not in (0, 1):  # 1: the recording ends within a message
        sys.exit("same_rows: an import failed")


def bytewise(path, folder, name):
    """The recording with an index in which every byte is a chunk."""
    ami, idx = os.path.join(folder, name + ".ami"), os.path.join(folder, name + ".idx")
    with open(ami, "wb") as f:
        f.write(stream.open_any(path))
    with open(idx, "wb") as out:
        for line in stream.open_any(path.replace(".ami.gz", ".idx.gz")).splitlines():
            fields = line.split()
            if fields[1].isdigit():
                first, length, time = int(fields[0]), int(fields[1]), fields[2]
                out.writelines(b"%d 1 %s\n" % (at, time) for at in range(first, first + length))
            else:
                out.write(line + b"\n")
    return ami


def compare(what, name, mine, other):
    differing = [t for t in mine if mine[t] != other[t]]
    for table in differing:
        first = next(((a, b) for a, b in zip(mine[table], other[table]) if a != b), (None, None))
        print("%s, %s: %s has %d rows, and %d; first difference:\n  %s\n  %s" % (
            name, what, table, len(mine[table]), len(other[table]), *first))
    return len(differing)


def checked(amirec, name, chance):
    path = os.path.join(CAPTURES, name + ".ami.gz")
    found = 0
    with tempfile.TemporaryDirectory() as folder:
        db = lambda way: os.path.join(folder, way + ".db")
        begin = time.monotonic()
        finished(imported(amirec, path, db("whole")))
        took = time.monotonic() - begin
        whole = rows(db("whole"))
        stores = [db("whole")]
        if os.path.exists(path.replace(".ami.gz", ".idx.gz")):
            finished(imported(amirec, bytewise(path, folder, name), db("bytes")))
            # The name of the file is told by sessions.
            os.rename(db("bytes"), db("bytes.plain"))
            other = rows(db("bytes.plain"))
            other["sessions"] = [tuple("%s.ami.gz" % name if v == name + ".ami" else v for v in r)
                                 for r in other["sessions"]]
            found += compare("byte by byte", name, whole, other)
        kills = 0
        for _ in range(KILLS_MAX):
            process = imported(amirec, path, db("killed"), stderr=subprocess.DEVNULL)
            time.sleep(chance.uniform(0.1, 1) * took)
            if process.poll() is None:
                kills += 1
            process.send_signal(signal.SIGKILL)
            process.wait()
        finished(imported(amirec, path, db("killed")))
        found += compare("killed", name, whole, rows(db("killed")))
        stores.append(db("killed"))
        subprocess.run([amirec, "rebuild", "--db", db("whole")], check=True, stdout=subprocess.DEVNULL)
        found += compare("rebuilt", name, whole, rows(db("whole")))
        for store in stores:
            verified = subprocess.run([amirec, "verify", "--db", store], stdout=subprocess.PIPE)
            if verified.returncode:
                found += 1
                print("%s: not in order\n%s" % (name, verified.stdout.decode()))
    print("%s: %d rows, killed %d times: %s" % (
        name, sum(map(len, whole.values())), kills, "%d differences" % found if found else "the same"), flush=True)
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--amirec", required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("names", nargs="*")
    a = parser.parse_args()
    names = a.names or sorted(f[:-len(".ami.gz")] for f in os.listdir(CAPTURES) if f.endswith(".ami.gz"))
    chance = random.Random(a.seed)
    sys.exit(1 if sum(checked(a.amirec, name, chance) for name in names) else 0)


if __name__ == "__main__":
    main()
