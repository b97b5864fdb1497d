"""Publishers that number their events, and the ledger of what became of each."""
import asyncio
import json
import random
import time
import urllib.parse

from http1 import Connection, NotSent, ask

PAUSE = 0.1  # seconds between two events of a publisher
SIZE = 128  # bytes of an event
TOPIC_RATE = 150  # events a second of one who publishes to topics of its own, at most
TOPIC_SIZE = 6000  # bytes of such an event


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
        self.turn = 0
        self.last_acknowledged = 0.0
        self.task = asyncio.create_task(self._run())

    @property
    def place(self):
        """The port that it publishes to."""
        return self.connections[self.turn % len(self.connections)].address.port

    async def _run(self):
        while not self.is_ending:
            for topic in self.topics:
                if not await self._publish(topic, self.connections[self.turn % len(self.connections)]):
                    self.turn += 1
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


class TopicPublisher:
    """Publishes one event after the other to topics that are its own, to each twice as often as to the next."""

    def __init__(self, hub, topics):
        self.hub = hub
        self.published = {topic: [] for topic in topics}  # the ids of each topic's events
        self.count = 0
        self.connection = Connection(hub.address, hub.access.fields(publish=topics))
        self.is_ending = False
        self.task = None

    def begin(self):
        self.task = asyncio.create_task(self._run())

    async def finish(self):
        """Publishes no more; waits for the answer that is due."""
        self.is_ending = True
        await self.task

    def close(self):
        if self.task:
            self.task.cancel()
        self.connection.close()

    async def _run(self):
        topics = list(self.published)
        weights = [2 ** -place for place in range(len(topics))]
        while not self.is_ending:
            # Now and then an event is of two topics, and trimmed from one of them first.
            count = 2 if random.random() < 0.05 else 1
            await self._publish(set(random.choices(topics, weights, k=count)))
            await asyncio.sleep(random.expovariate(TOPIC_RATE))

    async def _publish(self, topics):
        self.count += 1
        target = f"/publish?{urllib.parse.urlencode([('topic', topic) for topic in topics])}"
        status, body = await ask(self.hub, self.connection, "POST", target, b"%d " % self.count + b"x" * TOPIC_SIZE)
        if status != 200:
            raise RuntimeError(f"a publish was answered {status}: {body[:200]}")
        for event in json.loads(body)["events"]:
            self.published[event["topic"]].append(event["id"])
