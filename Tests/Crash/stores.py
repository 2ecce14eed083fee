"""What a store holds, and where two stores differ: every row with its id, and the archive byte for byte.

Python standard library only; it shares nothing with the programs whose stores it compares.
"""
import os
import sqlite3
import subprocess
import zlib

# Rows of the program that runs, and columns that say when something was done or hold a state that is no row.
TABLES_LEFT_OUT = ("collector",)
COLUMNS_LEFT_OUT = {("positions", "state"), ("log_blocks", "filled_us"), ("log_blocks", "filled_at")}
# What lies beside a store, and belongs to it.
SUFFIXES = ("", "-wal", "-shm", ".lock", ".mark", ".rebuild", ".rebuild-wal", ".rebuild-shm", ".rebuild-journal")
SHOWN_MAX = 5


class Content:
    """All of a store: rows by table, and the stream of each session."""

    def __init__(self, path):
        self.columns, self.rows, self.streams = {}, {}, {}
        db = opened(path)
        try:
            # One transaction: a store that is written meanwhile is seen at one moment.
            db.execute("BEGIN")
            for (table,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'"
                                       " AND name NOT LIKE 'sqlite_%' ORDER BY name").fetchall():
                if table in TABLES_LEFT_OUT:
                    continue
                columns = [c[1] for c in db.execute("PRAGMA table_xinfo(%s)" % table)
                           if (table, c[1]) not in COLUMNS_LEFT_OUT]
                self.columns[table] = columns
                self.rows[table] = {row[0]: row for row in db.execute(
                    "SELECT %s FROM %s ORDER BY 1" % (", ".join('"%s"' % c for c in columns), table))}
            for session, size, codec, packed in db.execute(
                    "SELECT session_id, size, codec, bytes FROM blocks ORDER BY session_id, session_offset"):
                part = zlib.decompress(packed) if codec == "zlib" else bytes(packed)
                if len(part) != size:
                    raise ValueError("a block of session %d has %d bytes, and says %d" % (session, len(part), size))
                self.streams.setdefault(session, bytearray()).extend(part)
        finally:
            db.close()

    @property
    def count(self):
        return sum(map(len, self.rows.values()))


def opened(path):
    """A store to be read: only the programs under test write it."""
    db = sqlite3.connect("file:%s?mode=ro" % path, uri=True, timeout=10)
    db.row_factory = None
    return db


def asked(path, sql, *values):
    db = opened(path)
    try:
        return db.execute(sql, values).fetchall()
    finally:
        db.close()


def differences(wanted, found):
    """A line for each thing in which two contents differ; none if they are the same."""
    lines = []
    for table in sorted(set(wanted.rows) | set(found.rows)):
        if table not in wanted.rows or table not in found.rows:
            lines.append("table %s is in one store only" % table)
        elif wanted.columns[table] != found.columns[table]:
            lines.append("table %s has other columns" % table)
        else:
            lines += differing_rows(table, wanted.columns[table], wanted.rows[table], found.rows[table])
    for session in sorted(set(wanted.streams) | set(found.streams)):
        mine, other = wanted.streams.get(session, b""), found.streams.get(session, b"")
        if mine != other:
            same = next((i for i, (a, b) in enumerate(zip(mine, other)) if a != b), min(len(mine), len(other)))
            lines.append("the stream of session %d has %d bytes for %d, the same up to %d" % (
                session, len(other), len(mine), same))
    return lines


def differing_rows(table, columns, wanted, found):
    lines = []
    for identity in sorted(set(wanted) | set(found)):
        mine, other = wanted.get(identity), found.get(identity)
        if mine == other:
            continue
        if other is None:
            lines.append("%s %s is missing" % (table, identity))
        elif mine is None:
            lines.append("%s %s should not be there: %s" % (table, identity, short(other)))
        else:
            lines.append("%s %s: %s" % (table, identity, ", ".join(
                "%s is %s for %s" % (c, short(b), short(a)) for c, a, b in zip(columns, mine, other) if a != b)))
    if len(lines) > SHOWN_MAX:
        lines[SHOWN_MAX:] = ["%s: and %d more" % (table, len(lines) - SHOWN_MAX)]
    return lines


def short(value):
    text = repr(value)
    return text if len(text) <= 120 else text[:120] + "…"


def disorder(amirec, path):
    """What `amirec verify` finds wrong in a store: lines, none if it is in order."""
    done = subprocess.run([amirec, "verify", "--db", path], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode == 0:
        return []
    wrong = [line for line in done.stdout.decode("utf-8", "replace").splitlines() if not line.startswith("ok ")]
    return ["verify ends with %d: %s" % (done.returncode, line) for line in wrong[:SHOWN_MAX]]


def remove(path):
    for suffix in SUFFIXES:
        if os.path.exists(path + suffix):
            os.remove(path + suffix)
