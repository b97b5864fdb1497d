"""How a subscriber reads a stream. Another transport is one more class in `TRANSPORTS`.

The subscriber's `topics` and `cursor` say what is asked for, and its `token` that it may. It is told `opened` when the
connection serves, `heard` for any sign of life, `received(id, data)`, `was_reset(id, notice)`, `must_close(reason, retry)`,
`must_renew` where it was refused because the token has ended, and `ended` once, at last.
"""
import asyncio
import json
import re
import urllib.parse

import http2
from access import bearer, is_expiry
from http1 import Dechunker


def query(subscriber, **more):
    """The topics, and what else is to be in the query."""
    return urllib.parse.urlencode([*(("topic", topic) for topic in subscriber.topics), *more.items()])


def in_query(subscriber):
    """The cursor and the token, as a page has them in an URL, since it can set no fields."""
    more = {"cursor": subscriber.cursor, "access_token": subscriber.token}
    return {name: value for name, value in more.items() if value}


class Exchange(asyncio.Protocol):
    """A connection on which requests are sent, and of whose answers heads and bodies are told apart."""

    protocol = "http/1.1"

    def __init__(self, subscriber):
        self.subscriber = subscriber
        self.transport = None
        self.rest = b""
        self.head = None  # the fields of the answer's head, by their names in lower case

    def connection_made(self, transport):
        self.transport = transport
        self.ask()

    def send(self, target, *fields):
        lines = [f"GET {target} HTTP/1.1", "Host: localhost", *fields, "", ""]
        self.transport.write("\r\n".join(lines).encode())

    def read_head(self, expected):
        """Takes the head off what came; closes the connection if its status is not expected."""
        head, end, rest = self.rest.partition(b"\r\n\r\n")
        if not end:
            return False
        status, *fields = head.decode("latin-1").split("\r\n")
        if int(status.split(" ")[1]) not in expected:
            if is_expiry(int(status.split(" ")[1]), head.decode("latin-1")):
                self.subscriber.must_renew()
            self.transport.abort()
            return False
        self.rest = rest
        self.head = {name.lower(): value.strip() for name, _, value in (field.partition(":") for field in fields)}
        self.head["status"] = int(status.split(" ")[1])
        return True

    def connection_lost(self, exc):
        self.subscriber.ended()


class Stream(Exchange):
    """One answer that does not end, in blocks."""

    def __init__(self, subscriber):
        super().__init__(subscriber)
        self.body = None

    def data_received(self, data):
        self.subscriber.heard()
        if self.head is None:
            self.rest += data
            if not self.read_head({200}):
                return
            data, self.rest = self.rest, b""
            self.body = Dechunker() if "transfer-encoding" in self.head else None
            self.subscriber.opened()
        self.rest = self.take(self.rest + (self.body.feed(data) if self.body else data))
        if self.body and self.body.is_over:
            self.transport.close()


class ServerSentEvents(Stream):
    """`GET /sse`."""

    def ask(self):
        cursor = self.subscriber.cursor
        self.send(f"/sse?{query(self.subscriber, prime='true')}", "Accept: text/event-stream",
                  *bearer(self.subscriber.token), *([f"Last-Event-ID: {cursor}"] if cursor else []))

    def take(self, data):
        *blocks, rest = data.split(b"\n\n")
        for block in blocks:
            self.take_block(block)
        return rest

    def take_block(self, block):
        fields = dict(line.split(b": ", 1) for line in block.split(b"\n") if b": " in line and line[0] != 58)
        name, place = fields.get(b"event", b""), fields.get(b"id", b"").decode()
        if name == b"hub.reset":
            self.subscriber.was_reset(place, json.loads(fields[b"data"]))
        elif name == b"hub.close":
            self.subscriber.must_close(json.loads(fields[b"data"])["reason"], int(fields.get(b"retry", 1000)) / 1000)
        elif b"data" in fields:
            self.subscriber.received(place, fields[b"data"].decode())
        elif place:
            self.subscriber.cursor = place


class ServerSentEventsOverHTTP2(ServerSentEvents):
    """`GET /sse` on a connection of HTTP/2, by prior knowledge where that is not encrypted."""

    protocol = "h2"

    def send(self, target, *fields):
        self.frames = http2.Frames()
        scheme = "https" if self.transport.get_extra_info("ssl_object") else "http"
        self.transport.write(http2.request(target, fields, scheme))

    def data_received(self, data):
        self.subscriber.heard()
        for kind, flags, payload in self.frames.feed(data):
            self.take_frame(kind, flags, payload)

    def take_frame(self, kind, flags, payload):
        if kind in (http2.SETTINGS, http2.PING) and not flags & http2.ACKNOWLEDGEMENT:
            answer = payload if kind == http2.PING else b""
            self.transport.write(http2.frame(kind, http2.ACKNOWLEDGEMENT, 0, answer))
        elif kind == http2.HEADERS and self.head is None:
            self.take_head(payload)
        elif kind == http2.DATA:
            self.rest = self.take(self.rest + payload)
            if payload:
                self.transport.write(http2.credit(len(payload)))
        is_last = kind in (http2.HEADERS, http2.DATA) and flags & http2.END_STREAM
        if is_last or kind in (http2.RESET, http2.GOAWAY):
            self.transport.close()

    def take_head(self, payload):
        if not payload.startswith(http2.STATUS_200):
            self.transport.abort()
            return
        self.head = {"status": 200}
        self.subscriber.opened()


class IFrame(Stream):
    """`GET /iframe`: data blocks of a page that grows."""

    BLOCK = re.compile(rb'<script type="application/json">(.*?)</script>\n')

    def ask(self):
        more = in_query(self.subscriber)
        self.send(f"/iframe?{query(self.subscriber, origin='http://localhost', **more)}")

    def take(self, data):
        end = 0
        for block in self.BLOCK.finditer(data):
            end = block.end()
            self.take_message(json.loads(block[1]))
        return data[end:]

    def take_message(self, message):
        kind = message.get("hub")
        if kind is None:
            self.subscriber.received(message["id"], message["data"])
        elif kind == "reset":
            self.subscriber.was_reset(message.get("cursor", ""), message)
        elif kind == "close":
            self.subscriber.must_close(message["reason"], message["retry"] / 1000)
        elif kind == "open" and "cursor" in message:
            self.subscriber.cursor = message["cursor"]


class Batches(Exchange):
    """One answer after the other, each with a batch."""

    def data_received(self, data):
        self.subscriber.heard()
        self.rest += data
        if self.head is None and not self.read_head({200, 304}):
            return
        length = int(self.head.get("content-length", 0)) if self.head["status"] == 200 else 0
        if len(self.rest) < length:
            return
        body, self.rest = self.rest[:length], self.rest[length:]
        head, self.head = self.head, None
        if not self.subscriber.is_open:
            self.subscriber.opened()
        if head["status"] == 200:
            self.take_batch(json.loads(body))
        if head.get("connection", "").lower() == "close":
            self.transport.close()
        else:
            self.ask_again(head)

    def take_batch(self, batch):
        for notice in batch.get("resets", []):
            self.subscriber.was_reset("", notice)
        for event in batch["events"]:
            self.subscriber.received(event["id"], event["data"])
        self.subscriber.cursor = batch["cursor"]


class Polling(Batches):
    """`GET /poll`, twice a second, or at once where the hub has more."""

    def ask(self):
        if self.transport.is_closing():
            return
        cursor = self.subscriber.cursor
        self.send(f"/poll?{query(self.subscriber)}", *bearer(self.subscriber.token),
                  *([f'If-None-Match: "{cursor}"'] if cursor else []))

    def ask_again(self, head):
        pause = 0 if head.get("hub-poll-after") == "0" else 0.5
        asyncio.get_running_loop().call_later(pause, self.ask)


class LongPolling(Batches):
    """`GET /long-poll`; a client that has no cursor yet polls for one first."""

    def ask(self):
        cursor = self.subscriber.cursor
        more = {"cursor": cursor, "timeout": "2"} if cursor else {}
        self.send(f"/{'long-poll' if cursor else 'poll'}?{query(self.subscriber, **more)}",
                  *bearer(self.subscriber.token))

    def ask_again(self, head):
        self.ask()


class WebSocket(Exchange):
    """`GET /ws` (RFC 6455). The hub's frames are whole messages, unmasked and uncompressed, since nothing else was offered."""

    TEXT, CLOSE, PING, PONG = 0x1, 0x8, 0x9, 0xA

    def ask(self):
        more = in_query(self.subscriber)
        self.send(f"/ws?{query(self.subscriber, **more)}", "Connection: Upgrade", "Upgrade: websocket",
                  "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
                  "Sec-WebSocket-Protocol: hub.v1+json")

    def data_received(self, data):
        self.subscriber.heard()
        self.rest += data
        if self.head is None:
            if not self.read_head({101}):
                return
            self.subscriber.opened()
        while frame := self.next_frame():
            self.take_frame(*frame)

    def next_frame(self):
        """The operation and payload of the next frame that is complete (RFC 6455, 5.2)."""
        if len(self.rest) < 2:
            return None
        length, begin = self.rest[1] & 0x7F, 2
        if length > 125:
            begin = 4 if length == 126 else 10
            length = int.from_bytes(self.rest[2:begin])
        if len(self.rest) < begin + length:
            return None
        operation, payload = self.rest[0] & 0x0F, self.rest[begin:begin + length]
        self.rest = self.rest[begin + length:]
        return operation, payload

    def take_frame(self, operation, payload):
        if operation == self.PING:
            # Masked, as a client's frames must be, with zeros.
            self.transport.write(bytes([0x80 | self.PONG, 0x80 | len(payload), 0, 0, 0, 0]) + payload)
        elif operation == self.CLOSE:
            self.transport.write(bytes([0x80 | self.CLOSE, 0x80 | len(payload), 0, 0, 0, 0]) + payload)
            self.transport.close()
        elif operation == self.TEXT:
            self.take_message(json.loads(payload))

    def take_message(self, message):
        kind = message["type"]
        if kind == "event":
            self.subscriber.received(message["id"], message["data"])
        elif kind == "reset":
            self.subscriber.was_reset(message.get("cursor", ""), message)
        elif kind == "close":
            self.subscriber.must_close(message["reason"], message["retry"] / 1000)
        elif kind == "hello" and "cursor" in message:
            self.subscriber.cursor = message["cursor"]


TRANSPORTS = {"sse": ServerSentEvents, "iframe": IFrame, "poll": Polling, "long-poll": LongPolling, "ws": WebSocket,
              "sse-h2": ServerSentEventsOverHTTP2}
