"""A Redis Cluster: three shards, each a primary and its replica. The keys of a run are all in one of them."""
import asyncio
import collections
import time

from processes import free_port
from servers import Redis
from survivors import Survivors

SLOT = 13907  # of the hash tag {0}, which every key of a hub has
NODE_TIMEOUT = 2000  # ms without an answer, after which a node is taken for gone


class RedisCluster:
    """All nodes, and who of them serves the hubs."""

    def __init__(self, stage):
        self.servers = [self._node(stage.folder, number) for number in range(1, 7)]

    @staticmethod
    def _node(folder, number):
        options = ["--cluster-enabled", "yes", "--cluster-config-file", "nodes.conf", "--cluster-node-timeout",
                   str(NODE_TIMEOUT), "--repl-diskless-sync-delay", "0"]
        return Redis(folder, f"node{number}", options, port=free_port(has_bus=True))

    @property
    def places(self):
        return [f"127.0.0.1:{server.port}" for server in self.servers]

    @property
    def bus(self):
        """Where hubs find the nodes; three of them know all."""
        return f"redis+cluster://{','.join(self.places[:3])}"

    async def bring_up(self):
        for server in self.servers:
            await server.bring_up()
        create = ["redis-cli", "--cluster", "create", *self.places, "--cluster-replicas", "1", "--cluster-yes"]
        process = await asyncio.create_subprocess_exec(
            *create, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT)
        output, _ = await asyncio.wait_for(process.communicate(), 60)
        if process.returncode != 0:
            raise RuntimeError(f"the cluster can't be made: {output.decode()[-500:]}")
        await self.wait_until_complete()

    async def wait_until_complete(self, seconds=60.0):
        """Waits until every node knows all shards, and every replica has what its primary has."""
        deadline = time.monotonic() + seconds
        while not all([await self._is_complete(one) for one in self.servers]):
            if time.monotonic() > deadline:
                raise TimeoutError("the cluster is not complete")
            await asyncio.sleep(0.1)

    @staticmethod
    async def _is_complete(server):
        state = await server.asker.ask("CLUSTER", "INFO") or ""
        slots = await server.asker.ask("CLUSTER", "SLOTS") or []
        role = await server.asker.ask("ROLE") or [""]
        is_synchronized = role[0] == "master" or role[0] == "slave" and role[3] == "connected"
        return "cluster_state:ok" in state and is_synchronized and all(len(entry) == 4 for entry in slots)

    async def primary(self):
        """The server of the hubs' keys, as most nodes say."""
        return (await self.shard())[0]

    async def shard(self):
        """The servers of the hubs' keys, the primary first."""
        said = await asyncio.gather(*(one.asker.ask("CLUSTER", "SLOTS") for one in self.servers))
        shards = [tuple(node[1] for node in entry[2:]) for slots in filter(None, said)
                  for entry in slots if entry[0] <= SLOT <= entry[1]]
        ports = collections.Counter(shards).most_common(1)[0][0]
        return [one for port in ports for one in self.servers if one.port == port]

    async def another_primary(self):
        """The primary of another shard."""
        roles = [(one, await one.asker.call("ROLE")) for one in self.servers]
        mine = await self.primary()
        return next(one for one, role in roles if role[0] == "master" and one is not mine)

    async def wait_until_writable(self, *others, seconds=60.0):
        """Waits until a server that is none of the others takes writes for the hubs' keys. Gives it, and since when."""
        deadline = time.monotonic() + seconds
        candidates = [one for one in self.servers if one not in others]
        while time.monotonic() < deadline:
            for server, is_writable in zip(candidates, await asyncio.gather(*map(self._takes_writes, candidates))):
                if is_writable:
                    return server, time.monotonic()
            await asyncio.sleep(0.02)
        raise TimeoutError("no server takes writes")

    @staticmethod
    async def _takes_writes(server):
        return server.is_running and await server.asker.ask("SET", "chaos:{0}", "1") == "OK"

    async def judge(self, ledger):
        return await Survivors.read(ledger, await self.primary())

    async def kill(self):
        for server in self.servers:
            await server.kill()
