#!/usr/bin/env python3
"""grow.py RECORDING OUT.ami [--size BYTES]: a long stream from a short one, for measuring.

The recording is repeated until the result has SIZE bytes (200 MiB unless told). No repetition has the bytes of
another: uniqueids, linkedids, channel serials, bridge ids, CDR sequence numbers and callers' numbers are all new, and
the time (the epoch in a Uniqueid, the texts of CDR, CEL and security events) goes on where the one before ended.
What is still up at the end of a repetition gets its BridgeLeave, BridgeDestroy and Hangup, as if everybody had hung
up, so that live state stays what it was in the recording. OUT.idx gets the receive times of chunks of up to 64 KiB.
Python standard library only; no code shared with the programs.
"""
import argparse
import datetime
import gzip
import hashlib
import os
import re
import subprocess
import sys

SIZE = 200 << 20
CHUNK_MIN, CHUNK_MAX = 8 << 10, 64 << 10
# What a repetition changes, each in one group.
TOKEN = re.compile(
    rb"\b(1[79]\d{8})(?:\.(\d+))?\b"                                             # epoch, serial of a uniqueid
    rb"|\b([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\b"      # bridge
    rb"|(?<=-)([0-9a-f]{8})(?=[;\r\n, )\"@])"                                    # serial of a channel's name
    rb"|\b(20\d\d-\d\d-\d\d[ T]\d\d:\d\d:\d\d)"                                  # local time
    rb"|(?<=\nSequence: )(\d+)"                                                  # of a CDR
    rb"|\b(f?)(9\d{5})(?=b?\b)")                                                 # caller, chosen uniqueid


def header(frame, name):
    m = re.search(rb"\r\n" + name + rb": ([^\r]*)", frame)
    return m.group(1) if m else None


def closing(data):
    """The frames that end what is still up at the end of data."""
    up, inside = {}, {}
    for frame in data.split(b"\r\n\r\n"):
        kind = frame[7:frame.find(b"\r\n")] if frame.startswith(b"Event: ") else b""
        uniqueid, bridge = header(frame, b"Uniqueid"), header(frame, b"BridgeUniqueid")
        if kind in (b"Newchannel", b"Newstate", b"NewConnectedLine", b"Newexten", b"BridgeEnter"):
            begin, end = frame.find(b"\r\nChannel: ") + 2, frame.find(b"\r\nLinkedid: ")
            end = frame.find(b"\r\n", end + 2)
            if kind == b"Newchannel" or uniqueid in up:
                up[uniqueid] = frame[begin:end if end >= 0 else len(frame)]
        if kind == b"Hangup":
            up.pop(uniqueid, None)
        elif kind == b"BridgeCreate":
            inside[bridge] = (frame[frame.find(b"\r\nBridgeUniqueid: ") + 2:], [])
        elif kind == b"BridgeEnter" and bridge in inside:
            inside[bridge][1].append(uniqueid)
        elif kind == b"BridgeLeave" and bridge in inside:
            inside[bridge][1].remove(uniqueid)
        elif kind == b"BridgeDestroy":
            inside.pop(bridge, None)
    out = []
    for described, members in inside.values():
        for number, uniqueid in enumerate(members):
            text = described.replace(b"BridgeNumChannels: 0", b"BridgeNumChannels: %d" % (len(members) - 1 - number))
            out.append(b"Event: BridgeLeave\r\nPrivilege: call,all\r\n%s\r\n%s" % (text, up[uniqueid]))
        out.append(b"Event: BridgeDestroy\r\nPrivilege: call,all\r\n" + described)
    for snapshot in up.values():
        out.append(b"Event: Hangup\r\nPrivilege: call,all\r\n%s\r\nCause: 16\r\nCause-txt: Normal Clearing" % snapshot)
    return b"".join(frame + b"\r\n\r\n" for frame in out)


class Stream:
    """A recording as literal bytes and tokens in turn."""

    def __init__(self, data):
        cut = data.find(b"\r\n\r\n") + 4  # banner and login answer: once
        self.head, body = data[:cut], data[cut:]
        body += closing(body)
        self.literals, self.tokens, at = [], [], 0
        self.serials = {"channel": 0, "uniqueid": 0, "sequence": 0, "caller": 0}
        epochs = []
        for m in TOKEN.finditer(body):
            epoch, uniqueid, bridge, channel, text, sequence, prefix, caller = m.groups()
            self.literals.append(body[at:m.start()])
            at = m.end()
            if epoch:
                epochs.append(int(epoch))
                self.tokens.append(("epoch", int(epoch), uniqueid and int(uniqueid)))
                self._seen("uniqueid", int(uniqueid or 0))
            elif bridge:
                self.tokens.append(("bridge", bridge, None))
            elif channel:
                self.tokens.append(("channel", int(channel, 16), None))
                self._seen("channel", int(channel, 16))
            elif text:
                self.tokens.append(("text", text, None))
            elif sequence:
                self.tokens.append(("sequence", int(sequence), None))
                self._seen("sequence", int(sequence))
            else:
                self.tokens.append(("caller", int(caller), prefix))
                self._seen("caller", int(caller) - 900000)
        self.literals.append(body[at:])
        self.start, self.seconds = min(epochs), max(epochs) - min(epochs) + 2

    def _seen(self, kind, number):
        self.serials[kind] = max(self.serials[kind], number)

    def repetition(self, k):
        """The bytes of repetition k, counted from 0, which is the recording itself with its end added."""
        shift = k * self.seconds
        step = {kind: k * (most + 1) for kind, most in self.serials.items()}
        made, out = {}, [self.literals[0]]
        for token, literal in zip(self.tokens, self.literals[1:]):
            new = made.get(token)
            if new is None:
                new = made[token] = self._shifted(token, k, shift, step)
            out.append(new)
            out.append(literal)
        return b"".join(out)

    @staticmethod
    def _shifted(token, k, shift, step):
        kind, value, more = token
        if kind == "epoch":
            new = b"%d" % (value + shift)
            return new if more is None else new + b".%d" % (more + step["uniqueid"])
        if kind == "bridge":
            if k == 0:
                return value
            h = hashlib.sha256(value + b" %d" % k).hexdigest().encode()
            return b"-".join((h[:8], h[8:12], h[12:16], h[16:20], h[20:32]))
        if kind == "channel":
            return b"%08x" % (value + step["channel"])
        if kind == "text":
            form = "%%Y-%%m-%%d%s%%H:%%M:%%S" % chr(value[10])
            moved = datetime.datetime.strptime(value.decode(), form) + datetime.timedelta(seconds=shift)
            return moved.strftime(form).encode()
        if kind == "sequence":
            return b"%d" % (value + step["sequence"])
        return more + b"%d" % (value + step["caller"])


def chunks(size, seed):
    """Lengths that add up to size, as a socket under load gives them; the same for the same seed."""
    state = seed * 2654435761 + 1
    while size > 0:
        state = (state * 6364136223846793005 + 1442695040888963407) & 0xFFFFFFFFFFFFFFFF
        length = min(size, CHUNK_MIN + (state >> 33) % (CHUNK_MAX - CHUNK_MIN))
        yield length
        size -= length


def opened(recording):
    return (gzip.open if recording.endswith(".gz") else open)(recording, "rb")


def grow(recording, out, size):
    with opened(recording) as f:
        stream = Stream(f.read())
    index = out[:-len(".ami")] + ".idx"
    offset = k = 0
    with open(out + ".part", "wb") as ami, open(index + ".part", "w") as idx:
        idx.write("0 connect %.6f\n" % (stream.start - 1))
        while offset < size:
            part = (stream.head if k == 0 else b"") + stream.repetition(k)
            ami.write(part)
            begin = stream.start + k * stream.seconds
            at = 0
            for length in chunks(len(part), k):
                at += length
                idx.write("%d %d %.6f\n" % (offset + at - length, length,
                                            begin + (stream.seconds - 0.5) * at / len(part)))
            offset += len(part)
            k += 1
        idx.write("%d disconnect %.6f\n" % (offset, stream.start + k * stream.seconds))
    os.rename(index + ".part", index)
    os.rename(out + ".part", out)
    return offset, k


def grown(recording, out, size):
    """The same in a process of its own: what a process once held counts as the peak of those that it starts."""
    subprocess.run([sys.executable, os.path.abspath(__file__), recording, out, "--size", str(size)], check=True,
                   stdout=subprocess.DEVNULL)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recording")
    parser.add_argument("out")
    parser.add_argument("--size", type=int, default=SIZE)
    a = parser.parse_args()
    size, repetitions = grow(a.recording, a.out, a.size)
    print("%s: %d bytes, %d repetitions" % (a.out, size, repetitions))


if __name__ == "__main__":
    main()
