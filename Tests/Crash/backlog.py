"""amirecd is killed while it brings into the store what it recorded while that was shut."""
import os
import shutil
import signal
import time

import kills
import pbx
import stores

PLAYED = ("mixed-22", "transfers-22")
KILLS_MAX = 5
# How often the PBXs send a numbered event.
TICKS_PER_S = 20
# How long the recording of the journal and the undisturbed run may take, in seconds.
WAIT_S_MAX = 60
# From the opening of the store to the stop, in seconds: by then it takes signals.
SETTLE_S = 0.3


class Kind:
    name, share = "backlog", 3

    def __init__(self):
        self.prepared = None

    def run(self, round, kills_max):
        stalled = pbx.Stalled()
        try:
            Backlog(self, round, stalled.port).run(min(kills_max, KILLS_MAX))
        finally:
            stalled.close()


class Backlog:
    def __init__(self, kind, round, port):
        self.kind, self.round, self.port = kind, round, port
        self.store, self.journal = round.path("amirec.db"), round.path("journal")

    def run(self, kills_max):
        if not self.kind.prepared:
            self.prepare()
        files, wanted, took = self.kind.prepared
        self.lay(files)
        # Nobody can be reached meanwhile, and no attempt fails: the backlog is all that there is.
        self.configuration = kills.configuration(self.round.folder, [self.port] * len(PLAYED), self.store, pbx.SECRET)
        for _ in range(self.round.chance.randint(1, kills_max)):
            process = self.start()
            moment, words = self.round.moment(took, self.store)
            if not self.round.killed(process, moment, words):
                self.round.problem("amirecd ended with %s" % process.poll())
            self.round.check_order(self.store)
        self.ingest()
        self.round.check_store(self.store, wanted)

    def start(self):
        return self.round.start(self.round.programs.amirecd, "--config", self.configuration)

    def lay(self, files):
        shutil.rmtree(self.journal, ignore_errors=True)
        for path, data in files.items():
            path = os.path.join(self.journal, path)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as f:
                f.write(data)

    def files(self):
        found = {}
        for folder, _, names in os.walk(self.journal):
            for name in names:
                path = os.path.join(folder, name)
                with open(path, "rb") as f:
                    found[os.path.relpath(path, self.journal)] = f.read()
        return found

    def ingest(self):
        """Lets all of the journal into the store: a stop waits for that. How long it took, in seconds."""
        begin, process = time.monotonic(), self.start()
        while not os.path.exists(self.store + "-shm") and time.monotonic() - begin < WAIT_S_MAX:
            time.sleep(0.01)
        time.sleep(SETTLE_S)
        process.send_signal(signal.SIGTERM)
        if self.round.finished(process) != 0:
            self.round.problem("the journal was not taken in, amirecd ended with %s" % process.returncode)
        return time.monotonic() - begin

    def prepare(self):
        """A journal of a recorder that never had a store, and what an undisturbed intake makes of it."""
        servers = [pbx.PBX([kills.capture(name + ".ami.gz")], self.round.chance, TICKS_PER_S, speed=0)
                   for name in PLAYED]
        shut = self.round.path("shut")
        self.configuration = kills.configuration(
            self.round.folder, [s.port for s in servers], os.path.join(shut, "amirec.db"), pbx.SECRET)
        process = self.start()
        begin, is_cut = time.monotonic(), False
        while not all(s.is_finished for s in servers) and time.monotonic() - begin < WAIT_S_MAX:
            time.sleep(0.05)
            if not is_cut and servers[0].place > len(servers[0].events) / 2:
                is_cut = True
                with servers[0].lock:
                    servers[0].connections[-1].close(abruptly=True)
        time.sleep(0.5)
        process.kill()
        process.wait()
        for server in servers:
            server.end()
        files = self.files()
        if os.path.exists(shut) or not is_cut or len(files) < 8:
            self.round.problem("no backlog was made: %s" % sorted(files))
        self.configuration = kills.configuration(self.round.folder, [self.port] * len(PLAYED), self.store, pbx.SECRET)
        took = self.ingest()
        wanted = stores.Content(self.store)
        self.round.problem(*stores.disorder(self.round.programs.amirec, self.store))
        stores.remove(self.store)
        self.kind.prepared = files, wanted, took
