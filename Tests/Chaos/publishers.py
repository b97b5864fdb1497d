"""Publishers that number their events, and the ledger of what became of each."""
import asyncio
import time

from http1 import Connection, NotSent

PAUSE = 0.1  # seconds between two events of a publisher
SIZE = 128  # bytes of an event


class Ledger:
    """What was published: `acknowledged` was answered 200, `refused` 503, and of `unknown` nobody can say."""

    def __init__(self):
        self.topic = {}
        self.begun = {}
        self.acknowledged = {}  # number: when the answer came
        self.refused = set()
        self.unknown = set()

    def begin(self, topic):
        key = len(self.topic) + 1
        self.topic[key] = topic
        self.begun[key] = time.monotonic()
        return key

    def end(self, key, status):
        if status == 200:
            self.acknowledged[key] = time.monotonic()
        elif status in (429, 503):
            self.refused.add(key)
        elif status in (None, 504):
            self.unknown.add(key)
        else:
            raise RuntimeError(f"a publish was answered {status}")


class Publisher:
    """Publishes one event after the other, now to this topic and now to that, by the next address when one fails."""

    def __init__(self, ledger, topics, addresses, headers=()):
        self.ledger = ledger
        self.topics = topics
        self.connections = [Connection(address) for address in addresses]
        self.headers = headers
        self.is_ending = False
        self.last_acknowledged = 0.0
        self.task = asyncio.create_task(self._run())

    async def _run(self):
        turn = 0
        while not self.is_ending:
            for topic in self.topics:
                if not await self._publish(topic, self.connections[turn % len(self.connections)]):
                    turn += 1
                await asyncio.sleep(PAUSE)
        for connection in self.connections:
            connection.close()

    async def _publish(self, topic, connection):
        key = self.ledger.begin(topic)
        status = None
        try:
            data = f"{key} ".encode().ljust(SIZE, b"x")
            status, _ = await connection.request("POST", f"/publish?topic={topic}", data, 5, self.headers)
        except NotSent:
            status = 503
        except (OSError, EOFError, TimeoutError):
            pass
        self.ledger.end(key, status)
        if status == 200:
            self.last_acknowledged = time.monotonic()
        return status == 200

    async def finish(self):
        """Publishes no more; waits for the answer that is due."""
        self.is_ending = True
        await self.task
