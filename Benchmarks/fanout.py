#!/usr/bin/env python3
"""Measures the fan-out of a hub: starts it, opens streams, publishes at a rate, and tells what arrived and what it cost.

Usage: fanout.py HUB_BINARY [--streams N] [--rate EVENTS_PER_SECOND] [--seconds S] [--size BYTES] [--rounds N]

Prints one line a round and the medians: events lost, latency from publish to receipt, and the hub's CPU time per
delivery. The streams are read by this one process, so its own speed limits the rate; the hub's CPU time is the hub's alone.
"""
import argparse
import http.client
import os
import re
import resource
import select
import socket
import statistics
import subprocess
import threading
import time

MARK = re.compile(rb"@(\d{19})@")
TICKS = os.sysconf("SC_CLK_TCK")


def start_hub(binary):
    hub = subprocess.Popen([binary, "--port", "0"], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL)
    for line in hub.stderr:
        found = re.search(rb"address=([0-9.]+):(\d+)", line)
        if found:
            threading.Thread(target=hub.stderr.read, daemon=True).start()
            return hub, (found[1].decode(), int(found[2]))
    raise SystemExit("fanout: the hub did not start")


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def proportional_kib(pid):
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as rollup:
        return next(int(line.split()[1]) for line in rollup if line.startswith("Pss:"))


class Streams:
    """Open streams, read by one thread."""

    def __init__(self, address, count):
        self.latencies = []
        self.poll = select.epoll()
        self.sockets = {}
        self.is_over = False
        for _ in range(count):
            stream = socket.create_connection(address)
            stream.sendall(b"GET /sse?topic=bench HTTP/1.1\r\nHost: bench\r\n\r\n")
            while b":\n" not in stream.recv(4096):
                pass
            stream.setblocking(False)
            self.sockets[stream.fileno()] = stream
            self.poll.register(stream.fileno(), select.EPOLLIN)
        self.reader = threading.Thread(target=self.read)
        self.reader.start()

    def read(self):
        while not self.is_over:
            for descriptor, _ in self.poll.poll(0.05):
                data = self.sockets[descriptor].recv(65536)
                now = time.monotonic_ns()
                self.latencies += [now - int(mark) for mark in MARK.findall(data)]

    def close(self):
        self.is_over = True
        self.reader.join()
        for stream in self.sockets.values():
            stream.close()


def publish(address, rate, seconds, size):
    connection = http.client.HTTPConnection(*address)
    count = int(rate * seconds)
    begin = time.monotonic()
    for number in range(count):
        time.sleep(max(0.0, begin + number / rate - time.monotonic()))
        mark = b"@%019d@" % time.monotonic_ns()
        connection.request("POST", "/publish?topic=bench", mark.ljust(size, b"x"))
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise SystemExit(f"fanout: publishing was answered {answer.status}")
    return count


def measure(hub, address, options):
    before = proportional_kib(hub.pid)
    streams = Streams(address, options.streams)
    try:
        memory = (proportional_kib(hub.pid) - before) / options.streams
        begin = cpu_seconds(hub.pid)
        expected = publish(address, options.rate, options.seconds, options.size) * options.streams
        deadline = time.monotonic() + 5
        while len(streams.latencies) < expected and time.monotonic() < deadline:
            time.sleep(0.01)
        cpu = cpu_seconds(hub.pid) - begin
    finally:
        streams.close()
    latencies = sorted(streams.latencies) or [0]
    return {
        "lost": expected - len(streams.latencies),
        "p50_ms": latencies[len(latencies) // 2] / 1e6,
        "p99_ms": latencies[len(latencies) * 99 // 100] / 1e6,
        "cpu_us_per_delivery": cpu * 1e6 / max(1, len(streams.latencies)),
        "pss_kib_per_stream": memory,
    }


def main():
    parser = argparse.ArgumentParser(description="Measures the fan-out of a hub.")
    parser.add_argument("hub", help="the hub's binary, built for release")
    parser.add_argument("--streams", type=int, default=2000)
    parser.add_argument("--rate", type=float, default=8)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--size", type=int, default=128)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    if options.streams + 64 > hard:
        parser.error(f"--streams {options.streams} needs more than the {hard} open files that are allowed")
    hub, address = start_hub(options.hub)
    try:
        rounds = []
        for number in range(options.rounds):
            rounds.append(measure(hub, address, options))
            print(f"round {number + 1}  " + "  ".join(f"{name} {value:.2f}" for name, value in rounds[-1].items()))
        medians = {name: statistics.median(r[name] for r in rounds) for name in rounds[0]}
        print("median   " + "  ".join(f"{name} {value:.2f}" for name, value in medians.items()))
    finally:
        hub.terminate()
        hub.wait()


if __name__ == "__main__":
    main()
