"""Clients that poll several topics, and the batches that they get, each of which must account for all that it passes over."""
import asyncio
import bisect
import dataclasses
import json
import random
import time
import urllib.parse

from access import bearer, is_expiry
from http1 import Connection, ask


@dataclasses.dataclass
class Batch:
    """An answer: it leads from one cursor to the next, past events that it has, and others that it tells to be missing."""

    target: str
    topics: list
    begin: str
    end: str
    ids: list
    resets: set  # the topics of which one was told

    @classmethod
    def of(cls, target, topics, cursor, answer):
        notices = answer.get("resets", [])
        if strange := [notice for notice in notices if notice["reason"] != "trimmed"]:
            raise RuntimeError(f"a reset without a reason: {strange[0]}, in the answer to {target}")
        ids = [event["id"] for event in answer["events"]]
        return cls(target, topics, cursor, answer["cursor"], ids, {notice["topic"] for notice in notices})

    def judge(self, published, verdict):
        """Holds it against the ids of what was published to each topic. Ids and cursors rise, and so does their text.

        A client has nothing but the cursor when it comes back, so what is missing before the cursor can't be told later.
        """
        steps = [self.begin, *self.ids, self.end]
        got, due = set(self.ids), set()
        for topic in self.topics:
            ids = published[topic]
            passed = set(ids[bisect.bisect_right(ids, self.begin):bisect.bisect_right(ids, self.end)])
            due |= passed
            if topic in self.resets:
                verdict.explained += len(passed - got)
            elif missing := passed - got:
                if not verdict.lost:
                    print(f"    the first silent hole: {len(missing)} events of {topic} are missing in the answer to "
                          f"{self.target}; it leads to {self.end}, with resets of {sorted(self.resets) or 'nothing'}")
                verdict.lost += len(missing)
        verdict.delivered += len(got)
        verdict.resets += len(self.resets)
        verdict.doubled += len(self.ids) - len(got) + (self.begin in got)
        verdict.disordered += sum(left > right for left, right in zip(steps, steps[1:]))
        verdict.ghosts += len(got - due)


class Poller:
    """One client: it passes its cursor on from poll to poll, and now and then comes back with one of before.

    The cursors are those that the pollers of all topics had lately, so that it may be another's.
    """

    def __init__(self, hub, topics, cursors):
        self.hub = hub
        self.all_topics = topics
        self.cursors = cursors
        # The hub's event loops know of the logs what each of them has read.
        self.connections = [Connection(hub.address) for _ in range(2)]
        self.topics, self.cursor = topics, cursors[0]
        self.batches = []
        self.token = hub.access.brief_token(topics)
        self.returns = self.expirations = 0
        self.is_ending = False
        self.task = asyncio.create_task(self._run())

    async def _run(self):
        while not self.is_ending:
            if random.random() < 0.1:
                self._come_back()
            await self._poll(random.choice(["poll", "long-poll"]), int(10 ** random.uniform(0, 3)))
            await asyncio.sleep(random.choice([0.01, 0.01, 0.01, random.uniform(0, 3)]))

    def _come_back(self):
        self.cursor = random.choice(self.cursors)
        self.topics = self.all_topics
        if random.random() < 0.5:
            self.topics = random.sample(self.all_topics, random.randint(2, len(self.all_topics) - 1))
        self.returns += 1

    async def finish(self, published):
        """Polls for the rest, once nothing more is published; what has not come when nothing is new any longer is missing."""
        self.is_ending = True
        await self.task
        end = max((published[topic][-1] for topic in self.topics if published[topic]), default="")
        deadline = time.monotonic() + 60
        # Another loop of the hub may still be about to see the last event.
        while (await self._poll("poll", 1000) or self.cursor < end) and time.monotonic() < deadline:
            await asyncio.sleep(0.01)
        self.batches.append(Batch("the last poll", self.topics, self.cursor, max(self.cursor, end), [], set()))

    def close(self):
        self.task.cancel()
        for connection in self.connections:
            connection.close()

    async def _poll(self, path, limit):
        """Polls once. Gives whether there was anything."""
        cursor = self.cursor
        query = [*(("topic", topic) for topic in self.topics), ("limit", limit), ("cursor", cursor)]
        if path == "long-poll":
            query.append(("timeout", 1))
        target = f"/{path}?{urllib.parse.urlencode(query)}"
        headers = [f'If-None-Match: "{cursor}"'] if path == "poll" and random.random() < 0.5 else []
        headers += bearer(self.token)
        status, body = await ask(self.hub, random.choice(self.connections), "GET", target, headers=headers)
        if is_expiry(status, body.decode()):
            self.token = self.hub.access.brief_token(self.all_topics)
            self.expirations += 1
            return True
        if status not in (200, 304):
            raise RuntimeError(f"{target} was answered {status}: {body[:200]}")
        if status == 304:
            return False
        batch = Batch.of(target, self.topics, cursor, json.loads(body))
        self.batches.append(batch)
        self.cursor = batch.end
        if self.topics == self.all_topics:
            self.cursors.append(self.cursor)
        return bool(batch.ids or batch.resets)
