"""The faults. Each breaks a cluster under load, and yields the moment from which it should be well again."""
import asyncio
import os
import signal
import subprocess
import time

import rolling
import stalled
from fault import fault
from http1 import Connection, metric
from processes import connections, until
from trimmed import TrimmedHub


@fault("hub: kill -9", is_short=True)
async def hub_killed(cluster):
    await cluster.hubs[1].kill()
    yield time.monotonic()


@fault("hub: SIGSTOP, 8 heartbeats long")
async def hub_suspended(cluster):
    cluster.hubs[1].signal(signal.SIGSTOP)
    began = time.monotonic()
    yield began
    await asyncio.sleep(max(0.0, began + 8 - time.monotonic()))
    cluster.hubs[1].signal(signal.SIGCONT)
    yield time.monotonic()


@fault("Redis: kill -9, restarted with its data", is_short=True)
async def redis_killed(cluster):
    # With everysec, a disk that is slow lets Redis answer before the event has left the process.
    cluster.redis.call("CONFIG", "SET", "appendfsync", "always")
    await cluster.load.flow(8)
    await cluster.redis.kill()
    cluster.redis.start()
    await cluster.redis.wait_until_up()
    yield time.monotonic()


@fault("Redis: restarted empty", says_reset=True, is_short=True)
async def redis_emptied(cluster):
    await cluster.redis.kill()
    cluster.redis.forget()
    cluster.redis.start()
    await cluster.redis.wait_until_up()
    yield time.monotonic()


@fault("Redis: SIGSTOP for 5 s")
async def redis_suspended(cluster):
    cluster.redis.signal(signal.SIGSTOP)
    await asyncio.sleep(5)
    cluster.redis.signal(signal.SIGCONT)
    yield time.monotonic()


@fault("Redis: CLIENT KILL TYPE pubsub, 5 times", is_short=True)
async def subscriptions_killed(cluster):
    hubs = len(cluster.hubs)
    rounds = 0
    deadline = time.monotonic() + 120
    while rounds < 5:
        await until(lambda: len(cluster.redis.subscribers) == hubs, "every hub has its subscription")
        # One that its hub has just given up by itself is not there to be killed: then the round does not count.
        rounds += cluster.redis.call("CLIENT", "KILL", "TYPE", "pubsub") == str(hubs)
        if time.monotonic() > deadline:
            raise TimeoutError(f"only {rounds} times, all subscriptions were there to be killed")
    await until(lambda: len(cluster.redis.subscribers) == hubs, "every hub has its subscription again")
    yield time.monotonic()


def client_address(cluster, hub):
    """The address of a hub's subscription, as Redis knows it."""
    peers = cluster.redis.subscribers & set(connections(hub))
    if len(peers) != 1:
        raise RuntimeError(f"Redis knows {len(peers)} subscriptions of {hub.name}")
    return peers.pop()


@fault("Redis: a hub's output buffer overflows")
async def output_buffer_exceeded(cluster):
    hub = cluster.hubs[0]
    losses = await metric(hub, "hub_subscription_losses_total")
    cluster.redis.call("CONFIG", "SET", "client-output-buffer-limit", "pubsub 200kb 0 0")
    # The hub must listen to the topic of the burst.
    reader, writer = await asyncio.open_connection(**hub.address.arguments())
    fields = ["Host: chaos", *cluster.access.fields(subscribe=["burst"])]
    writer.write("\r\n".join(["GET /sse?topic=burst&last_event_id=earliest HTTP/1.1", *fields, "", ""]).encode())
    connection = Connection(cluster.hubs[2].address, cluster.access.fields(publish=["burst"]))
    await connection.request("POST", "/publish?topic=burst", b"listening")
    await asyncio.wait_for(reader.readuntil(b"listening"), 30)
    address = client_address(cluster, hub)
    hub.signal(signal.SIGSTOP)
    # However much the kernel takes for a process that does not read, at some time Redis's own buffer is full.
    deadline = time.monotonic() + 60
    while address in cluster.redis.subscribers:
        await connection.request("POST", "/publish?topic=burst", b"x" * 500_000)
        if time.monotonic() > deadline:
            raise TimeoutError("the burst did not make Redis drop the hub")
    hub.signal(signal.SIGCONT)
    since = time.monotonic()
    yield since
    connection.close()
    writer.close()
    while await metric(hub, "hub_subscription_losses_total") == losses:
        if time.monotonic() > deadline + 30:
            raise TimeoutError("the hub did not notice that Redis dropped it")
        await asyncio.sleep(0.1)


@fault("Redis: at maxmemory, which refuses to publish")
async def redis_full(cluster):
    cluster.redis.call("CONFIG", "SET", "maxmemory", "1mb")
    before = len(cluster.load.ledger.refused)
    await until(lambda: len(cluster.load.ledger.refused) > before + 20, "publishes are refused")
    cluster.redis.call("CONFIG", "SET", "maxmemory", "0")
    yield time.monotonic()


@fault("network: every hub is reset by Redis's side for 3 s", has_links=True)
async def network_torn(cluster):
    for link in cluster.links:
        link.tear()
    await asyncio.sleep(3)
    for link in cluster.links:
        link.heal()
    yield time.monotonic()


async def swallowed(cluster, *directions):
    """One hub's network swallows what is sent for 8 s."""
    cluster.links[0].swallow(*directions)
    await asyncio.sleep(8)
    cluster.links[0].heal()


@fault("network: cut between a hub and Redis for 8 s", has_links=True)
async def network_cut(cluster):
    await swallowed(cluster, "up", "down")
    yield time.monotonic()


@fault("network: half-open, nothing reaches the hub for 8 s", has_links=True, is_short=True)
async def network_half_open_down(cluster):
    await swallowed(cluster, "down")
    yield time.monotonic()


@fault("network: half-open, nothing reaches Redis for 8 s", has_links=True)
async def network_half_open_up(cluster):
    await swallowed(cluster, "up")
    yield time.monotonic()


@fault("clients: 1,000 stalled readers", hub_options={"--replay-count": "1000"})
async def readers_stalled(cluster):
    async for since in stalled.run(cluster, 1000):
        yield since


@fault("balancer: kill -9 and restarted", is_balanced=True)
async def balancer_restarted(cluster):
    await cluster.balancer.kill()
    cluster.balancer.start()
    yield time.monotonic()


@fault("polls of several topics: trimmed between them", stage=TrimmedHub, may_reset=True, is_short=True)
async def polls_trimmed(hub):
    await asyncio.sleep(hub.options.seconds)
    await hub.wait_until_told()
    yield time.monotonic()


def with_a_clock(folder):
    """Redis takes its time from a clock that can be set."""
    here = os.path.dirname(os.path.abspath(__file__))
    library, file = os.path.join(folder, "clock.so"), os.path.join(folder, "clock")
    subprocess.run(
        ["cc", "-shared", "-fPIC", "-O1", "-Wall", "-o", library, os.path.join(here, "clock.c")], check=True)
    set_clock(folder, 0)
    return {"LD_PRELOAD": library, "CLOCK_FILE": file}


def set_clock(folder, seconds):
    with open(os.path.join(folder, "clock"), "w", encoding="ascii") as clock:
        clock.write(str(seconds))


@fault("Redis's clock: an hour back", environment=with_a_clock)
async def clock_stepped_back(cluster):
    before = time.time()
    set_clock(cluster.folder, -3600)
    await until(lambda: (cluster.redis.time or before) < before - 3000, "Redis tells the earlier time")
    yield time.monotonic()


@fault("rolling restart: three hubs, one by one", is_balanced=True, hub_options={"--drain": "10s"})
async def rolling_restart(cluster):
    async for since in rolling.run(cluster):
        yield since
