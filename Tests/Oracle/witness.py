#!/usr/bin/env python3
"""witness.py --port PORT --out X.ami: records a manager port, as plainly as can be, until SIGTERM or SIGINT.

A second client beside amirecd, sharing no code with it: X.ami gets every byte received, X.idx when. The secret comes
from the environment (AMI_SECRET). With --originate CHANNEL --times N it also has the server make N calls to
CHANNEL (an application that waits a second), twice a second, from one second after the login. Python standard
library only.
"""
import argparse
import os
import select
import signal
import socket
import sys
import time


def action(name, **headers):
    lines = ["Action: " + name] + ["%s: %s" % pair for pair in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--user", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--originate")
    parser.add_argument("--times", type=int, default=0)
    a = parser.parse_args()
    ended = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.append(True))
    connection = socket.create_connection((a.host, a.port), 10)
    ami = open(a.out, "wb")
    idx = open(a.out[:-len(".ami")] + ".idx", "w")
    idx.write("0 connect %.6f\n" % time.time())
    connection.sendall(action("Login", ActionID="witness", Username=a.user, Secret=os.environ["AMI_SECRET"]))
    offset, made, due = 0, 0, time.time() + 1
    while not ended:
        if a.originate and made < a.times and time.time() >= due:
            connection.sendall(action("Originate", ActionID="w%d" % made, Channel=a.originate, Application="Wait",
                                      Data="1", CallerID="witness <%d>" % (1000 + made), **{"Async": "true"}))
            made, due = made + 1, due + 0.5
        if not select.select([connection], [], [], 0.05)[0]:
            continue
        chunk = connection.recv(1 << 18)
        if not chunk:
            break
        ami.write(chunk)
        idx.write("%d %d %.6f\n" % (offset, len(chunk), time.time()))
        offset += len(chunk)
    idx.write("%d disconnect %.6f\n" % (offset, time.time()))
    idx.close()
    ami.close()
    if not ended:
        sys.exit("witness: the server closed the connection")


if __name__ == "__main__":
    main()
