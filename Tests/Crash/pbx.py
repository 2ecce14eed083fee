"""A PBX to record: plays what a real Asterisk once told, in real time, whether or not anybody listens.

What it tells are events of a recording (Tests/Fixtures), with all times and ids in them moved to now, and between them
numbered events (UserEvent Tick). It keeps track of its channels, bridges and queues, and answers what is asked
from that, so that a recorder that comes in the middle is told the truth. A restart is another boot, another recording.
"""
import contextlib
import hashlib
import random
import re
import socket
import struct
import threading
import time

import state
import stream

SECRET = "secret-of-a-test"
# Of the recordings, by the end of their names.
VERSIONS = {"16": ("16.28.0", "5.0.4"), "22": ("22.10.1", "11.0.0")}
END = b"\r\n\r\n"
# How long nobody may take what is sent before the connection is given up, in seconds: Asterisk's writetimeout.
PATIENCE_S = 5
PORTS = range(20000, 32000)
# How often it looks for what is due, in seconds.
STEP_S = 0.004
# Ten digits that stand for a second of the days when the recordings were made.
EPOCH = re.compile(rb"(?<!\d)179[45]\d{6}(?!\d)")
# Ids that the driver of the recordings chose: from one boot to the next it would choose others.
CHOSEN = re.compile(rb"(?<![0-9A-Za-z])t(?=[89]\d{5})")


def events(path):
    """A recording's events as (seconds since its begin, bytes): what every client is told, without the answers to the
    one that recorded it. And when it began (since 1970), and since when its server was up."""
    data = stream.open_any(path)
    index = stream.open_any(path.replace(".ami", ".idx")).split(b"\n")
    ends, times = [], []
    for line in index:
        fields = line.split()
        if len(fields) == 3 and fields[1].isdigit():
            ends.append(int(fields[0]) + int(fields[1]))
            times.append(float(fields[2]))
    found, start, chunk = [], 0, 0
    while True:
        end = data.find(END, start)
        if end < 0:
            break
        end += len(END)
        while chunk < len(ends) - 1 and ends[chunk] < end:
            chunk += 1
        frame = data[start:end]
        start = end
        if frame.startswith(b"Event: ") and b"\r\nActionID: snap" not in frame and not frame.startswith(
                b"Event: FullyBooted"):
            found.append((times[chunk] - times[0], frame))
    uptime = int(re.search(rb"\r\nUptime: (\d+)\r\n", data).group(1))
    return found, times[0], times[0] - uptime


class Connection:
    """One client: what it was sent, and when."""

    def __init__(self, number, link):
        self.number, self.link = number, link
        self.sent = bytearray()
        self.ends = []    # (bytes sent by then, when), after each send
        self.since = time.time()
        self.is_in = False
        self.is_over = False
        self.challenge = "%09d" % (100000000 + number)

    def send(self, data):
        if self.is_over:
            return
        view = memoryview(data)
        try:
            while view:
                # Noted before: the other side may be quicker to have it than this one is to know it.
                now = time.time()
                count = self.link.send(view)
                self.sent += view[:count]
                self.ends.append((len(self.sent), now))
                view = view[count:]
        except OSError:
            self.close()

    def lasted(self):
        """Seconds since it was made."""
        return time.time() - self.since

    def close(self, abruptly=False):
        """Ends it, in order or with a reset; the thread that reads from it gives it back."""
        if self.is_over:
            return
        self.is_over = True
        try:
            if abruptly:
                self.link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.link.shutdown(socket.SHUT_RD if abruptly else socket.SHUT_RDWR)
        except OSError:
            pass


class PBX:
    """`speed`: how many times as fast as recorded; 0 for as fast as possible (a client must listen then)."""

    def __init__(self, recordings, chance, ticks_per_s=50, speed=1):
        self.recordings, self.rate, self.speed = recordings, ticks_per_s, speed
        self.version = VERSIONS[recordings[0][-len("NN.ami.gz"):-len(".ami.gz")]]
        # Of its own: two threads that share one give nobody the same again.
        self.chance = random.Random(chance.random())
        self.lock = threading.RLock()
        self.connections, self.ticks = [], []
        self.listener, self.port = None, None
        self.boots, self.is_away, self.is_over, self.takes = 0, False, False, True
        self.boot()
        self.listen()
        self.life = threading.Thread(target=self.live, daemon=True)
        self.life.start()

    # Its life

    def boot(self):
        """Another life begins: with a recording, in the middle of it, as if all of it before had happened."""
        path = self.recordings[self.boots % len(self.recordings)]
        self.boots += 1
        self.events, recorded, booted = events(path)
        last = self.events[-1][0]
        offset = self.chance.uniform(0, 0.5) * last if self.speed else 0
        self.begun = time.time()
        self.shift = int(self.begun - offset - recorded)
        self.booted = booted + self.shift
        self.offset, self.place = offset, 0
        self.state = state.State(self.version, time.time)
        while self.place < len(self.events) and self.events[self.place][0] <= offset:
            at, frame = self.events[self.place]
            self.state.take(self.moved(frame), self.begun - offset + at)
            self.place += 1

    def moved(self, frame):
        frame = EPOCH.sub(lambda m: b"%d" % (int(m.group()) + self.shift), frame)
        return CHOSEN.sub(b"t%d-" % self.boots, frame)

    @property
    def is_finished(self):
        return self.place >= len(self.events)

    def live(self):
        ticked = time.time()
        while not self.is_over:
            time.sleep(STEP_S)
            with self.lock:
                now = time.time()
                due = self.offset + (now - self.begun) * self.speed
                while ticked + 1 / self.rate <= now:
                    ticked += 1 / self.rate
                    self.tick()
                count = 0
                while not self.is_finished and (count < 100 if self.speed == 0 else self.events[self.place][0] <= due):
                    if self.speed == 0 and not any(c.is_in and not c.is_over for c in self.connections):
                        break
                    frame = self.moved(self.events[self.place][1])
                    self.state.take(frame, now)
                    self.tell(frame)
                    self.place += 1
                    count += 1
                if self.is_finished and self.speed:
                    self.restart()

    def tick(self):
        self.ticks.append(time.time())
        self.tell(b"Event: UserEvent\r\nPrivilege: user,all\r\nUserEvent: Tick\r\nNumber: %d\r\n\r\n" % (
            len(self.ticks) - 1))

    def tell(self, frame):
        for connection in self.connections:
            if connection.is_in and not connection.is_over:
                connection.send(frame)

    def restart(self):
        """The server goes down, announced or not, and is up again at once."""
        with self.lock:
            announced = self.chance.random() < 0.5
            if announced:
                self.tell(b"Event: Shutdown\r\nPrivilege: system,all\r\nShutdown: Cleanly\r\nRestart: True\r\n\r\n")
            for connection in self.connections:
                connection.close(abruptly=not announced)
            self.boot()

    def away(self):
        """Cannot be reached, though it lives: refuses connections, or takes them and drops them."""
        with self.lock:
            self.is_away = True
            self.takes = not self.is_over and self.chance.random() < 0.3
            if not self.takes:
                # To close it is not enough: the thread that waits at it holds it open.
                self.listener.shutdown(socket.SHUT_RDWR)
                self.listener.close()
            for connection in self.connections:
                connection.close(abruptly=self.chance.random() < 0.5)

    def back(self):
        with self.lock:
            self.is_away = False
            if not self.takes:
                self.listen()

    def end(self):
        with self.lock:
            if self.is_over:
                return
            self.is_over = True
            if not self.is_away or self.takes:
                self.away()
        self.life.join()

    # Its port

    def listen(self):
        self.listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # A port that no connection of anybody gets while it is not taken.
        for port in [self.port] if self.port else self.chance.sample(PORTS, len(PORTS)):
            with contextlib.suppress(OSError):
                self.listener.bind(("127.0.0.1", port))
                self.port = port
                break
        else:
            raise OSError("no port to listen at")
        self.listener.listen(16)
        threading.Thread(target=self.accept, args=(self.listener,), daemon=True).start()

    def accept(self, listener):
        while True:
            try:
                link, _ = listener.accept()
            except OSError:
                return
            with self.lock:
                if self.is_away:
                    link.close()
                    continue
                link.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", PATIENCE_S, 0))
                link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                connection = Connection(len(self.connections), link)
                self.connections.append(connection)
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        connection.send(b"Asterisk Call Manager/%s\r\n" % self.version[1].encode())
        rest = b""
        while not connection.is_over:
            try:
                data = connection.link.recv(65536)
            except OSError:
                data = b""
            if not data:
                break
            *actions, rest = (rest + data).split(END)
            for action in actions:
                with self.lock:
                    self.answer(connection, state.headers(action))
        with self.lock:
            connection.close()
            connection.link.close()

    def answer(self, connection, action):
        name, identity = action.get("Action", "").lower(), action.get("ActionID", "")
        if name == "challenge":
            connection.send(state.response(identity, Challenge=connection.challenge))
        elif name == "login":
            key = hashlib.md5((connection.challenge + SECRET).encode()).hexdigest()
            if action.get("Key") != key:
                connection.send(state.response(identity, "Error", Message="Authentication failed"))
                return connection.close()
            connection.send(state.response(identity, Message="Authentication accepted"))
            connection.is_in = True
            connection.send(state.frame("FullyBooted", Privilege="system,all", Uptime=int(time.time() - self.booted),
                                        LastReload=int(time.time() - self.booted), Status="Fully Booted"))
        elif not connection.is_in:
            connection.send(state.response(identity, "Error", Message="Permission denied"))
        elif name == "ping":
            connection.send(state.response(identity, Ping="Pong", Timestamp="%.6f" % time.time()))
        elif name == "logoff":
            connection.send(state.response(identity, "Goodbye", Message="Thanks for all the fish."))
            connection.close()
        else:
            connection.send(self.state.answer(name, identity, action))


class Stalled:
    """A port at which nobody ever answers, neither with a refusal: whoever connects waits."""

    def __init__(self):
        self.listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen(0)
        self.port = self.listener.getsockname()[1]
        # The queue of a listener that accepts nothing is full after these; further ones are not answered.
        self.waiting = []
        for _ in range(4):
            link = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            link.setblocking(False)
            link.connect_ex(("127.0.0.1", self.port))
            self.waiting.append(link)

    def close(self):
        for link in self.waiting + [self.listener]:
            link.close()
