"""A primary and two replicas that three sentinels watch, and the network between all of them."""
import asyncio
import collections
import os
import time

from door import Door
from processes import Child, free_port
from resp import Asker
from servers import PROGRAM, Redis
from survivors import Survivors

NAME = "chaos"  # of the primary, among sentinels
DOWN_AFTER = 2000  # ms without an answer, after which a sentinel takes a server for gone
ANNOUNCED = "127.0.0.1"


class Sentinel(Child):
    """A sentinel that keeps what it knows in its file, also when it is started anew."""

    def __init__(self, name, folder, port, announced, primary):
        self.port = port
        file = os.path.join(folder, f"{name}.conf")
        with open(file, "w", encoding="ascii") as configuration:
            configuration.write("\n".join([
                f"port {port}", "bind 127.0.0.1", f"dir {folder}", f"sentinel announce-ip {ANNOUNCED}",
                f"sentinel announce-port {announced}", f"sentinel monitor {NAME} {ANNOUNCED} {primary} 2",
                f"sentinel down-after-milliseconds {NAME} {DOWN_AFTER}", f"sentinel failover-timeout {NAME} 5000",
                f"sentinel parallel-syncs {NAME} 2", ""]))
        super().__init__(name, folder, [PROGRAM, file, "--sentinel"])
        self.asker = Asker(port)

    async def named(self):
        """The port at which it says that the primary is; None if it says nothing."""
        answer = await self.asker.ask("SENTINEL", "GET-MASTER-ADDR-BY-NAME", NAME)
        return int(answer[1]) if answer else None

    async def knows_all(self):
        """Whether it knows both replicas and both others, and takes none of them for gone."""
        fields = await self.asker.ask("SENTINEL", "MASTER", NAME) or []
        known = dict(zip(fields[::2], fields[1::2]))
        usable = await self.asker.ask("SENTINEL", "CKQUORUM", NAME) or ""
        return known.get("num-slaves") == "2" and known.get("flags") == "master" and usable.startswith("OK 3 usable")


class SentinelSet:
    """All of them. Where a fault says so, each of them is reached through a door of its own, by the hubs as well."""

    def __init__(self, stage):
        self.stage = stage
        self.servers, self.sentinels = [], []
        self.doors, self.announced = {}, {}  # by name

    @property
    def bus(self):
        """Where hubs find the primary."""
        places = ",".join(f"{ANNOUNCED}:{self.announced[one.name]}" for one in self.sentinels)
        return f"redis+sentinel://{places}/{NAME}"

    async def bring_up(self):
        for number in range(1, 4):
            await self._add_server(f"redis{number}")
        for number in range(1, 4):
            await self._add_sentinel(f"sentinel{number}")
        deadline = time.monotonic() + 60
        while not all([await one.knows_all() for one in self.sentinels]):
            if time.monotonic() > deadline:
                raise TimeoutError("the sentinels do not know everybody")
            await asyncio.sleep(0.1)

    async def _add_server(self, name):
        port = await self._place(name)
        options = ["--repl-diskless-sync-delay", "0", "--replica-announce-ip", ANNOUNCED, "--replica-announce-port",
                   str(self.announced[name])]
        if self.servers:
            options += ["--replicaof", ANNOUNCED, str(self.announced[self.servers[0].name])]
        self.servers.append(Redis(self.stage.folder, name, options, port=port))
        await self.servers[-1].bring_up()

    async def _add_sentinel(self, name):
        port = await self._place(name)
        primary = self.announced[self.servers[0].name]
        self.sentinels.append(Sentinel(name, self.stage.folder, port, self.announced[name], primary))
        self.sentinels[-1].start()

    async def _place(self, name):
        """A port for somebody; `announced` has the one at which others come."""
        port = self.announced[name] = free_port()
        if self.stage.fault.has_doors:
            self.doors[name] = Door(port, lambda: [*self.servers, *self.sentinels, *self.stage.hubs])
            self.announced[name] = await self.doors[name].start()
        return port

    def server(self, port):
        """Who is announced with a port."""
        return next((one for one in self.servers if self.announced[one.name] == port), None)

    async def primary(self):
        """The server that most sentinels name."""
        named = await asyncio.gather(*(one.named() for one in self.sentinels))
        return self.server(collections.Counter(filter(None, named)).most_common(1)[0][0])

    async def wait_for_another(self, old, seconds=60.0):
        """Waits until a sentinel names another primary, and that is one. Gives it, and since when both has been so."""
        promoted, deadline = {}, time.monotonic() + seconds
        while time.monotonic() < deadline:
            await asyncio.gather(*(self._note_promotion(one, promoted) for one in self.servers if one is not old))
            named = await asyncio.gather(*(one.named() for one in self.sentinels))
            for server in filter(None, map(self.server, filter(None, named))):
                if server.name in promoted:
                    since = time.monotonic()
                    print(f"    {server.name} was promoted {since - promoted[server.name]:.2f} s before a sentinel named it")
                    return server, since
            await asyncio.sleep(0.02)
        raise TimeoutError("no sentinel names another primary")

    @staticmethod
    async def _note_promotion(server, promoted):
        role = await server.asker.ask("ROLE")
        if role and role[0] == "master":
            promoted.setdefault(server.name, time.monotonic())

    def cut(self, *side):
        """Cuts the network between some of the servers and hubs, and all others."""
        names = {one.name for one in side}
        for child in [*self.servers, *self.sentinels, *self.stage.hubs]:
            for door in (self.doors[name] for name in self.doors if (name in names) != (child.name in names)):
                door.link(child.name).swallow("up", "down")

    def heal(self):
        """Lets everything pass again."""
        for door in self.doors.values():
            door.heal()

    async def judge(self, ledger):
        return await Survivors.read(ledger, await self.primary())

    async def kill(self):
        for child in [*self.sentinels, *self.servers]:
            await child.kill()
        for door in self.doors.values():
            await door.stop()
