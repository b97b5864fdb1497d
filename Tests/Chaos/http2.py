"""As much of HTTP/2 (RFC 9113) as one stream on a connection of its own needs."""

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, RESET, SETTINGS, PING, GOAWAY, WINDOW = 0x0, 0x1, 0x3, 0x4, 0x6, 0x7, 0x8
END_STREAM, ACKNOWLEDGEMENT, END_HEADERS = 0x1, 0x1, 0x4
STATUS_200 = b"\x88"  # in a head: the static table's entry (RFC 7541, appendix A)


def frame(kind, flags, stream, payload=b""):
    return len(payload).to_bytes(3) + bytes([kind, flags]) + stream.to_bytes(4) + payload


def request(target, fields, scheme):
    """What a client sends first: the preface, and a GET on stream 1 with fields such as 'Accept: */*'."""
    pairs = [(":method", "GET"), (":scheme", scheme), (":authority", "localhost"), (":path", target),
             *(field.split(": ", 1) for field in fields)]
    head = b"".join(b"\0" + text(name.lower()) + text(value) for name, value in pairs)
    return PREFACE + frame(SETTINGS, 0, 0) + frame(HEADERS, END_STREAM | END_HEADERS, 1, head)


def text(string):
    """A string that is not compressed (RFC 7541, 5.2), its length with a prefix of seven bits before it (5.1)."""
    data, rest = string.encode(), len(string.encode()) - 127
    if rest < 0:
        return bytes([len(data)]) + data
    length = b"\x7f"
    while rest > 127:
        length, rest = length + bytes([rest % 128 + 128]), rest // 128
    return length + bytes([rest]) + data


def credit(count):
    """Lets the peer send so many bytes more, on the connection and on stream 1."""
    return b"".join(frame(WINDOW, 0, stream, count.to_bytes(4)) for stream in (0, 1))


class Frames:
    """Takes the frames off what comes, however it is cut."""

    def __init__(self):
        self.rest = b""

    def feed(self, data):
        """Gives the kind, flags and payload of every frame that is complete."""
        self.rest += data
        while len(self.rest) >= 9 and len(self.rest) >= (end := 9 + int.from_bytes(self.rest[:3])):
            kind, flags, payload = self.rest[3], self.rest[4], self.rest[9:end]
            self.rest = self.rest[end:]
            yield kind, flags, payload
