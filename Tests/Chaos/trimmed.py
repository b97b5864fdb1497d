"""One hub whose logs are short, and clients that poll several topics while these are trimmed."""
import asyncio
import collections
import json
import shutil
import tempfile
import time
import urllib.parse

import closed
from access import access
from cluster import Cluster
from http1 import Connection, ask
from polling import Poller
from processes import Hub, until
from publishers import TopicPublisher
from verdict import Verdict

TOPICS = ["a", "b", "c", "d", "e", "f", "g", "h"]
POLLERS = 12
OPTIONS = {"--replay-count": "20", "--loops": "2"}
CURSORS = 200  # how many of the last ones are kept to come back with


class TrimmedHub:
    """Everything of one run; `run` is all of it, and `stop` ends it whatever has happened."""

    def __init__(self, options, fault):
        self.options = options
        self.fault = fault
        self.folder = tempfile.mkdtemp(prefix="chaos-")
        self.hub = Hub("hub", self.folder, options.hub, "memory", OPTIONS, access(options, self.folder))
        self.publishers = [TopicPublisher(self.hub, TOPICS[first::2]) for first in range(2)]
        self.pollers = []

    async def run(self):
        """Lets clients poll while logs are trimmed, as long as the fault says. Gives the verdict."""
        self.hub.start()
        await Cluster.wait_until_ready(self.hub)
        if self.hub.access.is_encrypted:
            await closed.check(self.hub.address)
        cursors = collections.deque([await self._beginning()], maxlen=CURSORS)
        for publisher in self.publishers:
            publisher.begin()
        self.pollers = [Poller(self.hub, TOPICS, cursors) for _ in range(POLLERS)]
        async for since in self.fault.run(self):
            verdict = await asyncio.wait_for(self._settle(), 180)
            verdict.seconds = time.monotonic() - since
        return verdict

    async def _beginning(self):
        """The cursor before the first event."""
        connection = Connection(self.hub.address, self.hub.access.fields(subscribe=TOPICS))
        query = urllib.parse.urlencode([("topic", topic) for topic in TOPICS])
        _, body = await ask(self.hub, connection, "GET", f"/poll?{query}")
        connection.close()
        return json.loads(body)["cursor"]

    async def wait_until_told(self):
        """Waits until logs were trimmed before pollers came; what they get otherwise shows nothing."""
        def is_told():
            ended = any(one.task.done() for one in [*self.publishers, *self.pollers])
            return ended or any(batch.resets for poller in self.pollers for batch in poller.batches)

        await until(is_told, "a poller is told a reset", 120)

    async def _settle(self):
        """Ends publishing, and lets everybody have the rest; gives the verdict."""
        await asyncio.gather(*(publisher.finish() for publisher in self.publishers))
        published = {topic: ids for publisher in self.publishers for topic, ids in publisher.published.items()}
        verdict = Verdict(published=sum(publisher.count for publisher in self.publishers))
        await asyncio.gather(*(poller.finish(published) for poller in self.pollers))
        for poller in self.pollers:
            verdict.reconnects += poller.returns
            verdict.expired += poller.expirations
            for batch in poller.batches:
                batch.judge(published, verdict)
        return verdict

    async def stop(self):
        for one in [*self.publishers, *self.pollers]:
            one.close()
        await self.hub.kill()

    def remove(self):
        shutil.rmtree(self.folder, ignore_errors=True)
