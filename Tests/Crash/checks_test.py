#!/usr/bin/env python3
"""checks_test.py --amirec PROGRAM --amirecd PROGRAM: what crash_test.py looks for, it finds.

A store is damaged in one place at a time, and each damage must be seen: beside a store that was not, and beside what a
PBX sent. What is not damaged must be the same. Then programs that lose something after a kill stand in for the real
ones, and crash_test.py must fail. Python standard library only.
"""
import argparse
import contextlib
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import zlib

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "Oracle"))

import kills
import recording
import stores

# What is done to one of two equal stores.
DAMAGE = (
    "DELETE FROM dials WHERE id = (SELECT max(id) FROM dials)",
    "INSERT INTO hangup_causes (code, name, meaning, class) VALUES (9999, 'NEW', '', 'normal')",
    "UPDATE channels SET id = id + 100000 WHERE id = (SELECT max(id) FROM channels)",
    "UPDATE calls SET talk_ms = talk_ms + 1 WHERE id = (SELECT min(id) FROM calls)",
    "UPDATE channels SET cause_text = NULL WHERE id = (SELECT min(id) FROM channels WHERE cause_text IS NOT NULL)",
    "UPDATE blocks SET last_us = last_us + 1 WHERE id = (SELECT max(id) FROM blocks)",
    "UPDATE positions SET session_offset = session_offset - 1 WHERE id = 0",
    "UPDATE blocks SET bytes = changed(bytes) WHERE id = (SELECT max(id) FROM blocks)",
)
# What is done to a store of which is known what was sent. Most of a gap's edges are a microsecond off.
LOSSES = (
    "DELETE FROM user_events WHERE id = (SELECT max(id) FROM user_events WHERE name = 'Tick' AND server_id = 0)",
    "UPDATE user_events SET headers = (SELECT headers FROM user_events WHERE name = 'Tick' AND server_id = 0 AND id <>"
    " (SELECT max(id) FROM user_events WHERE name = 'Tick' AND server_id = 0) ORDER BY id DESC LIMIT 1)"
    " WHERE id = (SELECT max(id) FROM user_events WHERE name = 'Tick' AND server_id = 0)",
    "UPDATE gaps SET started_us = started_us + 1 WHERE id = (SELECT min(id) FROM gaps)",
    "UPDATE gaps SET started_us = started_us - 1 WHERE id = (SELECT max(id) FROM gaps)",
    "UPDATE gaps SET ended_us = ended_us - 1 WHERE id = (SELECT min(id) FROM gaps)",
    "UPDATE gaps SET ended_us = NULL WHERE id = (SELECT min(id) FROM gaps)",
    "DELETE FROM gaps WHERE id = (SELECT min(id) FROM gaps)",
    "UPDATE sessions SET ended_us = ended_us - 1 WHERE id = 1",
    "UPDATE blocks SET bytes = changed(bytes) WHERE id = (SELECT min(id) FROM blocks)",
    "UPDATE blocks SET bytes = shortened(bytes), size = size - 1"
    " WHERE id = (SELECT max(id) FROM blocks WHERE session_id = 1)",
    "DELETE FROM sessions WHERE id = 1",
)
# Stands in for amirec: it doubles rows as it begins, if the store to be killed over is there already.
DOUBLES_ROW = """#!{python}
import os, sqlite3, sys
store = sys.argv[sys.argv.index("--db") + 1]
if sys.argv[1] != "verify" and os.path.basename(store) == "killed.db" and os.path.exists(store):
    db = sqlite3.connect(store)
    for table in ("dials", "sessions"):
        if db.execute("SELECT 1 FROM sqlite_schema WHERE name = ?", (table,)).fetchone():
            columns = ", ".join(row[1] for row in db.execute("PRAGMA table_info(%s)" % table))
            # Nothing that is done again touches a row of this id.
            db.execute("INSERT OR IGNORE INTO %s (%s) SELECT %s FROM %s ORDER BY id DESC LIMIT 1" % (
                table, columns, columns.replace("id", "id + 100000", 1), table))
    db.commit()
    db.close()
os.execv("{amirec}", ["{amirec}"] + sys.argv[1:])
"""
# Stands in for amirecd: when it starts again it loses the last byte of a journal.
LOSES_BYTE = """#!{python}
import glob, os, sys
folder = os.path.dirname(sys.argv[2])
segments = sorted(glob.glob(folder + "/journal/pbx1/*.ami"))
if os.path.exists(folder + "/amirec.db") and segments and os.path.getsize(segments[-1]):
    os.truncate(segments[-1], os.path.getsize(segments[-1]) - 1)
os.execv("{amirecd}", ["{amirecd}"] + sys.argv[1:])
"""


def changed(packed):
    """A block's bytes with one of them another, packed anew: no sum but the stream itself shows it."""
    data = bytearray(zlib.decompress(packed))
    data[len(data) // 2] ^= 1
    return zlib.compress(bytes(data))


def shortened(packed):
    return zlib.compress(zlib.decompress(packed)[:-1])


def damaged(store, copy, sql):
    for suffix in ("", "-wal"):
        if os.path.exists(store + suffix):
            shutil.copyfile(store + suffix, copy + suffix)
    with contextlib.closing(sqlite3.connect(copy)) as db:
        db.create_function("changed", 1, changed)
        db.create_function("shortened", 1, shortened)
        count = db.execute(sql).rowcount
        db.commit()
    if count != 1:
        sys.exit("checks_test: nothing to damage: %s" % sql)
    return stores.Content(copy)


def unseen_differences(programs, folder):
    """Of two equal stores one is damaged."""
    store = os.path.join(folder, "whole.db")
    subprocess.run([programs.amirec, "import", kills.capture("conference-22.ami.gz"), "--db", store],
                   stdout=subprocess.DEVNULL, check=True)
    whole, wrong = stores.Content(store), []
    if stores.differences(whole, stores.Content(store)):
        wrong.append("what is the same differs")
    for number, sql in enumerate(DAMAGE):
        other = damaged(store, os.path.join(folder, "damaged-%d.db" % number), sql)
        for pair in ((whole, other), (other, whole)):
            if not stores.differences(*pair):
                wrong.append("not seen: %s" % sql)
    print("%d damages of one of two stores" % len(DAMAGE))
    return wrong


def unseen_losses(programs, folder):
    """A store is damaged of which is known what was sent."""
    chance = random.Random(1)
    round = kills.Round(programs, os.path.join(folder, "recorded"), chance)
    servers = recording.played(chance)
    run = recording.Recording(round, servers)
    run.run(1)
    if round.problems:
        return ["without damage: %s" % line for line in round.problems]
    wrong = []
    for number, sql in enumerate(LOSSES):
        content = damaged(run.store, os.path.join(folder, "lost-%d.db" % number), sql)
        if not any(recording.Account(content, n, server, run.journals[n]).wrong()
                   for n, server in enumerate(servers)):
            wrong.append("not seen: %s" % sql)
    print("%d damages of what was recorded" % len(LOSSES))
    return wrong


def unseen_programs(programs, folder):
    """Programs that lose or double something after a kill."""
    wrong = []
    places = {"amirec": programs.amirec, "amirecd": programs.amirecd}
    for name, text in (("amirec", DOUBLES_ROW), ("amirecd", LOSES_BYTE)):
        path = os.path.join(folder, name)
        with open(path, "w") as f:
            f.write(text.format(python=sys.executable, **places))
        os.chmod(path, 0o755)
    # A killed import seldom leaves rows to be doubled: recordings are small, and taken in by few transactions.
    for kind, runs in (("rebuild", "1"), ("fill", "1"), ("recording", "1")):
        # The recorder's own loss is to be found by what was sent, not by another program.
        amirec = programs.amirec if kind == "recording" else os.path.join(folder, "amirec")
        done = subprocess.run(
            [sys.executable, os.path.join(HERE, "crash_test.py"), "--amirec", amirec, "--amirecd",
             os.path.join(folder, "amirecd"), "--kinds", kind, "--runs", runs, "--seed", "1", "--keep", folder],
            stdout=subprocess.PIPE)
        last = done.stdout.decode().splitlines()[-1]
        if done.returncode != 1 or last.endswith(" 0 failed"):
            wrong.append("not seen: what %s loses or doubles\n%s" % (kind, done.stdout.decode()))
        print("%s by a program that loses or doubles something: %s" % (kind, last), flush=True)
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--amirec", required=True)
    parser.add_argument("--amirecd", required=True)
    a = parser.parse_args()
    programs = kills.Programs(a.amirec, a.amirecd)
    with tempfile.TemporaryDirectory(prefix="amirec-checks-") as folder:
        wrong = []
        for check in (unseen_differences, unseen_losses, unseen_programs):
            wrong += check(programs, folder)
    print("\n".join(wrong) if wrong else "all were seen")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
