"""`amirec rebuild` is killed: the store is the old or the new one, whole, and another rebuild makes the new one."""
import shutil
import subprocess
import time

import kills
import stores

RECORDINGS = ("queues-22", "restart-16")


class Kind:
    name, share = "rebuild", 2

    def __init__(self):
        self.prepared = None

    def command(self, round, store):
        return [round.programs.amirec, "rebuild", "--db", store, "--tables", "cels,dialplan_steps"]

    def prepare(self, round):
        """A store, and what a rebuild with other tables makes of it."""
        old, new = round.path("old.db"), round.path("new.db")
        for name in RECORDINGS:
            if subprocess.run([round.programs.amirec, "import", kills.capture(name + ".ami.gz"), "--db", old,
                               "--server", name], stdout=subprocess.DEVNULL).returncode:
                round.problem("the import failed")
        shutil.copyfile(old, new)
        begin = time.monotonic()
        if round.finished(round.start(*self.command(round, new))):
            round.problem("the undisturbed rebuild failed")
        took = time.monotonic() - begin
        with open(old, "rb") as f:
            self.prepared = f.read(), stores.Content(old), stores.Content(new), took

    def run(self, round, kills_max):
        if not self.prepared:
            self.prepare(round)
        file, old, new, took = self.prepared
        store = round.path("killed.db")
        with open(store, "wb") as f:
            f.write(file)
        if not round.killed(round.start(*self.command(round, store)), *round.moment(took, store)):
            return
        round.check_either(store, old, new)
        if round.finished(round.start(*self.command(round, store))):
            round.problem("the next rebuild failed")
        round.check_store(store, new)
