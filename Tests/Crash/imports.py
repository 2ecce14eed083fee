"""`amirec import` is killed, and run again until it is done."""
import time

import kills
import stores

# Recordings of one server, oldest first.
SETS = (("mixed-22",), ("restart-16", "late-16"), ("hangup-causes-22", "parking-22"), ("queues-16", "conference-16"),
        ("slow-reader-22",))
KILLS_MAX = 6


class Kind:
    name, share = "import", 8

    def __init__(self):
        self.wanted = {}

    def command(self, round, names, store):
        return [round.programs.amirec, "import", *(kills.capture(n + ".ami.gz") for n in names), "--db", store,
                "--server", "pbx", "--tables", kills.TABLES, "--trunks", "PJSIP/trunk1"]

    def run(self, round, kills_max):
        names = round.chance.choice(SETS)
        if names not in self.wanted:
            begin, store = time.monotonic(), round.path("undisturbed.db")
            code = round.finished(round.start(*self.command(round, names, store)))
            took = time.monotonic() - begin
            self.wanted[names] = stores.Content(store), took, code
            round.problem(*stores.disorder(round.programs.amirec, store))
        wanted, took, code = self.wanted[names]
        store = round.path("killed.db")
        for _ in range(min(kills_max, round.chance.randint(2, KILLS_MAX))):
            process = round.start(*self.command(round, names, store))
            if not round.killed(process, *round.moment(took, store)):
                break
            round.check_order(store)
        ended = round.finished(round.start(*self.command(round, names, store)))
        if ended not in (0, code):
            round.problem("the last import ended with %s" % ended)
        round.check_store(store, wanted)
