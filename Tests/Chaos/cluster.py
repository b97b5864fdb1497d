"""A cluster under load: Redis, three hubs, the balancer, publishers on each, and an audience."""
import asyncio
import shutil
import tempfile
import time

import closed
from access import access
from http1 import Connection, NotSent
from link import Link
from load import Load
from processes import Balancer, Hub
from transports import TRANSPORTS


class Cluster:
    """Everything of one run; `run` is all of it, and `stop` ends it whatever has happened."""

    def __init__(self, options, fault):
        self.options = options
        self.fault = fault
        self.folder = tempfile.mkdtemp(prefix="chaos-")
        self.hubs, self.links = [], []
        self.redis = fault.redis(self)
        self.balancer = None
        self.access = access(options, self.folder)
        self.load = Load(self.access)

    async def run(self):
        """Breaks it under load, as the fault does. Gives the verdict."""
        await self.start()
        await self.begin()
        seconds = 0.0
        async for since in self.fault.run(self):
            seconds = max(seconds, await self.load.wait_until_recovered(since, self.fault.within))
            await self.load.flow(40)
        verdict = await self.load.settle(self.redis)
        verdict.seconds = seconds
        return verdict

    async def start(self):
        await self.redis.bring_up()
        for number in range(1, 4):
            bus = self.redis.bus
            if self.fault.has_links:
                self.links.append(Link(self.redis.address))
                bus = f"redis://127.0.0.1:{await self.links[-1].start()}"
            self.hubs.append(Hub(f"hub{number}", self.folder, self.options.hub, bus, self.fault.hub_options,
                                 self.access))
            self.hubs[-1].start()
        for hub in self.hubs:
            await self.wait_until_ready(hub)
        self.balancer = Balancer(self.folder, self.hubs, self.access)
        self.balancer.start()
        await self.wait_until_ready(self.balancer)
        if self.access.is_encrypted:
            for place in (*self.hubs, self.balancer):
                await closed.check(place.address)

    @staticmethod
    async def wait_until_ready(place, seconds=30.0):
        deadline = time.monotonic() + seconds
        while await Cluster.status(place) != 200:
            if not place.is_running:
                raise RuntimeError(f"{place.name} has ended: {place.log[-500:]}")
            if time.monotonic() > deadline:
                raise TimeoutError(f"{place.name} is not ready")
            await asyncio.sleep(0.05)

    @staticmethod
    async def status(place):
        connection = Connection(place.operating_address)
        try:
            return (await connection.request("GET", place.ready_target, seconds=2))[0]
        except (NotSent, OSError, EOFError, TimeoutError):
            return None
        finally:
            connection.close()

    async def begin(self):
        """Opens the streams, most at the hubs and some through the balancer; then publishing begins."""
        hubs = [hub.address for hub in self.hubs]
        through = [self.balancer.address]

        def place(number):
            is_through = self.fault.is_balanced or number % 4 == 3 and not self.fault.is_direct
            return through if is_through else hubs[number % 3:] + hubs[:number % 3]

        transports = [TRANSPORTS[name] for name in self.options.transports]
        await self.load.open_streams([place(number) for number in range(self.options.subscribers)], transports)
        await self.load.publish([place(number) for number in range(4)])

    async def stop(self):
        self.load.stop()
        for child in [self.balancer, *self.hubs, self.redis]:
            if child is not None:
                await child.kill()
        for link in self.links:
            await link.stop()

    def remove(self):
        shutil.rmtree(self.folder, ignore_errors=True)
