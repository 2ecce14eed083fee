"""What all kinds of runs share: programs that are started and killed, moments to kill them at, what was found wrong."""
import os
import signal
import subprocess
import time

import stores

CAPTURES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "Fixtures", "captures")
TABLES = "cels,dialplan_steps,variables"
# No run of a program takes longer, in seconds; one that does hangs.
RUN_S_MAX = 120
# What verify says of a store that was killed before it had a table.
EMPTY = "is empty; record or import first"
# How often is looked whether the moment has come, in seconds.
LOOK_S = 0.0005


def capture(name):
    return os.path.join(CAPTURES, name)


class Programs:
    def __init__(self, amirec, amirecd):
        self.amirec, self.amirecd = os.path.abspath(amirec), os.path.abspath(amirecd)


class Round:
    """One way from the beginning of a store to its end: kills, and what was wrong with what came of them."""

    def __init__(self, programs, folder, chance):
        self.programs, self.folder, self.chance = programs, folder, chance
        self.kills, self.moments, self.problems, self.processes = 0, [], [], []
        os.makedirs(folder)

    def path(self, name):
        return os.path.join(self.folder, name)

    def start(self, *command):
        with open(self.path("log"), "ab") as log:
            self.processes.append(subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log))
        return self.processes[-1]

    def end(self):
        """Nothing goes on after a round that failed midway."""
        for process in self.processes:
            if process.poll() is None:
                process.kill()
                process.wait()

    def killed(self, process, moment, words):
        """Kills a program at a moment, a function that says whether it has come; False if it ended before."""
        begin = time.monotonic()
        while process.poll() is None and not moment():
            time.sleep(LOOK_S)
            if time.monotonic() - begin > RUN_S_MAX:
                self.problem("a program does not end (%s)" % words)
                break
        after = time.monotonic() - begin
        if process.poll() is not None:
            return False
        process.send_signal(signal.SIGKILL)
        # It may have ended by itself just now.
        if process.wait() != -signal.SIGKILL:
            return False
        self.kills += 1
        self.moments.append("%.3f s (%s)" % (after, words))
        return True

    def finished(self, process):
        """Waits for the end of a program; its exit code."""
        try:
            return process.wait(RUN_S_MAX)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            self.problem("a program does not end")
            return None

    def problem(self, *lines):
        self.problems += lines

    def moment(self, length, store):
        """A moment within a run that takes `length` seconds undisturbed: anywhere, as it begins, or in the midst of
        what it does to the store's files."""
        kind = self.chance.choice(("anywhere", "anywhere", "begin", "files"))
        begin = time.monotonic()
        if kind == "files":
            return FileChange(store, self.chance.randint(1, 6), self.chance.uniform(0, 0.004)), "at a change of files"
        delay = self.chance.uniform(0, length * 1.05 if kind == "anywhere" else min(0.08, length))
        return (lambda: time.monotonic() - begin >= delay), kind

    def check_order(self, path):
        """Whether what a kill left is in order before anything goes on with it, if it is a store already."""
        self.problem(*("after a kill: " + line for line in stores.disorder(self.programs.amirec, path)
                       if EMPTY not in line and os.path.exists(path)))

    def check_store(self, path, wanted):
        """Whether a store is the one that is wanted, and in order."""
        self.problem(*stores.differences(wanted, stores.Content(path)))
        self.problem(*stores.disorder(self.programs.amirec, path))

    def check_either(self, path, old, new):
        """Whether a store is one of two, whole."""
        # First: a program that reads undoes what was left half done, which the look from here does not.
        self.problem(*stores.disorder(self.programs.amirec, path))
        found = stores.Content(path)
        if stores.differences(old, found):
            wrong = stores.differences(new, found)
            if wrong:
                self.problem("neither the old store nor the new one", *wrong)


class FileChange:
    """The moment some milliseconds after the files of a store changed so many times."""

    def __init__(self, store, times, after):
        self.store, self.left, self.after = store, times, after
        self.seen, self.since = self.look(), None

    def look(self):
        found = []
        for suffix in stores.SUFFIXES:
            try:
                status = os.stat(self.store + suffix)
                found.append((suffix, status.st_ino, status.st_size, status.st_mtime_ns))
            except OSError:
                pass
        return found

    def __call__(self):
        if self.since is None:
            now = self.look()
            if now != self.seen:
                self.seen, self.left = now, self.left - 1
            if self.left > 0:
                return False
            self.since = time.monotonic()
        return time.monotonic() - self.since >= self.after


def configuration(folder, ports, store, secret, general=""):
    """Writes an amirec.conf for servers pbx1, pbx2 … at these ports of this machine; its path."""
    secret_file = os.path.join(folder, "secret")
    with open(os.open(secret_file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as f:
        f.write(secret + "\n")
    path = os.path.join(folder, "amirec.conf")
    with open(path, "w") as f:
        f.write("[general]\nstore = %s\njournal = %s\ntables = %s\nsegment_size_mb = 1\n%s" % (
            store, os.path.join(folder, "journal"), TABLES, general))
        for number, port in enumerate(ports):
            f.write("\n[pbx%d]\nhost = 127.0.0.1\nport = %d\nusername = recorder\nsecret_file = %s\n" % (
                number + 1, port, secret_file))
    return path
