"""As much of HTTP/1.1 as the run needs: requests on kept connections, and bodies in chunks as they come."""
import asyncio


class Dechunker:
    """Takes the chunked framing off a body (RFC 9112, 7.1), however it is cut."""

    def __init__(self):
        self.rest = b""
        self.missing = 0
        self.is_over = False

    def feed(self, data):
        """Gives the bytes of the body that are in the data."""
        data = self.rest + data
        body, at = [], 0
        while at < len(data):
            if self.missing:
                part = data[at:at + self.missing]
                body.append(part)
                at += len(part)
                self.missing -= len(part)
                continue
            end = data.find(b"\r\n", at + (2 if data.startswith(b"\r\n", at) else 0))
            if end < 0:
                break
            self.missing = int(data[at:end].strip().split(b";")[0], 16)
            at = end + 2
            if not self.missing:
                self.is_over = True
                break
        self.rest = data[at:]
        return b"".join(body)


class NotSent(Exception):
    """The request did not leave, so nothing has become of it."""


class Connection:
    """A connection that one request after the other is sent on."""

    def __init__(self, address, fields=()):
        self.address = address
        self.fields = fields  # of every request
        self.reader = self.writer = None

    async def request(self, method, target, body=b"", seconds=10.0, headers=()):
        """Sends a request.

        Gives the status and the body. Raises `NotSent`, or an OSError, EOFError or TimeoutError when the outcome is
        unknown.
        """
        if self.writer is None:
            try:
                self.reader, self.writer = await asyncio.wait_for(
                    asyncio.open_connection(**self.address.arguments()), 2)
            except (OSError, TimeoutError) as error:
                raise NotSent from error
        try:
            return await asyncio.wait_for(self._exchange(method, target, body, headers), seconds)
        except BaseException:
            self.close()
            raise

    async def _exchange(self, method, target, body, headers):
        lines = [f"{method} {target} HTTP/1.1", "Host: chaos", f"Content-Length: {len(body)}", *self.fields, *headers, "", ""]
        self.writer.write("\r\n".join(lines).encode() + body)
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        length = head.partition("content-length:")[2].partition("\r\n")[0].strip()
        content = await self.reader.readexactly(int(length or 0))
        if "connection: close" in head:
            self.close()
        return int(head.split(" ", 2)[1]), content

    def close(self):
        if self.writer is not None:
            self.writer.close()
        self.reader = self.writer = None


async def ask(hub, connection, method, target, body=b"", headers=()):
    """Sends a request, again if it did not leave or the hub is too busy for it. Gives the status and the body."""
    while hub.is_running:
        try:
            status, content = await connection.request(method, target, body, 60, headers)
            if status != 503:
                return status, content
        except NotSent:
            pass
        await asyncio.sleep(0.1)
    raise RuntimeError(f"{hub.name} has ended: {hub.log[-500:]}")


async def metric(hub, name):
    """The value of a metric of a hub, summed over its labels."""
    reader, writer = await asyncio.open_connection(**hub.operating_address.arguments())
    writer.write(b"GET /metrics HTTP/1.1\r\nHost: chaos\r\nConnection: close\r\n\r\n")
    text = (await asyncio.wait_for(reader.read(), 10)).decode()
    writer.close()
    return sum(float(line.rsplit(" ", 1)[1]) for line in text.splitlines()
               if line.split("{")[0].split(" ")[0] == name)
