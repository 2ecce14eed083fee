"""Reads a recording (X.ami or X.ami.gz, with X.idx or X.idx.gz beside it) into frames.

Written from the rules of the protocol, for checking: it shares nothing with the programs it checks, holds the
whole recording in memory, and is slow. Python 3.9, standard library only.
"""
import bisect
import gzip
import os

BANNER = b"Asterisk Call Manager/"


def open_any(path):
    """The whole content of a file, unpacked if its name ends in .gz. A cut .gz gives what is readable."""
    if not path.endswith(".gz"):
        with open(path, "rb") as f:
            return f.read()
    parts = []
    with gzip.open(path, "rb") as f:
        try:
            while True:
                part = f.read(1 << 20)
                if not part:
                    break
                parts.append(part)
        except EOFError:
            pass
    return b"".join(parts)


def beside(path, suffix):
    """X.suffix or X.suffix.gz for the recording X.ami or X.ami.gz; None if there is neither."""
    base = path[:-3] if path.endswith(".gz") else path
    base = base[:-4] if base.endswith(".ami") else base
    for name in (base + suffix, base + suffix + ".gz"):
        if os.path.exists(name):
            return name
    return None


class Frame:
    """One message: where it lies, when its last byte came (None if unknown), and its headers in order."""
    __slots__ = ("start", "end", "time", "session", "headers")

    def __init__(self, start, end, time, session, headers):
        self.start, self.end, self.time, self.session, self.headers = start, end, time, session, headers

    def get(self, name):
        """The first value of a header (bytes), names compared without case; None if it has none."""
        name = name.lower()
        for k, v in self.headers:
            if k.lower() == name:
                return v
        return None

    def text(self, name):
        return text(self.get(name))

    @property
    def event(self):
        """The event's name if this is an event (its first header is Event), else None."""
        if self.headers and self.headers[0][0].lower() == b"event":
            return text(self.headers[0][1])
        return None

    @property
    def listed(self):
        """Whether this event answers an action: it did not happen now."""
        return self.get(b"ActionID") is not None and self.get(b"Privilege") is None


def text(value):
    """Bytes as text: UTF-8, else Latin-1."""
    if value is None:
        return None
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


def known(value):
    """Text, or None where Asterisk says nothing or `<unknown>`."""
    value = text(value) if isinstance(value, bytes) else value
    return None if value in (None, "", "<unknown>") else value


def headers(raw):
    """Headers of the bytes of one frame, without the empty line that ended it.

    A line ends in CR LF. After a bare LF a line without a colon goes on with the value before it.
    """
    out = []
    for line in raw.split(b"\r\n"):
        for i, part in enumerate(line.split(b"\n")):
            name, colon, value = part.partition(b":")
            if not colon and i and out:
                out[-1] = (out[-1][0], out[-1][1] + b"\n" + part)
            elif part:
                out.append((name, value[1:] if value[:1] == b" " else value) if colon else (b"", part))
    return out


class Recording:
    """The bytes of a recording, its sessions as (start, end) and the receive times of its chunks."""

    def __init__(self, path):
        self.path = path
        self.data = open_any(path)
        self.sessions = []
        self.connects = []
        self.offsets, self.times = [], []
        idx = beside(path, ".idx")
        self.timed = idx is not None
        if idx:
            self._read_idx(open_any(idx))
        if not self.sessions:
            self.sessions = [(0, len(self.data))]

    def _read_idx(self, index):
        starts = []
        for line in index.split(b"\n"):
            part = line.split()
            if len(part) < 3:
                continue
            at = int(part[0])
            if part[1] == b"connect":
                # A connection that brought nothing is no session with bytes.
                if starts and starts[-1] == at:
                    self.connects[-1] = float(part[2])
                else:
                    starts.append(at)
                    self.connects.append(float(part[2]))
            elif part[1] not in (b"disconnect", b"continue"):
                self.offsets.append(at)
                self.times.append(float(part[2]))
        ends = starts[1:] + [len(self.data)]
        pairs = [(s, e, c) for s, e, c in zip(starts, ends, self.connects) if e > s]
        self.sessions = [(s, e) for s, e, _ in pairs]
        self.connects = [c for _, _, c in pairs]

    def time_at(self, offset):
        """Receive time of the byte at an offset, in seconds since 1970; None without an .idx."""
        if not self.times:
            return None
        return self.times[max(0, bisect.bisect_right(self.offsets, offset) - 1)]

    def frames(self):
        """All complete frames, session by session. The banner is a frame without headers' names."""
        for number, (start, end) in enumerate(self.sessions):
            yield from self._session(number, start, end)

    def _session(self, number, start, end):
        data, at = self.data, start
        if data.startswith(BANNER, at):
            stop = data.find(b"\r\n", at, end)
            if stop < 0:
                return
            at = stop + 2
            yield Frame(start, at, self.time_at(at - 1), number, [(b"", data[start:stop])])
        while at < end:
            if data.startswith(b"\r\n", at):  # a stray empty line
                at += 2
                continue
            stop = data.find(b"\r\n\r\n", at, end)
            bare = data.find(b"\n\r\n", at, end if stop < 0 else stop)
            if bare >= 0 and data[bare - 1:bare] != b"\r":  # an empty line after a bare LF ends it too
                yield Frame(at, bare + 3, self.time_at(bare + 2), number, headers(data[at:bare]))
                at = bare + 3
                continue
            if stop < 0:
                return  # cut: not a whole frame
            yield Frame(at, stop + 4, self.time_at(stop + 3), number, headers(data[at:stop]))
            at = stop + 4
