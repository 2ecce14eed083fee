#!/usr/bin/env python3
"""crash_test.py --amirec PROGRAM --amirecd PROGRAM [--runs N] [--seed N] [--kinds NAMES] [--keep FOLDER]

Kills the real programs (SIGKILL) at random moments of what they do, lets them go on, and looks at what came of it:

    import      the store equals that of an import that was not disturbed, every row with its id, every byte
    recording   a session has what its journal had at the kill, and that was sent; each numbered event that was
                sent is stored or lies in a gap; a rebuild makes the same rows
    backlog     a journal that was written while the store was shut is taken in as if nothing had happened
    rebuild     the store is the old one or the new one
    fill        likewise `reconcile --fill`

`verify` finds each store in order, and what each kill leaves of one. The last line says how many kills there were, and
how many failed: a round of kills after which anything is wrong counts as one. What went wrong is printed with the seed
and the moments of the kills, and its files are kept. Python standard library only.
"""
import argparse
import os
import random
import shutil
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "Oracle"))

import backlog
import fill
import imports
import kills
import rebuild
import recording

KINDS = (imports.Kind, recording.Kind, backlog.Kind, rebuild.Kind, fill.Kind)
# A program that ended before its kill costs a round without one; so many rounds in a row are too many.
EMPTY_MAX = 20


def shares(kinds, runs):
    """How many kills each kind gets: by its share, all together as many as there are to be."""
    whole = sum(kind.share for kind in kinds)
    counts = [runs * kind.share // whole for kind in kinds]
    for place in range(runs - sum(counts)):
        counts[place % len(counts)] += 1
    return counts


def tried(kind, wanted, programs, folder, seed, keep):
    """Kills of one kind; how many there were, and how many failed."""
    begin, done, failed, empty, number = time.monotonic(), 0, 0, 0, 0
    while done < wanted and empty < EMPTY_MAX:
        number += 1
        round = kills.Round(programs, os.path.join(folder, "%s-%d" % (kind.name, number)),
                            random.Random("%d %s %d" % (seed, kind.name, number)))
        try:
            kind.run(round, wanted - done)
        except Exception as error:
            round.problem("%s: %s" % (type(error).__name__, error))
        round.end()
        done += round.kills
        empty = 0 if round.kills else empty + 1
        if round.problems:
            failed += 1
            kept = os.path.join(keep, os.path.basename(round.folder))
            shutil.copytree(round.folder, kept, dirs_exist_ok=True)
            print("%s, seed %d, round %d, killed after %s:\n  %s\n  kept in %s" % (
                kind.name, seed, number, ", ".join(round.moments) or "nothing", "\n  ".join(round.problems), kept),
                flush=True)
        shutil.rmtree(round.folder)
    if done < wanted:
        failed += 1
        print("%s: ended before it was killed %d times in a row" % (kind.name, empty))
    print("%s: %d kills in %d rounds, %d failed, %.0f s" % (
        kind.name, done, number, failed, time.monotonic() - begin), flush=True)
    return done, failed


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--amirec", required=True)
    parser.add_argument("--amirecd", required=True)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--kinds", help="only these, with commas")
    parser.add_argument("--keep", help="where the files of what failed are kept; default: a temporary folder")
    a = parser.parse_args()
    seed = a.seed if a.seed is not None else random.randrange(1_000_000)
    kinds = [kind() for kind in KINDS if not a.kinds or kind.name in a.kinds.split(",")]
    keep = os.path.join(a.keep or tempfile.gettempdir(), "amirec-crash-%d" % seed)
    print("seed %d" % seed, flush=True)
    done = failed = 0
    with tempfile.TemporaryDirectory(prefix="amirec-crash-") as folder:
        for kind, wanted in zip(kinds, shares(kinds, a.runs)):
            counts = tried(kind, wanted, kills.Programs(a.amirec, a.amirecd), folder, seed, keep)
            done, failed = done + counts[0], failed + counts[1]
    print("%d kills, %d failed" % (done, failed))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
