#!/usr/bin/env python3
"""Writes the conformance streams: VERSION/SCENARIO.ami and .idx beside this file.

Each scenario is told once, and each version says it with its own events: which headers an event
has, and which event comes at all, is taken from the sources of that version (README.md names file
and function of each). `16` is the same call on Asterisk 16, in the order of events that the
recordings show; the rows of all versions are compared with its rows.

Run without arguments after a change; the streams are kept in the repository.
"""
import os
import sys

OLD = ["1.4", "1.6", "1.8", "10", "11"]
VERSIONS = OLD + ["16"]
BANNER = {"1.4": "1.0", "1.6": "1.1", "1.8": "1.1", "10": "1.2", "11": "1.3", "16": "5.0.4"}
START = 1600000000
STATES = ["Down", "Rsrvd", "OffHook", "Dialing", "Ring", "Ringing", "Up", "Busy"]
CAUSES = {0: "Unknown", 16: "Normal Clearing", 17: "User busy", 19: "User alerting, no answer",
          34: "Circuit/channel congestion"}


class Channel:
    def __init__(self, name, uid, num="", cname="", context="inside", exten="", state=0):
        self.name, self.uid, self.num, self.cname = name, uid, num, cname
        self.context, self.exten, self.state = context, exten, state
        self.conn = ""
        self.linkedid = uid
        self.bridge = None


class Stage:
    """One stream of one version."""

    def __init__(self, version):
        self.v = version
        self.rank = VERSIONS.index(version)
        self.new = version == "16"
        self.now = float(START)
        self.data = b""
        self.idx = []
        self.serial = 0
        self.bridges = 0
        self.connect()

    # The wire

    def connect(self):
        self.idx.append("%d connect %.6f" % (len(self.data), self.now))
        self.send("Asterisk Call Manager/%s\r\n" % BANNER[self.v]
                  + "Response: Success\r\nMessage: Authentication accepted\r\n\r\n")

    def disconnect(self):
        self.idx.append("%d disconnect %.6f" % (len(self.data), self.now))

    def send(self, text):
        raw = text.encode()
        self.idx.append("%d %d %.6f" % (len(self.data), len(raw), self.now))
        self.data += raw

    def wait(self, seconds):
        self.now += seconds

    def event(self, name, headers, privilege="call,all", stray=False):
        text = "Event: %s\r\nPrivilege: %s\r\n" % (name, privilege)
        for key, value in headers:
            text += "%s: %s\r\n" % (key, value)
        self.send(text + "\r\n" + ("\r\n" if stray else ""))

    def item(self, name, headers):
        self.send("Event: %s\r\n" % name + "".join("%s: %s\r\n" % h for h in headers) + "\r\n")

    def since(self, version):
        """Whether this version is that one or a later one."""
        return self.rank >= VERSIONS.index(version)

    # Channels

    def uid(self):
        self.serial += 1
        return "%d.%d" % (int(self.now), self.serial)

    def snapshot(self, c, prefix="", more=True):
        unknown = "<unknown>"
        return [(prefix + k, v) for k, v in [
            ("Channel", c.name), ("ChannelState", str(c.state)),
            ("ChannelStateDesc", STATES[c.state]), ("CallerIDNum", c.num or unknown),
            ("CallerIDName", c.cname or unknown), ("ConnectedLineNum", c.conn or unknown),
            ("ConnectedLineName", unknown), ("Language", "en"), ("AccountCode", ""),
            ("Context", c.context), ("Exten", c.exten), ("Priority", "1"), ("Uniqueid", c.uid),
            ("Linkedid", c.linkedid)]]

    def channel(self, name, num="", cname="", exten="", state=0, context="inside", of=None):
        c = Channel(name, self.uid(), num, cname, context, exten, state)
        if of:
            c.linkedid = of.linkedid
        self.newchannel(c)
        return c

    def newchannel(self, c):
        if self.new:
            self.event("Newchannel", self.snapshot(c))
        elif self.v == "1.4":
            self.event("Newchannel", [
                ("Channel", c.name), ("State", STATES[c.state]),
                ("CallerIDNum", c.num or "<unknown>"), ("CallerIDName", c.cname or "<unknown>"),
                ("Uniqueid", c.uid)])
        else:
            self.event("Newchannel", [
                ("Channel", c.name), ("ChannelState", str(c.state)),
                ("ChannelStateDesc", STATES[c.state]), ("CallerIDNum", c.num),
                ("CallerIDName", c.cname), ("AccountCode", ""), ("Exten", c.exten),
                ("Context", c.context), ("Uniqueid", c.uid)])

    def state(self, c, state):
        c.state = state
        if self.new:
            self.event("Newstate", self.snapshot(c))
        elif self.v == "1.4":
            self.event("Newstate", [
                ("Channel", c.name), ("State", STATES[state]), ("CallerID", c.num or "<unknown>"),
                ("CallerIDName", c.cname or "<unknown>"), ("Uniqueid", c.uid)])
        else:
            connected = [("ConnectedLineNum", c.conn), ("ConnectedLineName", "")]
            self.event("Newstate", [
                ("Channel", c.name), ("ChannelState", str(state)),
                ("ChannelStateDesc", STATES[state]), ("CallerIDNum", c.num),
                ("CallerIDName", c.cname)] + (connected if self.since("1.8") else [])
                + [("Uniqueid", c.uid)])

    def step(self, c, exten, app, data=""):
        privilege = "call,all" if self.v == "1.4" else "dialplan,all"
        c.exten = exten
        if self.new:
            self.event("Newexten", self.snapshot(c) + [
                ("Extension", exten), ("Application", app), ("AppData", data)], privilege)
        else:
            if self.v in ("1.4",):
                data = data.replace(",", "|")
            self.event("Newexten", [
                ("Channel", c.name), ("Context", c.context), ("Extension", exten),
                ("Priority", "1"), ("Application", app), ("AppData", data), ("Uniqueid", c.uid)],
                privilege)

    def variable(self, c, name, value):
        if self.v == "1.4":
            return
        if self.new:
            self.event("VarSet", self.snapshot(c) + [("Variable", name), ("Value", value)],
                       "dialplan,all")
        else:
            self.event("VarSet", [("Channel", c.name), ("Variable", name), ("Value", value),
                                  ("Uniqueid", c.uid)], "dialplan,all")

    def hangup(self, c, cause=16, name=None, uid=None):
        ids = [("Channel", name or c.name), ("Uniqueid", uid or c.uid)]
        end = [("Cause", str(cause)), ("Cause-txt", CAUSES[cause])]
        if self.new:
            self.event("Hangup", self.snapshot(c) + end)
        elif self.v == "1.4":
            self.event("Hangup", ids + end)
        else:
            caller = [("CallerIDNum", c.num or "<unknown>"), ("CallerIDName", c.cname or "<unknown>")]
            if self.since("1.8"):
                caller += [("ConnectedLineNum", c.conn or "<unknown>"),
                           ("ConnectedLineName", "<unknown>")]
            if self.since("11"):
                caller += [("AccountCode", "")]
            self.event("Hangup", ids + caller + end)

    def asks(self, c):
        """The other side of a channel hung up."""
        if self.new:
            self.event("HangupRequest", self.snapshot(c))
        elif self.v == "11":
            self.event("HangupRequest", [("Channel", c.name), ("Uniqueid", c.uid)])

    # Masquerades

    def masquerade(self, original, clone, meanwhile=lambda: None):
        """What goes on under the clone's name has the original's uniqueid from then on.

        What the applications of both tell meanwhile, they tell of the clone by its old uniqueid.
        """
        if self.new:
            return
        cname, oname, cuid, ouid = clone.name, original.name, clone.uid, original.uid
        if self.v != "1.4":
            self.event("Masquerade", [("Clone", cname), ("CloneState", STATES[clone.state]),
                                      ("Original", oname), ("OriginalState", STATES[original.state])])
        key = "Oldname" if self.v == "1.4" else "Channel"
        for old, new, uid in [(cname, cname + "<MASQ>", cuid), (oname, cname, ouid),
                              (cname + "<MASQ>", oname + "<ZOMBIE>", cuid)]:
            self.event("Rename", [(key, old), ("Newname", new), ("Uniqueid", uid)])
        meanwhile()
        clone.uid, original.uid = ouid, cuid
        original.name = oname + "<ZOMBIE>"

    # Dials

    def dial(self, a, b, string):
        b.conn = a.num
        b.linkedid = a.linkedid
        if self.new:
            self.event("DialBegin", self.snapshot(a) + self.snapshot(b, "Dest")
                       + [("DialString", string)])
        elif self.v == "1.4":
            self.event("Dial", [
                ("Source", a.name), ("Destination", b.name), ("CallerID", a.num),
                ("CallerIDName", a.cname or "<unknown>"), ("SrcUniqueID", a.uid),
                ("DestUniqueID", b.uid)])
        else:
            connected = [("ConnectedLineNum", "<unknown>"), ("ConnectedLineName", "<unknown>")]
            self.event("Dial", [
                ("SubEvent", "Begin"), ("Channel", a.name), ("Destination", b.name),
                ("CallerIDNum", a.num), ("CallerIDName", a.cname or "<unknown>")]
                + (connected if self.since("1.8") else []) + [
                ("UniqueID", a.uid), ("DestUniqueID", b.uid), ("Dialstring", string)])

    def ringing(self, a, b):
        self.state(b, 5)
        if self.new:
            self.event("DialState", self.snapshot(a) + self.snapshot(b, "Dest")
                       + [("DialStatus", "RINGING")])

    def dial_ends(self, a, b, status):
        if self.new:
            self.event("DialEnd", self.snapshot(a) + self.snapshot(b, "Dest")
                       + [("DialStatus", status)])

    def dial_over(self, a, status):
        """The end of the whole Dial."""
        if not self.new and self.v != "1.4":
            self.event("Dial", [("SubEvent", "End"), ("Channel", a.name), ("UniqueID", a.uid),
                                ("DialStatus", status)])

    # Bridges

    def bridge_block(self, b):
        return [("BridgeUniqueid", b), ("BridgeType", "basic"),
                ("BridgeTechnology", "simple_bridge"), ("BridgeCreator", "<unknown>"),
                ("BridgeName", "<unknown>"), ("BridgeNumChannels", "0")]

    def bridge(self, a, b):
        if self.new:
            self.bridges += 1
            a.bridge = b.bridge = "bridge-%d" % self.bridges
            self.event("BridgeCreate", self.bridge_block(a.bridge))
            for c in (a, b):
                self.event("BridgeEnter", self.bridge_block(a.bridge) + self.snapshot(c))
        else:
            self.pair(a, b, "Link")

    def pair(self, a, b, state):
        both = [("Channel1", a.name), ("Channel2", b.name), ("Uniqueid1", a.uid),
                ("Uniqueid2", b.uid), ("CallerID1", a.num), ("CallerID2", b.num)]
        if self.v == "1.4":
            self.event(state, both)
        else:
            if state == "Unlink" and self.v in ("1.6", "1.8"):
                return self.event("Unlink", both)
            self.event("Bridge", [("Bridgestate", state), ("Bridgetype", "core")] + both)

    def leave(self, c):
        self.event("BridgeLeave", self.bridge_block(c.bridge) + self.snapshot(c))

    def unbridge(self, a, b):
        if self.new:
            for c in (a, b):
                self.leave(c)
            self.event("BridgeDestroy", self.bridge_block(a.bridge))
            a.bridge = b.bridge = None
        else:
            self.pair(a, b, "Unlink")

    def swap(self, c, out):
        """A channel leaves its bridge and takes another's place in that one's bridge."""
        if self.new:
            self.leave(c)
            self.leave(out)
            c.bridge, out.bridge = out.bridge, None
            self.event("BridgeEnter", self.bridge_block(c.bridge) + self.snapshot(c)
                       + [("SwapUniqueid", out.uid)])

    # Whole calls

    def answered(self, a, b, app="Dial"):
        self.state(b, 6)
        self.dial_ends(a, b, "ANSWER")
        if a.state != 6:
            self.state(a, 6)

    def caller(self, name, num, exten, cname=""):
        c = self.channel(name, num, cname, exten, 0 if not self.new else 4)
        if not self.new:
            self.state(c, 4)
        return c

    def call(self, one="100", two="200", serial=0, app="Dial"):
        """A call that is answered and goes on."""
        a = self.caller("SIP/%s-%08x" % (one, serial), one, two)
        self.step(a, two, "Dial", "SIP/" + two)
        b = self.channel("SIP/%s-%08x" % (two, serial + 1), two, of=a)
        self.dial(a, b, two)
        self.wait(0.1)
        self.ringing(a, b)
        self.wait(3)
        self.answered(a, b)
        self.bridge(a, b)
        return a, b

    def ends(self, a, b):
        """The caller hangs up."""
        self.asks(a)
        self.unbridge(a, b)
        self.hangup(b)
        self.dial_over(a, "ANSWER")
        self.hangup(a)


SCENARIOS = {}


def scenario(function):
    SCENARIOS[function.__name__.replace("_", "-")] = function
    return function


# Calls

@scenario
def answered(s):
    a, b = s.call()
    s.wait(10)
    s.ends(a, b)


@scenario
def busy(s):
    a = s.caller("SIP/100-00000000", "100", "200")
    s.step(a, "200", "Dial", "SIP/200")
    b = s.channel("SIP/200-00000001", "200", of=a)
    s.dial(a, b, "200")
    s.wait(0.5)
    s.dial_ends(a, b, "BUSY")
    s.hangup(b, 17)
    s.dial_over(a, "BUSY")
    s.step(a, "200", "Busy", "2")
    s.wait(2)
    s.hangup(a, 17)


@scenario
def no_answer(s):
    a = s.caller("SIP/100-00000000", "100", "200")
    s.step(a, "200", "Dial", "SIP/200,20")
    b = s.channel("SIP/200-00000001", "200", of=a)
    s.dial(a, b, "200")
    s.wait(0.1)
    s.ringing(a, b)
    s.wait(20)
    s.dial_ends(a, b, "NOANSWER")
    s.hangup(b, 0)
    s.dial_over(a, "NOANSWER")
    s.step(a, "200", "Hangup", "19")
    s.hangup(a, 19)


@scenario
def cancelled(s):
    a = s.caller("SIP/100-00000000", "100", "200")
    s.step(a, "200", "Dial", "SIP/200,20")
    b = s.channel("SIP/200-00000001", "200", of=a)
    s.dial(a, b, "200")
    s.wait(0.1)
    s.ringing(a, b)
    s.wait(4)
    s.asks(a)
    s.dial_ends(a, b, "CANCEL")
    s.hangup(b, 0)
    s.dial_over(a, "CANCEL")
    s.hangup(a, 0)


@scenario
def forked(s):
    a = s.caller("SIP/100-00000000", "100", "300")
    s.step(a, "300", "Dial", "SIP/200&SIP/201&SIP/202,20")
    b = [s.channel("SIP/20%d-0000000%d" % (n, n + 1), "20%d" % n, of=a) for n in range(3)]
    for n in range(3):
        s.dial(a, b[n], "20%d" % n)
    s.wait(0.1)
    s.dial_ends(a, b[0], "BUSY")
    s.hangup(b[0], 17)
    s.ringing(a, b[1])
    s.ringing(a, b[2])
    s.wait(5)
    s.state(b[2], 6)
    s.dial_ends(a, b[2], "ANSWER")
    s.dial_ends(a, b[1], "CANCEL")
    s.hangup(b[1], 0)
    s.state(a, 6)
    s.bridge(a, b[2])
    s.wait(7)
    s.ends(a, b[2])


@scenario
def local_pair(s):
    mark = "," if s.v == "1.4" else ";"
    a = s.caller("SIP/100-00000000", "100", "300")
    s.step(a, "300", "Dial", "Local/200@inside")
    near = s.channel("Local/200@inside-0000" + mark + "1", "300", exten="200", of=a)
    far = s.channel("Local/200@inside-0000" + mark + "2", "100", exten="200", state=4, of=a)
    if s.new:
        s.event("LocalBridge", s.snapshot(near, "LocalOne") + s.snapshot(far, "LocalTwo") + [
            ("Context", "inside"), ("Exten", "200"), ("LocalOptimization", "Yes")])
    elif s.v == "11":
        s.event("LocalBridge", [
            ("Channel1", near.name), ("Channel2", far.name), ("Uniqueid1", near.uid),
            ("Uniqueid2", far.uid), ("Context", "inside"), ("Exten", "200"),
            ("LocalOptimization", "Yes")])
    s.dial(a, near, "200@inside")
    s.step(far, "200", "Dial", "SIP/200")
    b = s.channel("SIP/200-00000001", "200", of=a)
    s.dial(far, b, "200")
    s.wait(0.1)
    s.ringing(far, b)
    s.ringing(a, near)
    s.wait(3)
    s.answered(far, b)
    s.bridge(far, b)
    s.answered(a, near)
    s.bridge(a, near)
    s.wait(0.5)
    # The Local channel is optimized away: the telephone takes its near half's place.
    if s.new:
        s.swap(b, near)
        s.leave(far)
        s.event("BridgeDestroy", s.bridge_block(far.bridge))
        s.hangup(near)
        s.hangup(far)
    else:
        s.masquerade(near, b)
        s.hangup(near)
        s.pair(far, near, "Unlink")
        s.dial_over(far, "ANSWER")
        s.hangup(far)
    s.wait(10)
    s.ends(a, b)


# Transfers

def put_through(s, a1, a2, b, c, meanwhile=lambda: None):
    """A telephone with two calls connects the other parties of both, by REFER."""
    if s.new:
        c.linkedid = a2.linkedid = a1.linkedid
        s.swap(b, a2)
        s.event("AttendedTransfer", [("Result", "Success")] + s.snapshot(a1, "OrigTransferer")
                + s.snapshot(a2, "SecondTransferer") + s.snapshot(b, "Transferee")
                + s.snapshot(c, "TransferTarget")
                + [("IsExternal", "Yes"), ("DestType", "Bridge"), ("DestBridgeUniqueid", b.bridge)])
        s.leave(a1)
        s.event("BridgeDestroy", s.bridge_block(a1.bridge))
        meanwhile()
        s.hangup(a2)
        return
    if s.v != "1.4":
        s.event("Transfer", [
            ("TransferMethod", "SIP"), ("TransferType", "Attended"), ("Channel", a1.name),
            ("Uniqueid", a1.uid), ("SIP-Callid", "x@192.0.2.1"), ("TargetChannel", a2.name),
            ("TargetUniqueid", a2.uid)])
    s.masquerade(a2, b, meanwhile)
    s.pair(a1, a2, "Unlink")
    s.hangup(a2)


@scenario
def attended_transfer(s):
    """100 talks with 200, asks 300, and puts 200 through by REFER."""
    a1, b = s.call()
    s.wait(5)
    a2 = s.caller("SIP/100-00000002", "100", "300")
    s.step(a2, "300", "Dial", "SIP/300")
    c = s.channel("SIP/300-00000003", "300", of=a2)
    s.dial(a2, c, "300")
    s.wait(0.1)
    s.ringing(a2, c)
    s.wait(2)
    s.answered(a2, c)
    s.bridge(a2, c)
    s.wait(5)
    put_through(s, a1, a2, b, c)
    s.dial_over(a1, "ANSWER")
    s.hangup(a1)
    s.wait(10)
    s.asks(c)
    s.unbridge(b, c)
    s.hangup(c)
    s.dial_over(b, "ANSWER")
    s.hangup(b)


def refer(s, by, of, exten):
    """A blind transfer by REFER."""
    if s.new:
        s.variable(of, "SIPTRANSFER", "yes")
        s.variable(of, "BLINDTRANSFER", by.name)
        s.event("BlindTransfer", [("Result", "Success")] + s.snapshot(by, "Transferer")
                + s.snapshot(of, "Transferee") + [
                ("IsExternal", "Yes"), ("Context", "inside"), ("Extension", exten)])
    elif s.v != "1.4":
        s.event("Transfer", [
            ("TransferMethod", "SIP"), ("TransferType", "Blind"), ("Channel", by.name),
            ("Uniqueid", by.uid), ("SIP-Callid", "x@192.0.2.1"), ("TargetChannel", of.name),
            ("TargetUniqueid", of.uid), ("TransferExten", exten), ("TransferContext", "inside")])


@scenario
def blind_transfer(s):
    """200, who was called, sends the caller to 300."""
    a, b = s.call()
    s.wait(5)
    refer(s, b, a, "300")
    s.unbridge(a, b)
    s.hangup(b)
    s.dial_over(a, "ANSWER")
    if s.new:
        s.step(a, "300", "Dial", "SIP/200")
    s.step(a, "300", "Dial", "SIP/300")
    c = s.channel("SIP/300-00000002", "300", of=a)
    s.dial(a, c, "300")
    s.wait(0.1)
    s.ringing(a, c)
    s.wait(2)
    s.answered(a, c)
    s.bridge(a, c)
    s.wait(5)
    s.ends(a, c)


@scenario
def blind_transfer_of_callee(s):
    """100, who called, sends 200 to 300: old versions make a channel for that."""
    a, b = s.call()
    s.wait(5)
    refer(s, a, b, "300")
    if s.new:
        s.unbridge(a, b)
        s.hangup(a)
        s.step(b, "300", "AppDial", "(Outgoing Line)")
    else:
        go = Channel("AsyncGoto/" + b.name, "%d.900" % int(s.now), b.num, b.cname, "inside", "", 6)
        s.newchannel(go)
        s.masquerade(go, b)
        s.pair(a, go, "Unlink")
        s.hangup(go)
        s.dial_over(a, "ANSWER")
        s.hangup(a)
    s.step(b, "300", "Dial", "SIP/300")
    c = s.channel("SIP/300-00000002", "300", of=b)
    s.dial(b, c, "300")
    s.wait(0.1)
    s.ringing(b, c)
    s.wait(2)
    s.answered(b, c)
    s.bridge(b, c)
    s.wait(5)
    s.ends(b, c)


# Parking

def parking(s, event, c, parker, space, retriever=None):
    """What is told of a parked channel."""
    if s.new:
        s.event(event, s.snapshot(c, "Parkee")
                + (s.snapshot(retriever, "Retriever") if retriever else [])
                + [("ParkerDialString", parker.name.rsplit("-", 1)[0]), ("Parkinglot", "default"),
                   ("ParkingSpace", str(space)), ("ParkingTimeout", "45"),
                   ("ParkingDuration", "0")])
        return
    caller = [("CallerID" if s.v == "1.4" else "CallerIDNum", c.num or "<unknown>"),
              ("CallerIDName", c.cname or "<unknown>")]
    if s.since("1.8"):
        caller += [("ConnectedLineNum", c.conn or "<unknown>"), ("ConnectedLineName", "<unknown>")]
    ids = [("Uniqueid" if event in ("ParkedCall", "UnParkedCall") else "UniqueID", c.uid)]
    lot = [("Parkinglot", "default")]
    head = [("Exten", str(space)), ("Channel", c.name)]
    if event == "ParkedCall":
        more = [("From", parker.name), ("Timeout", "45")]
        if s.v == "1.4":
            lot = ids = []
        s.event(event, head + lot + more + caller + ids)
    elif event == "UnParkedCall":
        if s.v in ("1.4", "1.6"):
            lot = ids = []
        s.event(event, head + lot + [("From", retriever.name)] + caller + ids)
    else:
        if s.v == "1.4":
            lot = ids = []
        s.event(event, head + lot + caller + ids, stray=s.v == "1.4")


def park(s, a, b, space):
    """The caller is parked by the one who was called."""
    s.unbridge(a, b)
    if not s.new:
        s.hangup(b)
        s.dial_over(a, "ANSWER")
    parking(s, "ParkedCall", a, b, space)
    if s.new:
        s.hangup(b)


@scenario
def parking_retrieved(s):
    a, b = s.call()
    s.wait(5)
    park(s, a, b, 701)
    s.wait(8)
    c = s.caller("SIP/300-00000002", "300", "701")
    s.step(c, "701", "ParkedCall", "701")
    s.state(c, 6)
    parking(s, "UnParkedCall", a, b, 701, c)
    s.bridge(c, a)
    s.wait(5)
    s.asks(c)
    s.unbridge(c, a)
    s.hangup(a)
    s.hangup(c)


@scenario
def parking_given_up(s):
    a, b = s.call()
    s.wait(5)
    park(s, a, b, 702)
    s.wait(8)
    s.asks(a)
    parking(s, "ParkedCallGiveUp", a, b, 702)
    s.hangup(a)


@scenario
def parking_timed_out(s):
    a, b = s.call()
    s.wait(5)
    park(s, a, b, 703)
    s.wait(45)
    parking(s, "ParkedCallTimeOut", a, b, 703)
    s.step(a, "200", "Dial", "SIP/200")
    d = s.channel("SIP/200-00000002", "200", of=a)
    s.dial(a, d, "200")
    s.wait(0.1)
    s.ringing(a, d)
    s.wait(3)
    s.answered(a, d)
    s.bridge(a, d)
    s.wait(5)
    s.ends(a, d)


# Queues

def member_block(s, interface, name, paused=0, reason=None, penalty=0):
    return [("Queue", "sales"), ("MemberName", name), ("Interface", interface),
            ("StateInterface", interface), ("Membership", "dynamic"), ("Penalty", str(penalty)),
            ("CallsTaken", "0"), ("LastCall", "0"), ("InCall", "0"), ("Status", "1"),
            ("Paused", str(paused)), ("PausedReason", reason or ""), ("Ringinuse", "1")]


def add_member(s, interface, name):
    if s.new:
        return s.event("QueueMemberAdded", member_block(s, interface, name), "agent,all")
    state = [("StateInterface", interface)] if s.since("11") else []
    s.event("QueueMemberAdded", [("Queue", "sales"), ("Location", interface), ("MemberName", name)]
            + state + [("Membership", "dynamic"), ("Penalty", "0"), ("CallsTaken", "0"),
                       ("LastCall", "0"), ("Status", "1"), ("Paused", "0")], "agent,all")


def remove_member(s, interface, name, penalty):
    if s.new:
        return s.event("QueueMemberRemoved", member_block(s, interface, name, penalty=penalty),
                       "agent,all")
    s.event("QueueMemberRemoved", [("Queue", "sales"), ("Location", interface),
                                   ("MemberName", name)], "agent,all")


def pause_member(s, interface, name, paused, reason=None):
    if s.new:
        return s.event("QueueMemberPause", member_block(s, interface, name, paused, reason),
                       "agent,all")
    s.event("QueueMemberPaused", [("Queue", "sales"), ("Location", interface),
                                  ("MemberName", name), ("Paused", str(paused))]
            + ([("Reason", reason)] if reason and s.v != "1.4" else []), "agent,all")


def joins(s, name="SIP/100-00000000", num="100"):
    a = s.caller(name, num, "600")
    s.step(a, "600", "Answer")
    s.state(a, 6)
    s.step(a, "600", "Queue", "sales,,,,30")
    if s.new:
        s.event("QueueCallerJoin", s.snapshot(a) + [
            ("Queue", "sales"), ("Position", "1"), ("Count", "1")], "agent,all")
    else:
        caller = [("CallerID" if s.v == "1.4" else "CallerIDNum", num), ("CallerIDName", "unknown")]
        if s.since("1.8"):
            caller += [("ConnectedLineNum", "unknown"), ("ConnectedLineName", "unknown")]
        s.event("Join", [("Channel", a.name)] + caller + [
            ("Queue", "sales"), ("Position", "1"), ("Count", "1"), ("Uniqueid", a.uid)])
    return a


def leaves(s, a):
    if s.new:
        s.event("QueueCallerLeave", s.snapshot(a) + [
            ("Queue", "sales"), ("Count", "0"), ("Position", "1")], "agent,all")
    else:
        s.event("Leave", [("Channel", a.name), ("Queue", "sales"), ("Count", "0")]
                + ([("Position", "1")] if s.since("1.8") else []) + [("Uniqueid", a.uid)])


def abandons(s, a, hold):
    fields = [("Queue", "sales"), ("Position", "1"), ("OriginalPosition", "1"),
              ("HoldTime", str(hold))]
    if s.new:
        s.event("QueueCallerAbandon", s.snapshot(a) + fields, "agent,all")
    else:
        s.event("QueueCallerAbandon", fields[:1] + [("Uniqueid", a.uid)] + fields[1:], "agent,all")


def rings(s, a, number, serial, name):
    """The queue rings a member."""
    b = s.channel("SIP/%s-%08x" % (number, serial), number, of=a)
    interface = "SIP/" + number
    if s.new:
        s.event("AgentCalled", s.snapshot(a) + s.snapshot(b, "Dest") + [
            ("Queue", "sales"), ("MemberName", name), ("Interface", interface)], "agent,all")
        s.dial(a, b, number)
    else:
        b.conn = a.num
        connected = [("ConnectedLineNum", "unknown"), ("ConnectedLineName", "unknown")]
        place = [("Context", a.context), ("Extension", a.exten), ("Priority", "1")]
        if s.v == "1.4":
            s.event("AgentCalled", [
                ("AgentCalled", interface), ("AgentName", name), ("ChannelCalling", a.name),
                ("CallerID", a.num), ("CallerIDName", "unknown")] + place, "agent,all")
        else:
            s.event("AgentCalled", [
                ("Queue", "sales"), ("AgentCalled", interface), ("AgentName", name),
                ("ChannelCalling", a.name), ("DestinationChannel", b.name),
                ("CallerIDNum", a.num), ("CallerIDName", "unknown")]
                + (connected if s.since("1.8") else []) + place + [("Uniqueid", a.uid)],
                "agent,all")
    s.wait(0.1)
    s.ringing(a, b)
    return b


def connects(s, a, b, number, name, hold, ring):
    interface = "SIP/" + number
    if s.new:
        s.event("AgentConnect", s.snapshot(a) + s.snapshot(b, "Dest") + [
            ("Queue", "sales"), ("MemberName", name), ("Interface", interface),
            ("HoldTime", str(hold)), ("RingTime", str(ring))], "agent,all")
    else:
        times = [("Holdtime" if not s.since("11") else "HoldTime", str(hold)),
                 ("BridgedChannel", b.uid)]
        if s.v != "1.4":
            times += [("Ringtime" if not s.since("11") else "RingTime", str(ring))]
        s.event("AgentConnect", [
            ("Queue", "sales"), ("Uniqueid", a.uid), ("Channel", b.name), ("Member", interface),
            ("MemberName", name)] + times, "agent,all")


def completes(s, a, b, number, name, hold, talk, reason):
    interface = "SIP/" + number
    times = [("HoldTime", str(hold)), ("TalkTime", str(talk)), ("Reason", reason)]
    if s.new:
        s.event("AgentComplete", s.snapshot(a) + s.snapshot(b, "Dest") + [
            ("Queue", "sales"), ("MemberName", name), ("Interface", interface)] + times,
            "agent,all")
    else:
        s.event("AgentComplete", [
            ("Queue", "sales"), ("Uniqueid", a.uid), ("Channel", b.name), ("Member", interface),
            ("MemberName", name)] + times, "agent,all")


def rings_in_vain(s, a, b, number, name, milliseconds):
    s.dial_ends(a, b, "NOANSWER")
    vain(s, a, b, number, name, milliseconds)
    s.hangup(b, 0)


def vain(s, a, b, number, name, milliseconds):
    interface = "SIP/" + number
    if s.new:
        s.event("AgentRingNoAnswer", s.snapshot(a) + s.snapshot(b, "Dest") + [
            ("Queue", "sales"), ("MemberName", name), ("Interface", interface),
            ("RingTime", str(milliseconds))], "agent,all")
    elif s.v != "1.4":
        s.event("AgentRingNoAnswer", [
            ("Queue", "sales"), ("Uniqueid", a.uid), ("Channel", a.name), ("Member", interface),
            ("MemberName", name), ("RingTime" if s.since("11") else "Ringtime", str(milliseconds))],
            "agent,all")


@scenario
def queue_answered(s):
    a = joins(s)
    s.wait(1)
    b = rings(s, a, "200", 1, "Ann")
    s.wait(4.9)
    s.state(b, 6)
    s.dial_ends(a, b, "ANSWER")
    leaves(s, a)
    connects(s, a, b, "200", "Ann", 6, 5)
    s.bridge(a, b)
    s.wait(20)
    s.asks(a)
    s.unbridge(a, b)
    completes(s, a, b, "200", "Ann", 6, 20, "caller")
    s.hangup(b)
    s.hangup(a)


@scenario
def queue_abandoned(s):
    a = joins(s)
    s.wait(1)
    b = rings(s, a, "200", 1, "Ann")
    s.wait(6.9)
    s.asks(a)
    s.dial_ends(a, b, "CANCEL")
    s.hangup(b, 0)
    s.variable(a, "ABANDONED", "TRUE") if s.new else None
    abandons(s, a, 8)
    leaves(s, a)
    s.hangup(a)


@scenario
def queue_timeout(s):
    a = joins(s)
    s.wait(30)
    abandons(s, a, 30)
    leaves(s, a)
    s.variable(a, "QUEUESTATUS", "TIMEOUT")
    s.step(a, "600", "Hangup")
    s.hangup(a)


@scenario
def queue_left_empty(s):
    a = joins(s)
    s.wait(12)
    abandons(s, a, 12)
    leaves(s, a)
    s.variable(a, "QUEUESTATUS", "LEAVEEMPTY")
    s.step(a, "600", "Hangup")
    s.hangup(a)


@scenario
def queue_exit_key(s):
    a = joins(s)
    s.wait(9)
    leaves(s, a)
    s.step(a, "1", "Hangup")
    s.hangup(a)


@scenario
def queue_refused(s):
    a = s.caller("SIP/100-00000000", "100", "600")
    s.step(a, "600", "Queue", "sales")
    s.variable(a, "QUEUESTATUS", "JOINEMPTY")
    s.step(a, "600", "Hangup")
    s.hangup(a)


@scenario
def queue_ring_no_answer(s):
    a = joins(s)
    s.wait(1)
    b = rings(s, a, "200", 1, "Ann")
    s.wait(14.9)
    rings_in_vain(s, a, b, "200", "Ann", 15000)
    s.wait(5)
    c = rings(s, a, "201", 2, "Bob")
    s.wait(3.9)
    s.state(c, 6)
    s.dial_ends(a, c, "ANSWER")
    leaves(s, a)
    connects(s, a, c, "201", "Bob", 25, 4)
    s.bridge(a, c)
    s.wait(10)
    s.asks(c)
    s.unbridge(a, c)
    completes(s, a, c, "201", "Bob", 25, 10, "agent")
    s.hangup(c)
    s.hangup(a)


@scenario
def queue_ring_all(s):
    """Two members ring, one is busy, one answers."""
    a = joins(s)
    s.wait(1)
    b = [rings(s, a, "20%d" % n, n + 1, name) for n, name in enumerate(("Ann", "Bob", "Cleo"))]
    s.dial_ends(a, b[0], "BUSY")
    if s.new:
        vain(s, a, b[0], "200", "Ann", 0)
        s.hangup(b[0], 17)
    else:
        s.hangup(b[0], 17)
        vain(s, a, b[0], "200", "Ann", 0)
    s.wait(4)
    s.state(b[2], 6)
    s.dial_ends(a, b[2], "ANSWER")
    s.dial_ends(a, b[1], "CANCEL")
    s.hangup(b[1], 0)
    leaves(s, a)
    connects(s, a, b[2], "202", "Cleo", 5, 4)
    s.bridge(a, b[2])
    s.wait(10)
    s.asks(a)
    s.unbridge(a, b[2])
    completes(s, a, b[2], "202", "Cleo", 5, 10, "caller")
    s.hangup(b[2])
    s.hangup(a)


@scenario
def queue_transferred(s):
    """The agent asks 300 and puts the caller through by REFER."""
    a = joins(s)
    s.wait(1)
    b1 = rings(s, a, "200", 1, "Ann")
    s.wait(2.9)
    s.state(b1, 6)
    s.dial_ends(a, b1, "ANSWER")
    leaves(s, a)
    connects(s, a, b1, "200", "Ann", 4, 3)
    s.bridge(a, b1)
    s.wait(20)
    b2 = s.caller("SIP/200-00000002", "200", "300")
    s.step(b2, "300", "Dial", "SIP/300")
    c = s.channel("SIP/300-00000003", "300", of=b2)
    s.dial(b2, c, "300")
    s.wait(0.1)
    s.ringing(b2, c)
    s.wait(2)
    s.answered(b2, c)
    s.bridge(b2, c)
    s.wait(5)
    put_through(s, b1, b2, a, c,
                lambda: completes(s, a, b1, "200", "Ann", 4, 27, "transfer"))
    s.hangup(b1)
    s.wait(10)
    s.asks(a)
    s.unbridge(a, c)
    s.hangup(c)
    s.dial_over(a, "ANSWER")
    s.hangup(a)


@scenario
def agent_states(s):
    add_member(s, "SIP/200", "Ann")
    add_member(s, "SIP/201", "Bob")
    s.wait(60)
    pause_member(s, "SIP/200", "Ann", 1, "lunch")
    s.wait(600)
    pause_member(s, "SIP/200", "Ann", 0)
    if not s.new and s.v != "1.4":
        s.event("QueueMemberPenalty", [("Queue", "sales"), ("Location", "SIP/200"),
                                       ("Penalty", "3")], "agent,all")
    elif s.new:
        s.event("QueueMemberPenalty", member_block(s, "SIP/200", "Ann", penalty=3), "agent,all")
    s.wait(60)
    remove_member(s, "SIP/200", "Ann", penalty=0 if s.v == "1.4" else 3)
    c = s.caller("SIP/202-00000000", "202", "700")
    s.step(c, "700", "AgentLogin", "1001")
    s.state(c, 6)
    if s.new:
        s.event("AgentLogin", s.snapshot(c) + [("Agent", "1001")], "agent,all")
    else:
        s.event("Agentlogin", [("Agent", "1001"), ("Channel", c.name), ("Uniqueid", c.uid)],
                "agent,all")
    s.wait(300)
    if s.new:
        s.event("AgentLogoff", s.snapshot(c) + [("Agent", "1001"), ("Logintime", "300")],
                "agent,all")
    else:
        s.event("Agentlogoff", [("Agent", "1001"), ("Logintime", "300"), ("Uniqueid", c.uid)],
                "agent,all")
    s.hangup(c)


# The rest

@scenario
def originate(s):
    """The action Originate with Async: to a telephone, and from there to an announcement."""
    a = s.channel("SIP/100-00000000", "100")
    if s.new:
        s.event("DialBegin", s.snapshot(a, "Dest") + [("DialString", "100")])
    s.wait(0.1)
    s.state(a, 5)
    if s.new:
        s.event("DialState", s.snapshot(a, "Dest") + [("DialStatus", "RINGING")])
    s.wait(3)
    s.state(a, 6)
    if s.new:
        s.event("DialEnd", s.snapshot(a, "Dest") + [("DialStatus", "ANSWER")])
    caller = [("CallerIDNum", "<unknown>"), ("CallerIDName", "<unknown>")]
    if s.v == "1.4":
        caller = [("CallerID", "<unknown>")] + caller
    s.event("OriginateResponse", [
        ("ActionID", "orig-1"), ("Response", "Success"), ("Channel", a.name), ("Context", "inside"),
        ("Exten", "500"), ("Reason", "4"), ("Uniqueid", a.uid)] + caller)
    s.step(a, "500", "Playback", "demo-thanks")
    s.wait(5)
    s.hangup(a)
    # Nobody answers.
    c = s.channel("SIP/101-00000001", "101")
    if s.new:
        s.event("DialBegin", s.snapshot(c, "Dest") + [("DialString", "101")])
    s.wait(30)
    if s.new:
        s.event("DialEnd", s.snapshot(c, "Dest") + [("DialStatus", "NOANSWER")])
    s.hangup(c, 0)
    s.event("OriginateResponse", [
        ("ActionID", "orig-2"), ("Response", "Failure"), ("Channel", "SIP/101"),
        ("Context", "inside"), ("Exten", "500"), ("Reason", "3"), ("Uniqueid", "<null>")] + caller)


@scenario
def conference(s):
    """Three in a MeetMe conference; later versions have it as ConfBridge."""
    who = []
    for n in range(3):
        c = s.caller("SIP/10%d-0000000%d" % (n, n), "10%d" % n, "850")
        s.step(c, "850", "ConfBridge" if s.new else "MeetMe", "850")
        s.state(c, 6)
        who.append(c)
        if s.new:
            if n == 0:
                s.event("ConfbridgeStart", [("Conference", "850")])
            s.event("ConfbridgeJoin", [("Conference", "850")] + s.snapshot(c))
        else:
            caller = []
            if s.v != "1.4":
                caller = [("CallerIDnum", c.num), ("CallerIDname", "<unknown>")]
            if s.since("1.8"):
                caller += [("ConnectedLineNum", "<unknown>"), ("ConnectedLineName", "<unknown>")]
            s.event("MeetmeJoin", [("Channel", c.name), ("Uniqueid", c.uid), ("Meetme", "850"),
                                   ("Usernum", str(n + 1))] + caller)
        s.wait(5)
    mute = [("Channel", who[1].name), ("Uniqueid", who[1].uid), ("Meetme", "850"), ("Usernum", "2")]
    for on in (True, False):
        if s.new:
            s.event("ConfbridgeMute" if on else "ConfbridgeUnmute",
                    [("Conference", "850")] + s.snapshot(who[1]))
        else:
            s.event("MeetmeMute", mute + [("Status", "on" if on else "off")])
        s.wait(4)
    for on in (True, False):
        if s.new:
            s.event("ConfbridgeTalking", [("Conference", "850")] + s.snapshot(who[0])
                    + [("TalkingStatus", "on" if on else "off")])
        else:
            s.event("MeetmeTalking", [
                ("Channel", who[0].name), ("Uniqueid", who[0].uid), ("Meetme", "850"),
                ("Usernum", "1"), ("Status", "on" if on else "off")])
        s.wait(3)
    for n, c in enumerate(who):
        s.asks(c)
        if s.new:
            s.event("ConfbridgeLeave", [("Conference", "850")] + s.snapshot(c))
        else:
            caller = [("CallerIDnum" if s.v == "1.4" else "CallerIDNum", c.num),
                      ("CallerIDname" if s.v == "1.4" else "CallerIDName", "<unknown>")]
            if s.since("1.8"):
                caller += [("ConnectedLineNum", "<unknown>"), ("ConnectedLineName", "<unknown>")]
            s.event("MeetmeLeave", [("Channel", c.name), ("Uniqueid", c.uid), ("Meetme", "850"),
                                    ("Usernum", str(n + 1))] + caller + [("Duration", "20")])
        if n == 2:
            if s.new:
                s.event("ConfbridgeEnd", [("Conference", "850")])
            elif s.v != "1.4":
                s.event("MeetmeEnd", [("Meetme", "850")])
        s.hangup(c)
        s.wait(2)


@scenario
def hold_and_keys(s):
    a, b = s.call()
    s.wait(2)
    if s.new:
        s.event("Hold", s.snapshot(b))
    elif s.v == "1.4":
        s.event("Hold", [("Channel", b.name), ("Uniqueid", b.uid)])
    else:
        s.event("Hold", [("Status", "On"), ("Channel", b.name), ("Uniqueid", b.uid)])
    s.wait(7)
    if s.new:
        s.event("Unhold", s.snapshot(b))
    elif s.v == "1.4":
        s.event("Unhold", [("Channel", b.name), ("Uniqueid", b.uid)])
    else:
        s.event("Hold", [("Status", "Off"), ("Channel", b.name), ("Uniqueid", b.uid)])
    if s.new:
        s.event("DTMFBegin", s.snapshot(a) + [("Digit", "5"), ("Direction", "Received")], "dtmf,all")
        s.event("DTMFEnd", s.snapshot(a) + [("Digit", "5"), ("DurationMs", "120"),
                                            ("Direction", "Received")], "dtmf,all")
    elif s.v != "1.4":
        for begin, end in (("Yes", "No"), ("No", "Yes")):
            s.event("DTMF", [("Channel", a.name), ("Uniqueid", a.uid), ("Digit", "5"),
                             ("Direction", "Received"), ("Begin", begin), ("End", end)],
                    "dtmf,all")
    for name in ("MonitorStart", "MonitorStop"):
        if s.new:
            s.event(name, s.snapshot(a))
        elif s.v != "1.4":
            s.event(name, [("Channel", a.name), ("Uniqueid", a.uid)])
        s.wait(2)
    s.ends(a, b)


@scenario
def registration(s):
    def peer(status, more):
        kind = [] if s.v == "1.4" else [("ChannelType", "SIP")]
        s.event("PeerStatus", kind + [("Peer", "SIP/100"), ("PeerStatus", status)] + more,
                "system,all")

    if s.since("1.8"):
        address = [("Address", "192.0.2.10:5060")]
    else:
        address = [("Address", "192.0.2.10"), ("Port", "5060")] if s.v != "1.4" else []
    peer("Registered", address)
    s.wait(1)
    peer("Reachable", [("Time", "21")])
    s.wait(100)
    peer("Lagged", [("Time", "2210")])
    s.wait(60)
    peer("Unreachable", [("Time", "-1")])
    s.wait(3600)
    peer("Unregistered", [("Cause", "Expired")])
    if s.new:
        trunk = [("ChannelType", "SIP"), ("Username", "me"), ("Domain", "provider.example")]
    else:
        trunk = [("ChannelDriver" if s.v == "1.4" else "ChannelType", "SIP")]
        trunk += [("Username", "me")] if s.since("11") else []
        trunk += [("Domain", "provider.example")]
    s.event("Registry", trunk + [("Status", "Registered")], "system,all")
    s.wait(1800)
    s.event("Registry", trunk + [("Status", "Rejected")], "system,all")


def booted(s, uptime):
    """Follows a login."""
    more = [("Uptime", str(uptime)), ("LastReload", str(uptime))] if s.new else []
    s.event("FullyBooted", [("Status", "Fully Booted")] + more, "system,all")


@scenario
def restart(s):
    """The server is killed while two talk, and started anew."""
    booted(s, 900)
    s.call()
    s.wait(5)
    s.disconnect()
    s.wait(20)
    s.connect()
    s.serial = 0
    booted(s, 3)
    s.wait(1)
    a, b = s.call("101", "201", 0)
    s.wait(4)
    s.ends(a, b)


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    for version in VERSIONS:
        os.makedirs(os.path.join(here, version), exist_ok=True)
        for name, function in SCENARIOS.items():
            stage = Stage(version)
            function(stage)
            base = os.path.join(here, version, name)
            with open(base + ".ami", "wb") as file:
                file.write(stage.data)
            with open(base + ".idx", "w") as file:
                file.write("\n".join(stage.idx) + "\n")


if __name__ == "__main__":
    main()
