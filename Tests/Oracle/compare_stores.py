#!/usr/bin/env python3
"""compare_stores.py A B: do two stores hold the same calls? Two recordings of one server, made side by side
(amirecd's store and an import of another client's capture), differ in when they began and ended and by
milliseconds in when a message came; what lies in both must be the same. Each disagreement is a line; exit
code 1 if there is any. Python standard library only.

    --server-a, --server-b NAME   which server of a store; needed if it holds several
    --late SHARE                  so many of the times compared (0.01: one in a hundred) may differ by more than
                                  50 ms, though not by a second: a busy machine keeps one client waiting now and then
"""
import argparse
import collections
import sqlite3
import sys

# Two clients get one message at slightly different times.
TOLERANCE_US = 50 * 1000
LATE_MAX_US = 1000 * 1000
# A channel this close to the begin or end of a recording may be in one of them only.
MARGIN_US = 1000 * 1000
SHOWN = 12
CDR = ("accountcode src dst dcontext clid channel dstchannel lastapp lastdata start answer \"end\" duration billsec "
       "disposition amaflags userfield uniqueid linkedid peeraccount sequence")

CHANNEL = ("name technology endpoint caller_number caller_name connected_number context exten closed_by cause cause_text"
           " counts").split()


class Store:
    """One server's rows, with channels by (uniqueid, how many after it had the same): ids differ between stores."""

    def __init__(self, path, server):
        self.path = path
        self.db = sqlite3.connect("file:%s?mode=ro" % path, uri=True)
        self.db.row_factory = sqlite3.Row
        servers = {r["name"]: r["id"] for r in self.db.execute("SELECT id, name FROM servers")}
        if server is None and len(servers) != 1:
            sys.exit("compare_stores: %s has %d servers, name one" % (path, len(servers)))
        if server is not None and server not in servers:
            sys.exit("compare_stores: %s has no server %s" % (path, server))
        self.server = servers[server] if server else next(iter(servers.values()))
        self.observed = [
            (r["logged_in_us"], r["end"]) for r in self.rows(
                "SELECT logged_in_us,"
                " coalesce(ended_us, (SELECT max(last_us) FROM blocks WHERE session_id = s.id)) AS end"
                " FROM sessions s WHERE server_id = ? AND logged_in_us IS NOT NULL ORDER BY id")]
        self.channels, self.keys = {}, {}

    def rows(self, sql):
        return self.db.execute(sql, (self.server,)).fetchall()

    def number(self):
        """Gives each channel its key. Counted from the last: the first might be in one store only."""
        seen = collections.Counter()
        for r in self.rows("SELECT * FROM channels WHERE server_id = ? ORDER BY started_us DESC, id DESC"):
            key = (r["uniqueid"], seen[r["uniqueid"]])
            seen[r["uniqueid"]] += 1
            self.channels[key] = r
            self.keys[r["id"]] = key


class Pair:
    def __init__(self, a, b):
        self.a, self.b = a, b
        if not a.observed or not b.observed:
            sys.exit("compare_stores: a store without a session")
        self.since = max(a.observed[0][0], b.observed[0][0]) + MARGIN_US
        self.until = min(a.observed[-1][1], b.observed[-1][1]) - MARGIN_US
        if self.until <= self.since:
            sys.exit("compare_stores: the two recordings have no time in common")
        # Times that one of them did not observe: what happened there may be in the other only.
        self.holes = sorted(hole for s in (a, b) for hole in zip(
            [end - MARGIN_US for _, end in s.observed], [start + MARGIN_US for start, _ in s.observed[1:]]))
        for s in (a, b):
            s.number()
        self.found, self.checked = 0, []
        self.compared, self.late = 0, []

    def within(self, *times):
        return all(time is not None and self.since <= time <= self.until and not any(
            low <= time <= high for low, high in self.holes) for time in times)

    def differ(self, what, lines):
        self.found += len(lines)
        for line in lines[:SHOWN]:
            print("%s: %s" % (what, line))
        if len(lines) > SHOWN:
            print("%s: and %d more" % (what, len(lines) - SHOWN))

    def near(self, x, y):
        """Whether two times are the same but for the delay of a client; a long delay is noted."""
        if x is None or y is None:
            return x is y
        self.compared += 1
        if abs(x - y) > TOLERANCE_US:
            self.late.append(abs(x - y))
        return abs(x - y) <= LATE_MAX_US

    def timed(self, what, mine, theirs):
        """Records (identity, times, whole): each whole one of one store has one of the same identity in the other,
        where it need not be whole: at the edge of a period a message is within for one client, and for the other
        a millisecond later outside. Beside each other their times agree; one outside for both is compared with nothing.
        """
        groups = []
        for records in (mine, theirs):
            by = collections.defaultdict(list)
            for identity, times, whole in records:
                by[identity].append((times, whole))
            groups.append(by)
        lines, compared = [], 0
        for identity in sorted(set(groups[0]) | set(groups[1]), key=str):
            left, right = (sorted(g.get(identity, []), key=lambda t: t[0][0] or 0) for g in groups)
            if len(left) != len(right):
                whole = [sum(w for _, w in side) for side in (left, right)]
                if whole[0] > len(right) or whole[1] > len(left):
                    lines.append("%s: %d in A, %d in B" % (identity, *whole))
                continue
            for (l, _), (r, _) in zip(left, right):
                for i, (x, y) in enumerate(zip(l, r)):
                    if not self.within(x) and not self.within(y):
                        continue
                    compared += 1
                    if not self.near(x, y):
                        lines.append("%s: time %d is %s in A, %s in B" % (identity, i, x, y))
        if what == "channels" and not compared:
            lines.append("the two have none in common: nothing was compared")
        self.checked.append("%d times of %s" % (compared, what))
        self.differ(what, lines)

    def compare(self):
        self.channels()
        self.calls()
        self.timed("dials", *[[
            ((s.keys.get(r["channel_id"]), s.keys[r["dest_channel_id"]], r["status"]),
             (r["started_us"], r["ringing_us"], r["ended_us"]), self.within(r["started_us"], r["ended_us"]))
            for r in s.rows("SELECT * FROM dials WHERE server_id = ?") if r["dest_channel_id"] in s.keys]
            for s in (self.a, self.b)])
        self.timed("bridges", *[[
            ((r["bridge_uniqueid"], r["type"]), (r["started_us"], r["ended_us"]), self.within(r["started_us"]))
            for r in s.rows("SELECT * FROM bridges WHERE server_id = ?")]
            for s in (self.a, self.b)])
        self.timed("members", *[[
            ((r["bridge_uniqueid"], s.keys[r["channel_id"]]), (r["entered_us"], r["left_us"]),
             self.within(r["entered_us"]))
            for r in s.rows("SELECT m.*, bridge_uniqueid FROM bridge_members m JOIN bridges b ON b.id = bridge_id"
                            " WHERE m.server_id = ?") if r["channel_id"] in s.keys] for s in (self.a, self.b)])
        cdrs = CDR.split()
        self.timed("cdrs", *[[
            (tuple(r[c.strip('"')] for c in cdrs), (r["received_us"],), self.within(r["received_us"]))
            for r in s.rows("SELECT %s, received_us FROM cdrs WHERE server_id = ?" % ", ".join(cdrs))]
            for s in (self.a, self.b)])

    def channels(self):
        """The times of all, and of a channel that both knew from its begin to its end everything."""
        known = [{key: r for key, r in s.channels.items() if r["opened_by"] == "newchannel"}
                 for s in (self.a, self.b)]
        self.timed("channels", *[[
            ((key, r["name"]), (r["started_us"], r["answered_us"], r["ended_us"]), self.within(r["started_us"]))
            for key, r in side.items()] for side in known])
        lines = []
        for key in sorted(set(known[0]) & set(known[1])):
            l, r = known[0][key], known[1][key]
            if all(self.within(x["started_us"], x["ended_us"]) for x in (l, r)):
                lines += ["%s, %s: %s is %r in A, %r in B" % (*key, column, l[column], r[column])
                          for column in CHANNEL if l[column] != r[column]]
        self.differ("channels", lines)

    def calls(self):
        """The same sets of channels, of those that began within both periods."""
        both = {k for k in self.a.channels if k in self.b.channels and all(
            s.channels[k]["opened_by"] == "newchannel" and self.within(s.channels[k]["started_us"])
            for s in (self.a, self.b))}
        sides = []
        for s in (self.a, self.b):
            groups = collections.defaultdict(set)
            for key in both:
                groups[s.channels[key]["call_id"]].add(key)
            sides.append({frozenset(g): i for i, g in groups.items()})
        name = lambda g: ", ".join(sorted(k[0] for k in g))
        lines = ["{%s} is a call in A only" % name(g) for g in sides[0] if g not in sides[1]]
        lines += ["{%s} is a call in B only" % name(g) for g in sides[1] if g not in sides[0]]
        self.checked.append("%d calls" % len(sides[0]))
        self.differ("calls", sorted(lines))
        rows = [{r["id"]: r for r in s.rows("SELECT * FROM calls WHERE server_id = ?")} for s in (self.a, self.b)]
        lines = []
        for group in set(sides[0]) & set(sides[1]):
            l, r = rows[0][sides[0][group]], rows[1][sides[1][group]]
            if not self.within(l["started_us"], l["ended_us"], r["started_us"], r["ended_us"]):
                continue
            for column in ("linkedid", "caller_number", "dialled", "disposition", "cause", "channels"):
                if l[column] != r[column]:
                    lines.append("{%s}: %s is %r in A, %r in B" % (name(group), column, l[column], r[column]))
            for column in ("started_us", "answered_us", "ended_us"):
                if not self.near(l[column], r[column]):
                    lines.append("{%s}: %s is %r in A, %r in B" % (name(group), column, l[column], r[column]))
        self.differ("calls", sorted(lines))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("a")
    parser.add_argument("b")
    parser.add_argument("--server-a")
    parser.add_argument("--server-b")
    parser.add_argument("--late", type=float, default=0)
    a = parser.parse_args()
    pair = Pair(Store(a.a, a.server_a), Store(a.b, a.server_b))
    pair.compare()
    if pair.late:
        print("%d of %d times differ by more than %d ms, the most %d ms" % (
            len(pair.late), pair.compared, TOLERANCE_US / 1000, max(pair.late) / 1000))
        if len(pair.late) > a.late * pair.compared:
            pair.found += len(pair.late)
    print("%.1f s in common: %s: %s" % ((pair.until - pair.since) / 1e6, "%d disagreements" % pair.found if pair.found
                                        else "the same", ", ".join(pair.checked)))
    sys.exit(1 if pair.found else 0)


if __name__ == "__main__":
    main()
