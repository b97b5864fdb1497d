"""Subscribers that come back as an EventSource does, and note all that they are given."""
import asyncio
import random
import time
import typing

SILENCE = 4.0  # seconds; the hubs of a run say something every second


class Reset(typing.NamedTuple):
    """A reset that was told: when, of which topic, why, and how many events the subscriber had got by then."""

    when: float
    topic: str
    reason: str
    at: int


class Subscriber:
    """One client: it reads, reconnects to the next address with its cursor, and keeps what it got."""

    def __init__(self, topics, addresses, transport, access):
        self.topics = topics
        self.addresses = addresses
        self.transport = transport
        self.access = access
        self.token = None
        self.turn = 0
        self.cursor = ""
        self.last_id = ""
        self.keys = []  # the number of every event, in the order of arrival
        self.resets = []
        self.openings = 0
        self.out_of_order = 0
        self.expirations = 0  # how often it came back with another token
        self.is_open = False
        self.is_renewing = False
        self.retry = None
        self.returns = []  # when it was told to come back, by the clock of the run
        self.last_heard = 0.0
        self.connection = None
        self.is_over = asyncio.Event()
        self.task = asyncio.create_task(self._run())

    async def _run(self):
        loop = asyncio.get_running_loop()
        while True:
            self.is_over.clear()
            self.retry = None
            address = self.addresses[self.turn % len(self.addresses)]
            self.turn += 1
            self.token = self.access.brief_token(self.topics)
            try:
                self.connection, _ = await asyncio.wait_for(
                    loop.create_connection(lambda: self.transport(self), **address.arguments(self.transport.protocol)), 2)
                await self.is_over.wait()
            except (OSError, TimeoutError):
                pass
            self.is_open = False
            await asyncio.sleep(random.uniform(0.05, 0.5) if self.retry is None else self.retry)

    @property
    def place(self):
        """The port of who serves it, or is asked to."""
        return self.addresses[(self.turn - 1) % len(self.addresses)].port

    @property
    def is_served(self):
        """Whether it has its stream, or only fetches another token for it."""
        return self.is_open or self.is_renewing

    def close(self):
        self.task.cancel()
        if self.connection is not None:
            self.connection.abort()

    # What the transport tells.

    def opened(self):
        self.expirations += self.is_renewing
        self.is_open, self.is_renewing = True, False
        self.openings += 1

    def heard(self):
        self.last_heard = time.monotonic()

    def received(self, place, data):
        """Takes an event. Ids rise, in one epoch and from one to the next, and so does their text. After a reset they begin anew."""
        if place <= self.last_id:
            self.out_of_order += 1
        self.last_id = self.cursor = place
        self.keys.append(int(data.split(" ", 1)[0]))

    def was_reset(self, place, notice):
        self.resets.append(Reset(time.monotonic(), notice["topic"], notice["reason"], len(self.keys)))
        # What follows may have been there before, but is of the same epoch or a later one.
        self.last_id = self.last_id.partition("-")[0]
        if place:
            self.cursor = place

    def must_renew(self):
        """Comes back with another token. Only a hub that sends many away asks them to wait."""
        self.is_renewing = True

    def must_close(self, reason, retry):
        if reason == "expired":
            self.must_renew()
            return
        self.retry = retry
        self.returns.append(time.monotonic() + retry)

    def ended(self):
        self.connection = None
        self.is_over.set()


class Audience:
    """All subscribers of a run, and the one watch that ends connections which have fallen silent."""

    def __init__(self):
        self.subscribers = []
        self.watch = asyncio.create_task(self._watch())

    async def _watch(self):
        while True:
            await asyncio.sleep(0.25)
            limit = time.monotonic() - SILENCE
            for subscriber in self.subscribers:
                if subscriber.connection is not None and 0 < subscriber.last_heard < limit:
                    subscriber.last_heard = time.monotonic()
                    subscriber.connection.abort()

    def scatter(self):
        """Lets every other subscriber come back to its next address."""
        for subscriber in self.subscribers[::2]:
            if subscriber.connection is not None:
                subscriber.connection.abort()

    def close(self):
        self.watch.cancel()
        for subscriber in self.subscribers:
            subscriber.close()
