#!/usr/bin/env python3
"""count.py RECORDING: what is in a recording, counted from its bytes; JSON to standard output.

RECORDING is X.ami or X.ami.gz, with X.idx or X.idx.gz beside it if there is one. An independent count to hold a
store against (compare.py): Python standard library only, no code shared with the programs.

    events        by name: live (happened then), listed (answers to an action)
    newchannels, hangups, dials (DialBegin), bridges, members (BridgeEnter), cdrs, cels
    causes        Hangup events by cause
    report        the same for the channels that count: all but Local ones; of a Local pair the ;1 if its ;2
                  never dials and never is in a bridge (an endpoint), else neither (a conduit)
    calls         groups of channels that belong together (see Calls)
"""
import collections
import json
import sys

import stream

# Events whose headers a user may write: they prove nothing about channels.
FORGEABLE = {"UserEvent", "TestEvent"}
# The same server if two boot times differ by no more than this, seconds.
BOOT_TOLERANCE = 2.0


class Channel:
    """One life of one channel. `announced`: it had a Newchannel, so the recording has its beginning."""

    def __init__(self, boot, uniqueid, name, time, announced):
        self.boot, self.uniqueid, self.name, self.started = boot, uniqueid, name, time
        self.announced = announced
        self.ended = self.cause = self.cause_text = None
        self.hangups = 0
        self.dials = self.bridged = False
        self.agent = False  # of app_agent_pool, logged in on it: callers come one after another
        self.parent = self

    def root(self):
        while self.parent is not self:
            self.parent = self.parent.parent
            self = self.parent
        return self

    @property
    def pair(self):
        """(name without the half, half) of a Local channel, else None."""
        if self.name.startswith("Local/") and self.name[-2:] in (";1", ";2"):
            return self.name[:-2], self.name[-1]
        return None


def join(a, b):
    a, b = a.root(), b.root()
    if a is not b:
        b.parent = a


Dial = collections.namedtuple("Dial", "source dest time")
Member = collections.namedtuple("Member", "bridge channel time")


class Bridge:
    def __init__(self, uniqueid, kind, time):
        self.uniqueid, self.kind, self.time = uniqueid, kind, time
        self.inside = {}
        self.left = []


class Count:
    """Everything countable of one recording."""

    def __init__(self, recording):
        self.recording = recording
        self.frames = self.responses = self.last = 0
        self.live, self.listed = collections.Counter(), collections.Counter()
        self.channels, self.dials, self.bridges, self.members = [], [], [], []
        self.leaves, self.cdrs, self.cels, self.hangups = [], [], [], []
        self.joins = {}  # (bridge, uniqueid): time of ConfbridgeJoin
        self.handed_on = set()  # linkedids that agents hand from one caller to the next
        self.boots = 0
        self._forget()
        boot_of = self._boots()
        session = boot = None
        for frame in recording.frames():
            self.frames += 1
            self.last = frame.end
            if frame.session != session:
                session = frame.session
                if boot_of[session] is not None and boot_of[session] != boot:
                    if boot is not None:
                        self._forget()
                    boot = boot_of[session]
            self._take(frame)
        self._pair_locals()

    def _boots(self):
        """For each session the number of the server's life it belongs to; None if it does not say."""
        booted = {}
        for frame in self.recording.frames():
            if frame.event == "FullyBooted" and frame.time is not None and frame.session not in booted:
                uptime = frame.text(b"Uptime")
                if uptime and uptime.isdigit():
                    booted[frame.session] = frame.time - int(uptime)
        out, last, number = [], None, 0
        for session in range(len(self.recording.sessions)):
            at = booted.get(session)
            if at is None:
                out.append(None)
                continue
            if last is not None and abs(at - last) > BOOT_TOLERANCE:
                number += 1
            last = at
            out.append(number)
        return out

    def _forget(self):
        """A server that starts knows nothing of what was before."""
        self.boots += 1
        self.by_uniqueid, self.by_linkedid, self.by_bridge = {}, {}, {}

    def _channel(self, frame, prefix=b""):
        """The channel that headers PREFIXChannel and PREFIXUniqueid name; None if they name none."""
        uniqueid = stream.known(frame.get(prefix + b"Uniqueid"))
        if uniqueid is None or uniqueid == "none":  # a global variable is set on channel "none"
            return None
        channel = self.by_uniqueid.get(uniqueid)
        if channel is None:
            name = stream.known(frame.get(prefix + b"Channel")) or ""
            channel = Channel(self.boots, uniqueid, name, frame.time, False)
            self.by_uniqueid[uniqueid] = channel
            self.channels.append(channel)
        linkedid = stream.known(frame.get(prefix + b"Linkedid"))
        if channel.agent:
            self.handed_on.add(linkedid)
        if linkedid is not None and linkedid not in self.handed_on:
            join(self.by_linkedid.setdefault(linkedid, channel), channel)
        return channel

    def _take(self, frame):
        name = frame.event
        if name is None:
            if frame.headers and frame.headers[0][0].lower() == b"response":
                self.responses += 1
            return
        if frame.listed:
            self.listed[name] += 1
            if name in ("CoreShowChannel", "Status"):
                self._channel(frame)
            return
        self.live[name] += 1
        if name == "Cdr":
            self.cdrs.append(frame)
        elif name == "CEL":
            self.cels.append(frame)
        elif name not in FORGEABLE:
            self._channels_of(name, frame)

    def _channels_of(self, name, frame):
        if name == "Newchannel":
            uniqueid = frame.text(b"Uniqueid")
            old = self.by_uniqueid.get(uniqueid)
            if old is None or old.announced:
                channel = Channel(self.boots, uniqueid, frame.text(b"Channel"), frame.time, True)
                self.by_uniqueid[uniqueid] = channel
                self.channels.append(channel)
            else:  # spoken of before it was announced
                old.name, old.started, old.announced = frame.text(b"Channel"), frame.time, True
        # Every event that names a channel with its linkedid says that the two belong together.
        named = {}
        for header, _ in frame.headers:
            lower = header.lower()
            if lower.endswith(b"uniqueid") and not lower.endswith(b"bridgeuniqueid"):
                prefix = header[:-len(b"uniqueid")]
                if name == "OriginateResponse" and frame.text(header) not in self.by_uniqueid:
                    continue  # an originate that failed names a channel that never was
                channel = self._channel(frame, prefix)
                if channel is not None:
                    named[prefix.lower()] = channel
        own = named.get(b"")
        if name == "AgentLogin" and own:
            own.agent = True
            self.handed_on.add(stream.known(frame.get(b"Linkedid")))
        elif name == "AgentLogoff" and own:
            own.agent = False
        if name in JOINING:
            parties = [c for c in named.values() if not c.agent]
            for party in parties:
                join(parties[0], party)
        if name == "Hangup" and own:
            own.hangups += 1
            own.ended, own.cause = frame.time, int(frame.text(b"Cause"))
            own.cause_text = frame.text(b"Cause-txt")
            self.hangups.append(own)
        elif name == "DialBegin":
            if own:
                own.dials = True
            self.dials.append(Dial(own, named[b"dest"], frame.time))
        elif name in ("BridgeCreate", "BridgeEnter", "BridgeLeave", "BridgeDestroy"):
            self._bridge(name, frame, own)
        elif name == "ConfbridgeJoin":
            self.joins.setdefault((frame.text(b"BridgeUniqueid"), own.uniqueid), frame.time)

    def _bridge(self, name, frame, own):
        uniqueid = frame.text(b"BridgeUniqueid")
        bridge = self.by_bridge.get(uniqueid)
        if bridge is None:
            if name in ("BridgeLeave", "BridgeDestroy"):  # of before the recording
                return
            bridge = Bridge(uniqueid, frame.text(b"BridgeType"), frame.time)
            self.by_bridge[uniqueid] = bridge
            self.bridges.append(bridge)
        if name == "BridgeEnter":
            own.bridged = True
            self.members.append(Member(bridge, own, frame.time))
            if bridge.kind == "basic":
                for other in bridge.inside.values():
                    if not own.agent and not other.agent:
                        join(other, own)
            bridge.inside[own.uniqueid] = own
        elif name == "BridgeLeave":
            joined = self.joins.pop((uniqueid, own.uniqueid), None)
            if bridge.inside.pop(own.uniqueid, None):  # two that enter at once may show as one BridgeEnter
                self.leaves.append(Member(bridge, own, frame.time))
            elif joined is not None:  # swapped into a conference: only ConfbridgeJoin tells of the entry
                self.members.append(Member(bridge, own, joined))
                self.leaves.append(Member(bridge, own, frame.time))
        elif name == "BridgeDestroy":
            del self.by_bridge[uniqueid]

    def _pair_locals(self):
        """Joins the halves of each Local channel by their names and says of each channel whether it counts."""
        pairs = collections.defaultdict(dict)
        for channel in self.channels:
            channel.counts = channel.pair is None
            if channel.pair:
                base, half = channel.pair
                halves = pairs[channel.boot, base]
                if half in halves:  # the name comes again: a pair of its own
                    halves = pairs[channel.boot, base] = {}
                halves[half] = channel
                if len(halves) == 2:
                    join(halves["1"], halves["2"])
        for channel in self.channels:
            if channel.pair and channel.pair[1] == "1":
                two = pairs[channel.boot, channel.pair[0]].get("2")
                channel.counts = two is None or not (two.dials or two.bridged)

    def calls(self, wanted=lambda channel: channel.announced):
        """The calls: groups (lists) of channels that belong together."""
        groups = collections.defaultdict(list)
        for channel in self.channels:
            if wanted(channel):
                groups[channel.root()].append(channel)
        return list(groups.values())

    def causes(self):
        return collections.Counter(c.cause for c in self.hangups)

    def report(self):
        return collections.Counter(c.cause for c in self.hangups if c.counts)

    def summary(self):
        names = sorted(set(self.live) | set(self.listed))
        return {
            "bytes": len(self.recording.data),
            "rest": len(self.recording.data) - self.last,
            "sessions": len(self.recording.sessions),
            "frames": self.frames,
            "responses": self.responses,
            "events": {n: {"live": self.live[n], "listed": self.listed[n]} for n in names},
            "newchannels": sum(c.announced for c in self.channels),
            "hangups": len(self.hangups),
            "causes": {str(k): n for k, n in sorted(self.causes().items())},
            "report": {str(k): n for k, n in sorted(self.report().items())},
            "calls": len(self.calls()),
            "dials": len(self.dials),
            "bridges": len(self.bridges),
            "members": len(self.members),
            "cdrs": len(self.cdrs),
            "cels": len(self.cels),
        }


# Events all of whose channels are one call. A queue's member and its caller meet by a dial; who listens in
# (ChanSpy) is no party.
JOINING = {
    "DialBegin", "DialState", "DialEnd",
    "LocalBridge", "LocalOptimizationBegin", "LocalOptimizationEnd",
    "Pickup", "AttendedTransfer", "BlindTransfer", "UnParkedCall",
}


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    json.dump(Count(stream.Recording(sys.argv[1])).summary(), sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
