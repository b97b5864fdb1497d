"""Readers that stop to read: they cost the hubs little, nobody else notices, and they go on where they were."""
import asyncio
import json
import re
import socket
import time

from access import context
from http1 import Connection, metric

EVENTS = 120
SIZE = 6000  # bytes; all of them are more than the kernel's buffers of a connection take
SAMPLE = 100  # readers that go on
NUMBER = re.compile(rb"data: (\d+) x")


def open_reader(hub):
    """A connection that asks for the stream, and reads nothing."""
    reader = socket.socket()
    reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    reader.connect(hub.address[:2])
    if hub.address.is_encrypted:
        reader = context("http/1.1").wrap_socket(reader)
    fields = ["Host: chaos", *hub.access.fields(subscribe=["bulk"])]
    reader.sendall("\r\n".join(["GET /sse?topic=bulk HTTP/1.0", *fields, "", ""]).encode())
    return reader


async def subscribers(hub):
    """How many streams of the topic a hub has."""
    connection = Connection(hub.operating_address, hub.access.fields(admin=True))
    _, body = await connection.request("GET", "/topics?topic=bulk")
    connection.close()
    return json.loads(body).get("subscribers", 0)


async def parkings(cluster):
    """How many streams the hubs have parked."""
    return sum([await metric(hub, "hub_streams_parked_total") for hub in cluster.hubs])


def read_on(reader):
    """Reads until the last event is there. Gives the numbers in their order."""
    text, deadline = bytearray(), time.monotonic() + 90
    while b"data: %d x" % EVENTS not in text:
        reader.settimeout(max(0.1, deadline - time.monotonic()))
        data = reader.recv(65536)
        if not data:
            break
        text += data
    return [int(number) for number in NUMBER.findall(text)]


async def in_threads(function, items):
    """Calls what would make everybody else wait."""
    return await asyncio.gather(*(asyncio.to_thread(function, item) for item in items))


async def run(cluster, count):
    before = sum(hub.resident_bytes for hub in cluster.hubs)
    readers = await in_threads(open_reader, [cluster.hubs[number % 3] for number in range(count)])
    try:
        deadline = time.monotonic() + 30
        while sum([await subscribers(hub) for hub in cluster.hubs]) < count:
            if time.monotonic() > deadline:
                raise TimeoutError("the stalled readers' streams are not open")
            await asyncio.sleep(0.1)
        connection = Connection(cluster.hubs[0].address, cluster.access.fields(publish=["bulk"]))
        for number in range(1, EVENTS + 1):
            await connection.request("POST", "/publish?topic=bulk", b"%d " % number + b"x" * SIZE)
        connection.close()
        deadline = time.monotonic() + 30
        while (parked := await parkings(cluster)) < count:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{parked:.0f} of the {count} stalled readers were parked")
            await asyncio.sleep(0.1)
        grown = sum(hub.resident_bytes for hub in cluster.hubs) - before
        yield time.monotonic()
        results = await in_threads(read_on, readers[:SAMPLE])
        whole = sum(numbers == list(range(1, EVENTS + 1)) for numbers in results)
        print(f"    {count} readers stalled over {EVENTS * SIZE / 1e3:.0f} kB each, {parked:.0f} parkings; the three hubs "
              f"grew by {grown / 2**20:.0f} MiB; {whole} of {SAMPLE} that went on got everything, in order")
        if whole < SAMPLE:
            raise RuntimeError("stalled readers did not get everything")
        if grown > count * EVENTS * SIZE / 4:
            raise RuntimeError("the hubs hold a copy for each stalled reader")
    finally:
        for reader in readers:
            reader.close()
