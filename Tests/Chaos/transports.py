"""How a subscriber reads a stream. Another transport is one more class in `TRANSPORTS`."""
import asyncio
import json
import urllib.parse

from http1 import Dechunker


class ServerSentEvents(asyncio.Protocol):
    """One connection of `GET /sse`.

    The subscriber's `topics` and `cursor` say what is asked for. It is told: `opened`, `heard` for any sign of life,
    `received(id, data)`, `was_reset(id, notice)`, `must_close(retry)`, and `ended` once, at last.
    """

    def __init__(self, subscriber):
        self.subscriber = subscriber
        self.transport = None
        self.head = b""
        self.body = Dechunker()
        self.block = b""

    def connection_made(self, transport):
        self.transport = transport
        query = [("topic", topic) for topic in self.subscriber.topics] + [("prime", "true")]
        lines = [f"GET /sse?{urllib.parse.urlencode(query)} HTTP/1.1", "Host: chaos", "Accept: text/event-stream"]
        if self.subscriber.cursor:
            lines.append(f"Last-Event-ID: {self.subscriber.cursor}")
        transport.write("\r\n".join([*lines, "", ""]).encode())

    def data_received(self, data):
        self.subscriber.heard()
        if self.head is not None:
            self.head += data
            head, end, data = self.head.partition(b"\r\n\r\n")
            if not end:
                return
            if not head.startswith(b"HTTP/1.1 200"):
                self.transport.abort()
                return
            self.head = None
            self.subscriber.opened()
        *blocks, self.block = (self.block + self.body.feed(data)).split(b"\n\n")
        for block in blocks:
            self._take(block)
        if self.body.is_over:
            self.transport.close()

    def _take(self, block):
        fields = dict(line.split(b": ", 1) for line in block.split(b"\n") if b": " in line and line[0] != 58)
        name, place = fields.get(b"event", b""), fields.get(b"id", b"").decode()
        if name == b"hub.reset":
            self.subscriber.was_reset(place, json.loads(fields[b"data"]))
        elif name == b"hub.close":
            self.subscriber.must_close(int(fields.get(b"retry", 1000)) / 1000)
        elif b"data" in fields:
            self.subscriber.received(place, fields[b"data"].decode())
        elif place:
            self.subscriber.cursor = place

    def connection_lost(self, exc):
        self.subscriber.ended()


TRANSPORTS = {"sse": ServerSentEvents}
