"""Moves a slot from one node of a cluster to another, as `redis-cli --cluster reshard` does."""
import time

KEYS = 10  # that are moved at once, and meanwhile nobody is served


class Migration:
    """One way of a slot. Whoever asks for keys of which some have moved is told to try again."""

    def __init__(self, servers, slot, source, target):
        self.servers = servers
        self.slot = slot
        self.source, self.target = source, target
        self.keys = 0

    async def run(self):
        """Moves all keys, and then the slot. Gives how many seconds it took from the first key."""
        names = {one: await one.asker.call("CLUSTER", "MYID") for one in (self.source, self.target)}
        await self._set(self.target, "IMPORTING", names[self.source])
        await self._set(self.source, "MIGRATING", names[self.target])
        began = time.monotonic()
        while keys := await self.source.asker.call("CLUSTER", "GETKEYSINSLOT", self.slot, KEYS):
            self.keys += len(keys)
            await self.source.asker.call(
                "MIGRATE", "127.0.0.1", self.target.port, "", 0, 5000, "KEYS", *keys, seconds=10)
        # The target first: from then on somebody has it for sure.
        for server in dict.fromkeys([self.target, self.source, *self.servers]):
            if (await server.asker.call("ROLE"))[0] == "master":
                await self._set(server, "NODE", names[self.target])
        return time.monotonic() - began

    async def _set(self, server, *state):
        await server.asker.call("CLUSTER", "SETSLOT", self.slot, *state)
