#!/usr/bin/env python3
"""soak.py --amirec PROGRAM --amirecd PROGRAM [--seconds 900] [--rate 20000] [--also NAME=HOST:PORT:USER:SECRETFILE]...

A server says so many events a second for so long (a recording of all kinds of calls, repeated with new ids: grow.py),
amirecd records it, and a reader keeps the store in transactions of two seconds, one after the other. --also records
real servers beside it. What must hold:

    memory  what amirecd holds at the end is what it held after a quarter of the time, but for 10 % and 16 MiB
    lag     99 of 100 times the store has what was sent a second ago
    server  nobody is kept waiting for 100 ms, after which Asterisk would end the connection
    stream  the archive is what was sent, byte for byte; status says that all is well while it runs, and amirecd ends
            in order

Prints the figures; exit code 1 if one is not as it must be. Python standard library only.
"""
import argparse
import hashlib
import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time

import bench
import grow

# Asterisk's writetimeout, in seconds: a client that takes nothing for so long is ended.
WRITE_TIMEOUT_S = 0.1
# How often what is due is sent, in seconds.
STEP_S = 0.01
# An event whose number says how far the store is: one each so many bytes.
TICK_BYTES = 60_000
GROWTH, GROWTH_MIB = 1.10, 16


class Server:
    """Sends at a rate to whoever logs in; only the first connection counts."""

    def __init__(self, rate):
        self.rate = rate
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.sent, self.events, self.hash = 0, 0, hashlib.sha256()
        self.ticks = []  # when each was sent, by its number
        self.late = []   # how long sends took that took longer than allowed
        self.connections = 0
        self.over = threading.Event()
        self.ended = threading.Event()
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            client, _ = self.socket.accept()
            self.connections += 1
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def send(self, client, data):
        self.hash.update(data)
        self.sent += len(data)
        began = time.monotonic()
        client.sendall(data)
        took = time.monotonic() - began
        if took > WRITE_TIMEOUT_S:
            self.late.append(took)

    def serve(self, client):
        self.lock = threading.Lock()
        self.send(client, b"Asterisk Call Manager/11.0.0\r\n")
        reader = client.makefile("rb")
        logged_in = threading.Event()
        threading.Thread(target=self.answer, args=(client, reader, logged_in), daemon=True).start()
        logged_in.wait(30)
        self.feed(client)
        self.ended.set()

    def answer(self, client, reader, logged_in):
        action = {}
        for line in reader:
            name, _, value = line.strip().decode().partition(": ")
            if name:
                action[name.lower()] = value
                continue
            self.reply(client, action)
            if action.get("action", "").lower() == "login":
                logged_in.set()
            action = {}

    def reply(self, client, action):
        name, number = action.get("action", "").lower(), action.get("actionid", "")
        words = {"login": "Success\r\nMessage: Authentication accepted", "ping": "Success\r\nPing: Pong",
                 "challenge": "Success\r\nChallenge: 123456789", "logoff": "Goodbye\r\nMessage: Thanks."}
        with self.lock:
            self.send(client, ("Response: %s\r\nActionID: %s\r\n\r\n" % (
                words.get(name, "Error\r\nMessage: Invalid/unknown command"), number)).encode())
        if name == "logoff":
            client.shutdown(socket.SHUT_RDWR)

    def feed(self, client):
        with grow.opened(bench.RECORDING) as f:
            stream = grow.Stream(f.read())
        k, data, at, due = 0, b"", 0, 0.0
        per_event = None
        start = time.monotonic()
        while not self.over.is_set():
            if at >= len(data):
                data, at = stream.repetition(k), 0
                k += 1
                per_event = len(data) / data.count(b"\r\n\r\n")
            due = (time.monotonic() - start) * self.rate - self.events
            if due < 1:
                time.sleep(STEP_S)
                continue
            end = data.find(b"\r\n\r\n", min(len(data) - 4, at + int(min(due * per_event, TICK_BYTES)))) + 4
            tick = b"Event: UserEvent\r\nPrivilege: user,all\r\nUserEvent: Tick\r\nNumber: %d\r\n\r\n" % len(self.ticks)
            piece = data[at:end] + tick
            at = end
            with self.lock:
                self.ticks.append(time.monotonic())
                self.send(client, piece)
            self.events += piece.count(b"\r\n\r\n")


def connect(path):
    return sqlite3.connect("file:%s?mode=ro" % path, uri=True, timeout=5, isolation_level=None)


def read_on(path, over):
    """A reader that is always in a transaction."""
    db = connect(path)
    while not over.is_set():
        db.execute("BEGIN")
        db.execute("SELECT count(*), max(ended_us) FROM calls").fetchall()
        over.wait(2)
        db.execute("COMMIT")


def lag(db, server, last):
    """How long the oldest tick has waited that the store does not have, and the number of the last that it has."""
    row = db.execute("SELECT headers FROM user_events WHERE name = 'Tick' ORDER BY id DESC LIMIT 1").fetchone()
    if row:
        last = int(dict(json.loads(row[0]))["Number"])
    waiting = server.ticks[last + 1:last + 2]
    return (time.monotonic() - waiting[0] if waiting else 0.0), last


def memory(pid):
    with open("/proc/%d/status" % pid) as f:
        return next(int(line.split()[1]) / 1024 for line in f if line.startswith("VmRSS"))


def configure(folder, server, also):
    os.makedirs(folder)
    secret = os.path.join(folder, "secret")
    with open(os.open(secret, os.O_WRONLY | os.O_CREAT, 0o600), "w") as f:
        f.write("soak\n")
    path = os.path.join(folder, "amirec.conf")
    with open(path, "w") as f:
        f.write("[general]\nstore = %s/soak.db\njournal = %s/journal\n" % (folder, folder))
        f.write("[soak]\nhost = 127.0.0.1\nport = %d\nusername = soak\nsecret_file = %s\n" % (server.port, secret))
        for one in also:
            name, _, rest = one.partition("=")
            host, port, user, file = rest.split(":")
            f.write("[%s]\nhost = %s\nport = %s\nusername = %s\nsecret_file = %s\n" % (name, host, port, user, file))
    return path


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--amirec", required=True)
    parser.add_argument("--amirecd", required=True)
    parser.add_argument("--seconds", type=float, default=900)
    parser.add_argument("--rate", type=int, default=20_000)
    parser.add_argument("--also", action="append", default=[])
    a = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="amirec-soak-")
    try:
        found = soak(a, os.path.join(folder, "work"))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    for line in found:
        print("soak: " + line)
    print("soak: %s" % ("not as it must be" if found else "all as it must be"))
    sys.exit(1 if found else 0)


def soak(a, folder):
    server = Server(a.rate)
    conf = configure(folder, server, a.also)
    store, log = os.path.join(folder, "soak.db"), os.path.join(folder, "log")
    with open(log, "wb") as out:
        collector = subprocess.Popen([a.amirecd, "--config", conf], stdout=out, stderr=out)
    over = threading.Event()
    while not os.path.exists(store) or len(server.ticks) < 10:
        time.sleep(0.1)
    threading.Thread(target=read_on, args=(store, over), daemon=True).start()
    db, lags, held, last = connect(store), [], [], -1
    began = time.monotonic()
    while time.monotonic() - began < a.seconds:
        time.sleep(0.1)
        waited, last = lag(db, server, last)
        lags.append(waited)
        held.append(memory(collector.pid))
        if len(held) % 300 == 0:
            print("soak: %.0f s, %d events, %.0f MiB, lag %.2f s" % (
                time.monotonic() - began, server.events, held[-1], waited), flush=True)
    status = subprocess.run([a.amirec, "status", "--config", conf], capture_output=True, text=True)
    events = server.events
    seconds = time.monotonic() - began
    server.over.set()
    server.ended.wait(10)
    over.set()
    db.close()
    collector.send_signal(signal.SIGTERM)
    code = collector.wait(120)
    return judge(a, store, log, server, lags, held, status, code, events / seconds)


def archived(amirec, store, session):
    """How many bytes of a session the archive has, and their SHA-256."""
    size, digest = 0, hashlib.sha256()
    with subprocess.Popen([amirec, "frames", "--db", store, "--session", str(session), "--format", "raw"],
                          stdout=subprocess.PIPE) as frames:
        while piece := frames.stdout.read(1 << 20):
            size += len(piece)
            digest.update(piece)
    return size, digest.digest()


def judge(a, store, log, server, lags, held, status, code, rate):
    first, end = max(held[:len(held) // 4]), held[-1]
    p99 = sorted(lags)[int(len(lags) * 0.99)]
    with open(log) as f:
        words = f.read()
    db = connect(store)
    session, = db.execute("SELECT min(id) FROM sessions WHERE server_id = (SELECT id FROM servers WHERE name = 'soak')")
    size, digest = archived(a.amirec, store, session[0])
    print("soak: %d events at %d a second, %.1f GB; memory %.0f MiB after a quarter, %.0f MiB at the end; "
          "lag p99 %.2f s, most %.2f s; longest wait of the server %.3f s; store %.1f GB" % (
              server.events, rate, server.sent / 1e9, first, end, p99, max(lags), max(server.late, default=0.0),
              os.path.getsize(store) / 1e9))
    found = []
    if rate < a.rate * 0.95:
        found.append("only %d events a second could be sent" % rate)
    if end > first * GROWTH + GROWTH_MIB:
        found.append("memory grows: %.0f MiB, then %.0f MiB" % (first, end))
    if p99 >= 1:
        found.append("the store is behind: %.2f s" % p99)
    if server.late:
        found.append("the server had to wait %d times, %.3f s at most" % (len(server.late), max(server.late)))
    if server.connections != 1:
        found.append("%d connections" % server.connections)
    if status.returncode != 0:
        found.append("status: " + status.stderr.strip())
    if code != 0 or "the store holds all that was received" not in words:
        found.append("amirecd ended with %d: %s" % (code, words.strip().splitlines()[-1]))
    if digest != server.hash.digest():
        found.append("the archive has %d of %d bytes, or others" % (size, server.sent))
    return found


if __name__ == "__main__":
    main()
