"""As much of Redis's protocol as the run needs: one command after the other, to servers that may be gone or hang."""
import asyncio


class Refused(Exception):
    """The server's answer is an error."""


class Asker:
    """A connection to a server that is made again when it is lost."""

    def __init__(self, port):
        self.port = port
        self.reader = self.writer = None

    async def call(self, *words, seconds=5.0):
        """Gives the answer: a text, a number, a list or None. Raises `Refused`, or an OSError, EOFError or TimeoutError."""
        try:
            return await asyncio.wait_for(self._exchange(words), seconds)
        except Refused:
            raise
        except BaseException:
            self.close()
            raise

    async def ask(self, *words, seconds=0.5):
        """The answer; None if none comes, whatever the reason."""
        try:
            return await self.call(*words, seconds=seconds)
        except (Refused, OSError, EOFError, TimeoutError):
            return None

    async def _exchange(self, words):
        if self.writer is None:
            self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        self.writer.write(command(words))
        answer = await self._read()
        if isinstance(answer, Refused):
            raise answer
        return answer

    async def _read(self):
        line = (await self.reader.readuntil(b"\r\n"))[:-2].decode()
        kind, text = line[0], line[1:]
        if kind == "-":
            return Refused(text)
        if kind == ":":
            return int(text)
        if kind not in "$*":
            return text
        if text == "-1":
            return None
        if kind == "*":
            return [await self._read() for _ in range(int(text))]
        return (await self.reader.readexactly(int(text) + 2))[:-2].decode("utf-8", "replace")

    def close(self):
        if self.writer is not None:
            self.writer.close()
        self.reader = self.writer = None


def command(words):
    """A command as Redis reads it: so many words, each with its length."""
    words = [word if isinstance(word, bytes) else str(word).encode() for word in words]
    return b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in words)


async def call(port, *words, seconds=5.0):
    """Asks one thing, on a connection of its own."""
    asker = Asker(port)
    try:
        return await asker.call(*words, seconds=seconds)
    finally:
        asker.close()
