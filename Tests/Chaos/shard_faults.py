"""Faults of a Redis Cluster, in the shard that has the hubs' keys."""
import asyncio
import signal
import time

from fault import fault
from http1 import Connection
from migration import Migration
from shards import SLOT, RedisCluster

IN_TIME = {"redis": RedisCluster, "within": 5.0}
BULK = (200, 300_000)  # events and the bytes of each, so that there is something to move


@fault("Cluster: the primary is killed (-9)", may_reset=True, **IN_TIME)
async def shard_primary_killed(cluster):
    old = await cluster.redis.primary()
    await old.kill()
    _, since = await cluster.redis.wait_until_writable(old)
    yield since
    old.start()
    await old.wait_until_up()
    await old.wait_until_replica()
    yield time.monotonic()


@fault("Cluster: the primary hangs until another is promoted", may_reset=True, **IN_TIME)
async def shard_primary_suspended(cluster):
    old = await cluster.redis.primary()
    old.signal(signal.SIGSTOP)
    _, since = await cluster.redis.wait_until_writable(old)
    yield since
    old.signal(signal.SIGCONT)
    yield time.monotonic()
    await old.wait_until_replica()


@fault("Cluster: CLUSTER FAILOVER, there and back", **IN_TIME)
async def shard_failover(cluster):
    for _ in range(2):
        old, replica = await cluster.redis.shard()
        await replica.asker.call("CLUSTER", "FAILOVER")
        _, since = await cluster.redis.wait_until_writable(old)
        yield since
        await cluster.redis.wait_until_complete()


@fault("Cluster: a slot of 60 MB moves, there and back", refuses_nothing=True, **IN_TIME)
async def slot_moved(cluster):
    await publish_bulk(cluster)
    source, target = await cluster.redis.primary(), await cluster.redis.another_primary()
    for one, other in ((source, target), (target, source)):
        migration = Migration(cluster.redis.servers, SLOT, one, other)
        seconds = await migration.run()
        print(f"    {migration.keys} keys moved from {one.name} to {other.name} in {seconds:.2f} s")
        yield time.monotonic()


async def publish_bulk(cluster):
    count, size = BULK
    connection = Connection(cluster.hubs[0].address, cluster.access.fields(publish=["bulk/*"]))
    for number in range(count):
        status, _ = await connection.request("POST", f"/publish?topic=bulk/{number}", b"x" * size)
        if status != 200:
            raise RuntimeError(f"a large event was answered {status}")
    connection.close()


@fault("Cluster: the whole shard is gone, and back with its data", **IN_TIME)
async def shard_gone(cluster):
    shard = await cluster.redis.shard()
    for server in shard:
        # With everysec, a disk that is slow lets Redis answer before the event has left the process.
        await server.asker.call("CONFIG", "SET", "appendfsync", "always")
    await cluster.load.flow(8)
    await asyncio.gather(*(server.kill() for server in shard))
    before = len(cluster.load.ledger.refused)
    while len(cluster.load.ledger.refused) < before + 20:
        await asyncio.sleep(0.02)
    for server in shard:
        server.start()
    _, since = await cluster.redis.wait_until_writable()
    yield since
