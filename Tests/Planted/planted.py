#!/usr/bin/env python3
"""planted.py [--check] [--only WORDS] [--work FOLDER]: do the tests see what they are there for?

Plants the faults of faults.txt one at a time in a copy of the tree, builds it, and runs the tests that are to see each.
A fault is known by a text of the sources that stands there once, wherever it is moved to. In faults.txt each has

    WORDS: what a user would suffer
    find: a text within one line of Sources or queries
    put: what stands there instead
    tests: the tests to run, as for swift test --filter

--check only looks whether each text is there, once. Last line: N of M seen. Exit code 1 if a fault was not seen, does
not build, or has no place. Python standard library only.
"""
import argparse
import os
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
PLACES = ("Sources/", "schema/", "queries/")
BUILD_S, TESTS_S = 1800, 1200


def faults():
    with open(os.path.join(HERE, "faults.txt"), encoding="utf-8") as f:
        blocks = [b for b in f.read().split("\n\n") if b.strip() and not b.startswith("#")]
    for block in blocks:
        words, *fields = block.strip("\n").split("\n")
        yield words.rstrip(":"), dict(field.split(": ", 1) for field in fields)


def files(root):
    names = subprocess.check_output(["git", "-C", ROOT, "ls-files", "-z"]).decode().split("\0")
    return [n for n in names if n and os.path.isfile(os.path.join(root, n))]


def place(root, text):
    """The file in which a text stands, once."""
    found = []
    for name in files(root):
        if name.startswith(PLACES) and name.endswith((".swift", ".sql")):
            with open(os.path.join(root, name), encoding="utf-8") as f:
                found += [name] * f.read().count(text)
    return found


def copy(work):
    """The tree as it is; files that did not change stay untouched, so that little is built anew."""
    for name in files(ROOT):
        there, here = os.path.join(work, name), os.path.join(ROOT, name)
        os.makedirs(os.path.dirname(there), exist_ok=True)
        with open(here, "rb") as f:
            data = f.read()
        if os.path.exists(there):
            with open(there, "rb") as f:
                if f.read() == data:
                    continue
        shutil.copy2(here, there)


def run(work, seconds, *command):
    try:
        done = subprocess.run(command, cwd=work, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=seconds)
        return done.returncode, done.stdout.decode("utf-8", "replace")
    except subprocess.TimeoutExpired as e:
        return None, (e.stdout or b"").decode("utf-8", "replace")


def plant(work, fault):
    """seen, not seen, or why that is not known."""
    path = os.path.join(work, place(work, fault["find"])[0])
    with open(path, encoding="utf-8") as f:
        before = f.read()
    try:
        with open(path, "w", encoding="utf-8") as f:
            f.write(before.replace(fault["find"], fault["put"]))
        code, words = run(work, BUILD_S, "swift", "build", "--build-tests")
        if code != 0:
            return "does not build: " + next((line for line in words.split("\n") if "error:" in line), words[-200:])
        code, _ = run(work, TESTS_S, "swift", "test", "--skip-build", "--filter", fault["tests"])
        return "seen" if code != 0 else "not seen"
    finally:
        with open(path, "w", encoding="utf-8") as f:
            f.write(before)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--only", default="")
    parser.add_argument("--work", default=os.path.join(ROOT, ".build", "planted"))
    a = parser.parse_args()
    wanted = [(words, fault) for words, fault in faults() if a.only in words]
    lost = [words for words, fault in wanted if len(place(ROOT, fault["find"])) != 1]
    for words in lost:
        print("planted: %s: its text does not stand once in the sources" % words)
    if a.check or lost:
        print("planted: %d of %d have their place" % (len(wanted) - len(lost), len(wanted)))
        sys.exit(1 if lost else 0)
    copy(a.work)
    code, words = run(a.work, BUILD_S, "swift", "build", "--build-tests")
    if code != 0:
        sys.exit("planted: the tree does not build\n" + words[-2000:])
    # Without a fault they pass: else nothing that they say means anything.
    tests = "|".join(sorted({fault["tests"] for _, fault in wanted}))
    code, words = run(a.work, TESTS_S, "swift", "test", "--skip-build", "--filter", tests)
    if code != 0:
        sys.exit("planted: without a fault the tests fail\n" + words[-2000:])
    seen = 0
    for words, fault in wanted:
        result = plant(a.work, fault)
        seen += result == "seen"
        print("planted: %s: %s" % (words, result), flush=True)
    print("planted: %d of %d seen" % (seen, len(wanted)))
    sys.exit(0 if seen == len(wanted) else 1)


if __name__ == "__main__":
    main()
