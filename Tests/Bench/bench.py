#!/usr/bin/env python3
"""bench.py --amirec PROGRAM [--dir .build/bench] [--runs 3]: what an import costs, measured against gzip -6.

One stream (grow.py, made once), one machine, one run: `gzip -6` and `amirec import` in turn, the median of each. Prints
the figures, a hash of the resulting event_counts (two builds that count alike print the same), and a line for
BENCHMARKS.md. Exit code 1 if a limit that does not depend on the machine is broken (size of the archive, peak memory,
bytes in the store). Python standard library only.
"""
import argparse
import datetime
import hashlib
import os
import sqlite3
import statistics
import subprocess
import sys
import time

import grow

HERE = os.path.dirname(os.path.abspath(__file__))
RECORDING = os.path.join(HERE, "..", "Fixtures", "captures", "large-22.ami.gz")
AIM_RATIO = 0.9            # import time / gzip -6 time
LIMIT_ARCHIVE = 1.05       # bytes of all blocks / bytes of gzip -6's output
LIMIT_MEMORY_MIB = 128     # peak resident
LOAD_MAX = 1.0             # above it other work is in the way


def run(command, **how):
    """Wall seconds, CPU seconds, peak resident MiB."""
    begin = time.monotonic()
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, **how)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit("bench: %s ended with %d" % (command[0], process.returncode))
    return time.monotonic() - begin, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def remove(path):
    for suffix in ("", "-wal", "-shm", "-lock", ".lock"):
        if os.path.exists(path + suffix):
            os.remove(path + suffix)


def prepared(folder):
    ami = os.path.join(folder, "stream.ami")
    if not os.path.exists(ami):
        os.makedirs(folder, exist_ok=True)
        print("making the stream (once)", flush=True)
        grow.grown(RECORDING, ami, grow.SIZE)
    with open(ami, "rb") as f:  # into the page cache
        while f.read(1 << 24):
            pass
    return ami


def answers(path):
    db = sqlite3.connect("file:%s?mode=ro" % path, uri=True)
    one = lambda sql: db.execute(sql).fetchone()[0]
    counts = db.execute("SELECT hour_us, name, count, list_items FROM event_counts ORDER BY 1, 2").fetchall()
    tables = ("channels", "calls", "dials", "bridges", "bridge_members", "cdrs")
    return {
        "hash": hashlib.sha256(repr(counts).encode()).hexdigest()[:16],
        "events": sum(c[2] for c in counts),
        "received": one("SELECT sum(size) FROM blocks"),
        "archived": one("SELECT sum(length(bytes)) FROM blocks"),
        "chunks": one("SELECT sum(length(chunks)) FROM blocks"),
        "file": one("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"),
        "rows": {t: one("SELECT count(*) FROM %s" % t) for t in tables},
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--amirec", required=True)
    parser.add_argument("--dir", default=os.path.join(".build", "bench"))
    parser.add_argument("--runs", type=int, default=3)
    a = parser.parse_args()
    ami = prepared(a.dir)
    size = os.path.getsize(ami)
    packed, store = os.path.join(a.dir, "stream.gz"), os.path.join(a.dir, "store.db")
    print("%s: %.1f MB" % (ami, size / 1e6), flush=True)
    load = os.getloadavg()[0]
    if load > LOAD_MAX:
        print("the machine is busy (load %.1f): the times will say little" % load, flush=True)
    gzip, imports = [], []
    for number in range(a.runs):
        with open(packed, "wb") as out:
            gzip.append(run(["gzip", "-6", "-c", ami], stdout=out))
        remove(store)
        imports.append(run([a.amirec, "import", ami, "--db", store], stdout=subprocess.DEVNULL))
        print("run %d: gzip -6 %.2f s, %.2f s of CPU; import %.2f s, %.2f s of CPU, %.0f MiB" % (
            number + 1, *gzip[-1][:2], *imports[-1]), flush=True)
    got = answers(store)
    gzip_s, import_s = (statistics.median(t[0] for t in runs) for runs in (gzip, imports))
    memory = max(t[2] for t in imports)
    gzipped = os.path.getsize(packed)
    ratio, archive = import_s / gzip_s, got["archived"] / gzipped
    print("""
stream              %(size).1f MB, %(events)d events
gzip -6             %(gzip).2f s, %(gzipped)d bytes
amirec import       %(import).2f s, %(cpu).2f s of CPU: %(rate).0f events/s, %(mb).1f MB/s
import / gzip -6    %(ratio).2f (aim: at most %(aim).2f)
peak memory         %(memory).0f MiB (limit %(limit)d)
archive / gzip -6   %(archive).3f (limit %(most).2f)
stored / received   %(share).4f in blocks, %(file).4f in the whole store
rows                %(rows)s
event_counts        %(hash)s
""" % {
        "size": size / 1e6, "events": got["events"], "gzip": gzip_s, "gzipped": gzipped, "import": import_s,
        "cpu": statistics.median(t[1] for t in imports), "rate": got["events"] / import_s, "mb": size / 1e6 / import_s,
        "ratio": ratio, "aim": AIM_RATIO, "memory": memory, "limit": LIMIT_MEMORY_MIB, "archive": archive,
        "most": LIMIT_ARCHIVE, "share": got["archived"] / size, "file": got["file"] / size,
        "rows": ", ".join("%s %d" % pair for pair in got["rows"].items()), "hash": got["hash"]})
    print("| %s | %.0f | %.2f | %.2f | %.2f | %.0f | %.4f | %.3f | %.0f | %s |" % (
        datetime.date.today().isoformat(), size / 1e6, gzip_s, import_s, ratio, got["events"] / import_s,
        got["archived"] / size, archive, memory, got["hash"]))
    broken = []
    if got["received"] != size:
        broken.append("the store has %d bytes of %d" % (got["received"], size))
    if archive > LIMIT_ARCHIVE:
        broken.append("the archive is larger than %.2f × gzip -6's output" % LIMIT_ARCHIVE)
    if memory > LIMIT_MEMORY_MIB:
        broken.append("the import took more than %d MiB" % LIMIT_MEMORY_MIB)
    for line in broken:
        print("bench: %s" % line)
    remove(store)
    os.remove(packed)
    sys.exit(1 if broken else 0)


if __name__ == "__main__":
    main()
