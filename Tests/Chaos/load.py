"""The load of a run: publishers, an audience, and the ledger of both."""
import asyncio
import collections
import time

from access import OpenAccess
from processes import until
from publishers import Ledger, Publisher
from subscribers import Audience, Subscriber

TOPICS = ["a", "b", "c", "d"]


class Load:
    """Opens streams, publishes, and tells when everybody is served and what they got."""

    def __init__(self, access=OpenAccess()):
        self.access = access
        self.ledger = Ledger()
        self.audience = Audience()
        self.publishers = []

    @property
    def subscribers(self):
        return self.audience.subscribers

    async def open_streams(self, places, transports):
        """Opens a stream for each place, a list of addresses that are tried in turn; every one has two topics."""
        for number, addresses in enumerate(places):
            topics = [TOPICS[number // 4 % 4], TOPICS[(number // 4 + 1) % 4]]
            transport = transports[number // 16 % len(transports)]
            self.subscribers.append(Subscriber(topics, addresses, transport, self.access))
            if number % 50 == 49:
                await asyncio.sleep(0.01)
        await until(lambda: all(one.is_served and one.cursor for one in self.subscribers), "all streams are open", 60)

    async def publish(self, places, headers=()):
        """Begins to publish, with a publisher for each place, and waits until everybody receives."""
        headers = [*headers, *self.access.fields(publish=TOPICS)]
        self.publishers = [Publisher(self.ledger, TOPICS, addresses, headers) for addresses in places]
        await self.flow(20)

    async def flow(self, count):
        """Waits until everybody has received so many events more."""
        goals = [(one, len(one.keys) + count) for one in self.subscribers]
        await until(lambda: all(len(one.keys) >= goal for one, goal in goals), "events flow", 60)

    async def wait_until_recovered(self, since, seconds=60.0):
        """Waits until every publisher was answered, and every subscriber has got an event, published after a time.

        Gives how long that took from then.
        """
        waiting = set(self.subscribers)

        def is_recovered():
            for one in list(waiting):
                if one.keys and self.ledger.begun[one.keys[-1]] > since:
                    waiting.discard(one)
            return not waiting and all(one.last_acknowledged > since for one in self.publishers)

        try:
            await until(is_recovered, "everybody publishes and receives again", seconds)
        except TimeoutError:
            raise TimeoutError(f"not within {seconds:.0f} s: {self._laggards(since)}") from None
        return time.monotonic() - since

    def _laggards(self, since):
        """Who does not publish or receive again, for whoever looks for the reason."""
        silent = [one for one in self.subscribers if not one.keys or self.ledger.begun[one.keys[-1]] <= since]
        lines = [f"{one.transport.__name__} at {one.place}" for one in silent]
        lines += [f"a publisher at {one.place}" for one in self.publishers if one.last_acknowledged <= since]
        counts = collections.Counter(lines).most_common(5)
        return ", ".join(f"{count} {what}" for what, count in counts) + f", of {len(lines)} who do not publish or receive again"

    def publish_at_home(self):
        """Lets those who went to another address, since theirs refused, come back to it."""
        for publisher in self.publishers:
            publisher.turn = 0

    async def wait_until_open(self):
        """Waits until every stream is open, also those that were told to stay away for a while."""
        await until(lambda: all(one.is_served for one in self.subscribers), "all streams are open again", 60)

    async def settle(self, redis):
        """Ends publishing, waits for what must come, then a while for what should not; gives the verdict."""
        await asyncio.gather(*(publisher.finish() for publisher in self.publishers))
        judge = await redis.judge(self.ledger)
        waiting = set(self.subscribers)

        def has_all():
            for one in list(waiting):
                if not judge.is_missing(one):
                    waiting.discard(one)
            return not waiting

        try:
            await until(has_all, "all events arrive", 60, pause=0.2)
        except TimeoutError:
            pass  # the verdict counts them
        await asyncio.sleep(0.3)
        return judge.verdict(self.subscribers)

    def stop(self):
        self.audience.close()
        for publisher in self.publishers:
            publisher.task.cancel()
