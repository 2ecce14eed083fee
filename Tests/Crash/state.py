"""What is there at a PBX that tells its events: channels, bridges and queues; and the answers to who asks for them.

**Source** of the forms: answers of Asterisk 22 in Tests/Fixtures/captures/late-22 and Tests/Fixtures/actions/22.
"""

COMMANDS = {
    "CoreSettings": "Show PBX core settings (version etc).  (Priv: system,reporting,all)",
    "CoreStatus": "Show PBX core status variables.  (Priv: system,reporting,all)",
    "CoreShowChannels": "List currently active channels.  (Priv: system,reporting,all)",
    "BridgeList": "Get a list of bridges in the system.  (Priv: <none>)",
    "BridgeInfo": "Get information about a bridge.  (Priv: <none>)",
    "QueueStatus": "Show queue status.  (Priv: <none>)",
    "QueueSummary": "Show queue summary.  (Priv: <none>)",
    "ListCommands": "List available manager commands.  (Priv: <none>)",
    "Ping": "Keepalive command.  (Priv: <none>)",
    "Logoff": "Logoff Manager.  (Priv: <none>)",
}
CHANNEL = ("Channel ChannelState ChannelStateDesc CallerIDNum CallerIDName ConnectedLineNum ConnectedLineName Language"
           " AccountCode Context Exten Priority Uniqueid Linkedid").split()
BRIDGE = ("BridgeUniqueid BridgeType BridgeTechnology BridgeCreator BridgeName BridgeNumChannels"
          " BridgeVideoSourceMode").split()
MEMBER = ("StateInterface Membership Penalty CallsTaken LastCall LastPause LoginTime InCall Status Paused PausedReason"
          " Wrapuptime").split()


def headers(frame):
    """The headers of a frame, the first of each name."""
    found = {}
    for line in frame.decode("latin-1").split("\r\n"):
        name, colon, value = line.partition(":")
        if colon:
            found.setdefault(name.strip(), value.strip())
    return found


def frame(event, **fields):
    return written([("Event", event)] + list(fields.items()))


def written(pairs):
    return ("".join("%s: %s\r\n" % pair for pair in pairs) + "\r\n").encode("latin-1")


def response(identity, what="Success", **fields):
    return written([("Response", what), ("ActionID", identity)] + list(fields.items()))


def listed(identity, message, items, complete, **more):
    """An answer that is a list: (event, pairs) for each item."""
    return (response(identity, EventList="start", Message=message)
            + b"".join(written([("Event", event), ("ActionID", identity)] + pairs) for event, pairs in items)
            + frame(complete, ActionID=identity, EventList="Complete", ListItems=len(items), **more))


class State:
    """`version`: of Asterisk and of its manager interface; `now` gives the time in seconds since 1970."""

    def __init__(self, version, now):
        self.version, self.now = version, now
        self.channels, self.since = {}, {}    # by uniqueid: headers as last told, and when it began
        self.bridges, self.within = {}, {}    # by bridge: headers; by uniqueid: in which bridge
        self.members, self.callers = {}, {}   # by (queue, interface); by (queue, uniqueid)
        self.calls = 0

    # What is told

    def take(self, data, at):
        """An event is told at a time (seconds since 1970)."""
        told = headers(data)
        event, channel = told.get("Event"), told.get("Uniqueid")
        if event == "Newchannel":
            self.channels[channel], self.since[channel] = {}, at
            self.calls += 1
        if channel in self.channels:
            self.channels[channel].update((n, told[n]) for n in CHANNEL if n in told)
        if event == "Rename" and channel in self.channels:
            self.channels[channel]["Channel"] = told["Newname"]
        elif event == "Hangup":
            self.channels.pop(channel, None)
            self.within.pop(channel, None)
        elif event == "BridgeDestroy":
            self.bridges.pop(told["BridgeUniqueid"], None)
        elif event in ("BridgeCreate", "BridgeEnter", "BridgeLeave"):
            self.bridges[told["BridgeUniqueid"]] = {n: told[n] for n in BRIDGE if n in told}
            if event == "BridgeEnter":
                self.within[channel] = told["BridgeUniqueid"]
            elif event == "BridgeLeave" and self.within.get(channel) == told["BridgeUniqueid"]:
                del self.within[channel]
        elif event in ("QueueMemberStatus", "QueueMemberAdded", "QueueMemberPause", "QueueMemberPenalty"):
            self.members[told["Queue"], told["Interface"]] = told
        elif event == "QueueMemberRemoved":
            self.members.pop((told["Queue"], told["Interface"]), None)
        elif event == "QueueCallerJoin":
            self.callers[told["Queue"], channel] = (told, at)
        elif event == "QueueCallerLeave":
            self.callers.pop((told["Queue"], channel), None)

    # What is asked

    def answer(self, name, identity, action):
        known = {"listcommands": self.commands, "coresettings": self.settings, "corestatus": self.status,
                 "coreshowchannels": self.show_channels, "bridgelist": self.list_bridges,
                 "queuestatus": self.queue_status, "queuesummary": self.queue_summary}
        if name == "bridgeinfo":
            return self.bridge(identity, action.get("BridgeUniqueid", ""))
        if name in known:
            return known[name](identity)
        return response(identity, "Error", Message="Invalid/unknown command: %s. Use Action: ListCommands to show"
                        " available commands." % action.get("Action", ""))

    def commands(self, identity):
        return response(identity, **COMMANDS)

    def settings(self, identity):
        return response(identity, AMIversion=self.version[1], AsteriskVersion=self.version[0], SystemName="")

    def status(self, identity):
        return response(identity, CoreCurrentCalls=len(self.channels), CoreProcessedCalls=self.calls)

    def shown(self, channel):
        return [(n, self.channels[channel].get(n, "")) for n in CHANNEL]

    def show_channels(self, identity):
        items = []
        for channel in self.channels:
            age = int(self.now() - self.since[channel])
            items.append(("CoreShowChannel", self.shown(channel) + [
                ("Application", ""), ("ApplicationData", ""),
                ("Duration", "%02d:%02d:%02d" % (age // 3600, age // 60 % 60, age % 60)),
                ("BridgeId", self.within.get(channel, ""))]))
        return listed(identity, "Channels will follow", items, "CoreShowChannelsComplete")

    def list_bridges(self, identity):
        return listed(identity, "Bridge listing will follow", [
            ("BridgeListItem", list(bridge.items())) for bridge in self.bridges.values()], "BridgeListComplete")

    def bridge(self, identity, bridge):
        if bridge not in self.bridges:
            return response(identity, "Error", Message="Specified BridgeUniqueid not found")
        items = [("BridgeInfoChannel", self.shown(c)) for c, b in self.within.items()
                 if b == bridge and c in self.channels]
        return listed(identity, "Bridge channel listing will follow", items, "BridgeInfoComplete",
                      **self.bridges[bridge])

    @property
    def queues(self):
        return sorted({queue for queue, _ in list(self.members) + list(self.callers)})

    def waiting(self, queue):
        return [pair for (q, _), pair in self.callers.items() if q == queue]

    def queue_status(self, identity):
        items = []
        for queue in self.queues:
            items.append(("QueueParams", [("Queue", queue), ("Max", 0), ("Strategy", "ringall"),
                                          ("Calls", len(self.waiting(queue))), ("ServiceLevel", 20)]))
            items += [("QueueMember", [("Queue", queue), ("Name", m["MemberName"]), ("Location", m["Interface"])]
                       + [(n, m[n]) for n in MEMBER if n in m]) for (q, _), m in self.members.items() if q == queue]
            for place, (caller, joined) in enumerate(self.waiting(queue)):
                items.append(("QueueEntry", [("Queue", queue), ("Position", place + 1)] + [
                    (n, caller.get(n, "")) for n in ("Channel", "Uniqueid", "CallerIDNum", "CallerIDName")] + [
                        ("Wait", int(self.now() - joined)), ("Priority", 0)]))
        return listed(identity, "Queue status will follow", items, "QueueStatusComplete")

    def queue_summary(self, identity):
        items = [("QueueSummary", [("Queue", queue), ("LoggedIn", sum(q == queue for q, _ in self.members)),
                                   ("Callers", len(self.waiting(queue)))]) for queue in self.queues]
        return listed(identity, "Queue summary will follow", items, "QueueSummaryComplete")
