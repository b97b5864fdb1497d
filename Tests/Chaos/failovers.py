"""Faults of a Redis that fails over: sentinels find another primary, while the one before it may live on."""
import signal
import time

from fault import fault
from processes import until
from sentinels import NAME, SentinelSet

# Who does not leave the old primary is thrown out by it after ten seconds at the earliest.
IN_TIME = {"redis": SentinelSet, "within": 5.0, "may_reset": True}


@fault("Sentinel: the primary is killed (-9)", is_short=True, **IN_TIME)
async def primary_killed(cluster):
    old = await cluster.redis.primary()
    await old.kill()
    _, since = await cluster.redis.wait_for_another(old)
    yield since
    # It comes back as the primary that it was.
    old.start()
    await old.wait_until_up()
    await old.wait_until_replica()
    yield time.monotonic()


@fault("Sentinel: the primary hangs until another is promoted", **IN_TIME)
async def primary_suspended(cluster):
    old = await cluster.redis.primary()
    old.signal(signal.SIGSTOP)
    _, since = await cluster.redis.wait_for_another(old)
    yield since
    old.signal(signal.SIGCONT)
    yield time.monotonic()
    await old.wait_until_replica()


@fault("Sentinel: SENTINEL FAILOVER", is_short=True, **IN_TIME)
async def failover_by_hand(cluster):
    old = await cluster.redis.primary()
    await cluster.redis.sentinels[0].asker.call("SENTINEL", "FAILOVER", NAME)
    _, since = await cluster.redis.wait_for_another(old)
    yield since
    await old.wait_until_replica()


# A balancer would send each poll to another side, and its client would be told of the other history each time.
@fault("Sentinel: the primary and one hub are cut off", has_doors=True, is_direct=True, **IN_TIME)
async def primary_cut_off(cluster):
    old, hub = await cluster.redis.primary(), cluster.hubs[0]
    cluster.redis.cut(old, hub)
    _, since = await cluster.redis.wait_for_another(old)
    for other in cluster.hubs[1:]:
        await cluster.wait_until_ready(other)
    # By now all publish at the one hub that never refused.
    cluster.load.publish_at_home()
    yield since
    # Clients come to the other side with what they were sent on this one, and the other way round.
    cluster.load.audience.scatter()
    await cluster.load.flow(40)
    yield time.monotonic()
    cluster.redis.heal()
    await until(lambda: "the primary is another one now" in hub.log, "the hub leaves the old primary")
    yield time.monotonic()
    await old.wait_until_replica()


@fault("Sentinel: all gone, and back when the primary is killed", **IN_TIME)
async def sentinels_gone(cluster):
    for sentinel in cluster.redis.sentinels:
        await sentinel.kill()
    yield time.monotonic()
    old = cluster.redis.servers[0]
    await old.kill()
    for sentinel in cluster.redis.sentinels:
        sentinel.start()
    _, since = await cluster.redis.wait_for_another(old)
    yield since


@fault("Sentinel: a replica without the last writes is promoted", has_doors=True, says_reset=True, **IN_TIME)
async def replica_behind(cluster):
    old, *replicas = cluster.redis.servers
    for replica in replicas:
        cluster.redis.doors[old.name].link(replica.name).swallow("down")
    await cluster.load.flow(20)
    await old.kill()
    _, since = await cluster.redis.wait_for_another(old)
    cluster.redis.heal()
    yield since
