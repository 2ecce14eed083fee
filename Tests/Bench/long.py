#!/usr/bin/env python3
"""long.py --amirec PROGRAM [--dir .build/bench] [--events 2000000]: does an import stay as small and as fast?

Imports a stream of so many events of calls that end (grow.py, made once), and looks meanwhile how far the program has
read. Prints the peak of its resident memory, and the events per second of the first and of the last tenth of the
stream, with the CPU seconds that each took: on a busy machine only those can be compared. Exit code 1 if the memory
exceeds its limit. Python standard library only.
"""
import argparse
import json
import os
import subprocess
import sys
import time

import bench
import grow

INTERVAL = 0.05
TICKS = os.sysconf("SC_CLK_TCK")


def prepared(folder, events):
    """The stream: repetitions of the recording until it has so many events."""
    ami = os.path.join(folder, "long-%d.ami" % events)
    if not os.path.exists(ami):
        os.makedirs(folder, exist_ok=True)
        print("making the stream (once)", flush=True)
        with grow.opened(bench.RECORDING) as f:
            data = f.read()
        grow.grown(bench.RECORDING, ami, len(data) * events // data.count(b"\r\nPrivilege: "))
    return ami


def offset(pid, path):
    """How far a process has read a file."""
    folder = "/proc/%d/fd" % pid
    try:
        for fd in os.listdir(folder):
            if os.readlink(os.path.join(folder, fd)) == path:
                with open("/proc/%d/fdinfo/%s" % (pid, fd)) as f:
                    return int(f.readline().split()[1])
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        pass
    return 0


def cpu(pid):
    """CPU seconds of a process so far."""
    with open("/proc/%d/stat" % pid) as f:
        fields = f.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def watched(command, ami):
    """Runs an import; its output, peak MiB, and (offset, wall, CPU) as it went."""
    size, marks = os.path.getsize(ami), []
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    begin = time.monotonic()
    path = os.path.realpath(ami)
    while not marks or marks[-1][0] < size:
        at = offset(process.pid, path)
        if marks and at == 0:
            break
        if at:
            marks.append((at, time.monotonic() - begin, cpu(process.pid)))
        time.sleep(INTERVAL)
        if process.poll() is not None:
            break
    output = process.stdout.read()
    _, status, used = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status):
        sys.exit("long: the import failed")
    return output, used.ru_maxrss / 1024, marks


def spent(marks, low, high):
    """(wall, CPU) seconds between two offsets."""
    inside = [m for m in marks if low <= m[0] <= high]
    if len(inside) < 2:
        sys.exit("long: too short a stream for this machine; ask for more --events")
    share = (high - low) / (inside[-1][0] - inside[0][0])
    return (inside[-1][1] - inside[0][1]) * share, (inside[-1][2] - inside[0][2]) * share


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--amirec", required=True)
    parser.add_argument("--dir", default=os.path.join(".build", "bench"))
    parser.add_argument("--events", type=int, default=2000000)
    a = parser.parse_args()
    ami = prepared(a.dir, a.events)
    size, store = os.path.getsize(ami), os.path.join(a.dir, "long.db")
    bench.remove(store)
    output, memory, marks = watched([a.amirec, "import", ami, "--db", store, "--json"], ami)
    events = json.loads(output)["files"][0]["events"]
    tenth = events / 10
    print("stream       %.0f MB, %d events" % (size / 1e6, events))
    print("store        %.0f MB" % (os.path.getsize(store) / 1e6))
    print("peak memory  %.0f MiB (limit %d)" % (memory, bench.LIMIT_MEMORY_MIB))
    for name, low in (("first", 0), ("last", 9)):
        wall, used = spent(marks, size * low // 10, size * (low + 1) // 10)
        print("%-5s tenth  %.0f events/s, %.0f events per second of CPU" % (name, tenth / wall, tenth / used))
    bench.remove(store)
    if memory > bench.LIMIT_MEMORY_MIB:
        sys.exit("long: the import took more than %d MiB" % bench.LIMIT_MEMORY_MIB)


if __name__ == "__main__":
    main()
