#!/usr/bin/env python3
"""Breaks the cluster of docker-compose.yml on a real engine, while events go through its balancer.

Usage: faults.py KEY COMPOSE…   where COMPOSE… is the command that speaks to the composed cluster

With COMPOSE_PROFILES=sentinel it breaks Redis alone, which then fails over. Prints a row for each fault, and closes with 'N passed, N failed'.
"""
import asyncio
import json
import os
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "Chaos"))

import sentinel_faults  # noqa: E402
from access import Address  # noqa: E402
from load import Load  # noqa: E402
from transports import TRANSPORTS  # noqa: E402
from verdict import Acknowledged  # noqa: E402

BALANCER = Address("127.0.0.1", 8080)
SUBSCRIBERS = 96


async def call(*command):
    """Runs a command while the load goes on; gives what it printed."""
    process = await asyncio.create_subprocess_exec(
        *command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    output, errors = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)}: {errors.decode().strip()}")
    return output.decode().strip()


class Composed:
    """The cluster, as Compose and the engine see it."""

    is_failing_over = os.environ.get("COMPOSE_PROFILES") == "sentinel"

    def __init__(self, key, compose):
        self.key = key
        self.since = 0  # ms since 1970, when the load of the fault began
        self.compose = compose

    async def judge(self, ledger):
        return await sentinel_faults.judge(self, ledger) if self.is_failing_over else Acknowledged(ledger)

    async def run(self, *arguments):
        return await call(*self.compose, "--progress", "quiet", *arguments)

    async def container(self, service):
        return await self.run("ps", "--all", "--quiet", service)

    async def state(self, service):
        return json.loads(await call("docker", "inspect", await self.container(service)))[0]["State"]

    async def wait_for(self, service, what, condition, seconds=60):
        deadline = time.monotonic() + seconds
        while not condition(await self.state(service)):
            if time.monotonic() > deadline:
                raise TimeoutError(f"not within {seconds} s: {service} is {what}")
            await asyncio.sleep(0.3)

    async def wait_until_healthy(self, *services):
        for service in services:
            await self.wait_for(service, "healthy", lambda state: state["Health"]["Status"] == "healthy")

    async def wait_until_unhealthy(self, service):
        await self.wait_for(service, "unhealthy", lambda state: state["Health"]["Status"] == "unhealthy")


async def hub_killed(cluster):
    """A hub's process is killed; the restart policy brings it back. (`docker kill` would not: it counts as a stop.)"""
    before = await cluster.state("hub2")
    os.kill(before["Pid"], signal.SIGKILL)
    yield time.monotonic()
    await cluster.wait_for("hub2", "started anew", lambda state: state["StartedAt"] != before["StartedAt"])
    await cluster.wait_until_healthy("hub2")


async def redis_stopped(cluster):
    """Redis is stopped, the hubs stay alive, and Redis comes back with its volume."""
    await cluster.run("stop", "redis")
    await cluster.wait_until_unhealthy("hub1")
    await cluster.run("start", "redis")
    await cluster.wait_until_healthy("redis")
    yield time.monotonic()
    await cluster.wait_until_healthy("hub1", "hub2", "hub3", "balancer")


async def hub_disconnected(cluster):
    """A hub loses its network to Redis for a while."""
    container = await cluster.container("hub3")
    await call("docker", "network", "disconnect", "comethub_bus", container)
    await cluster.wait_until_unhealthy("hub3")
    await call("docker", "network", "connect", "comethub_bus", container)
    yield time.monotonic()
    await cluster.wait_until_healthy("hub3")


async def hubs_replaced(cluster):
    """Each hub is made anew under load, as an upgrade does it."""
    for service in ("hub1", "hub2", "hub3"):
        await cluster.run("up", "--detach", "--wait", "--no-build", "--no-deps", "--force-recreate", service)
    yield time.monotonic()


async def run(cluster, fault):
    load = Load()
    cluster.since = int(time.time() * 1000)
    try:
        await load.open_streams([[BALANCER]] * SUBSCRIBERS, list(TRANSPORTS.values()))
        await load.publish([[BALANCER]] * 3, [f"Authorization: Bearer {cluster.key}"])
        seconds = 0.0
        async for since in fault(cluster):
            seconds = max(seconds, await load.wait_until_recovered(since))
        verdict = await load.settle(cluster)
    finally:
        load.stop()
    print(f"{fault.__name__.replace('_', ' '):<18} published {verdict.published}, unknown {verdict.unknown}, "
          f"delivered {verdict.delivered}, lost {verdict.lost}, doubled {verdict.doubled}, "
          f"out of order {verdict.disordered}, resets {verdict.resets}, reconnects {verdict.reconnects}, "
          f"recovered in {seconds:.2f} s", flush=True)
    return verdict.is_clean and verdict.delivered > 0 and (cluster.is_failing_over or not verdict.resets)


async def main():
    cluster = Composed(sys.argv[1], sys.argv[2:])
    faults = sentinel_faults.FAULTS if cluster.is_failing_over else [hub_killed, redis_stopped, hub_disconnected, hubs_replaced]
    passed = 0
    for fault in faults:
        try:
            passed += await run(cluster, fault)
        except (OSError, EOFError, TimeoutError, RuntimeError) as error:
            print(f"{fault.__name__}: {type(error).__name__}: {error}", flush=True)
    print(f"{passed} passed, {len(faults) - passed} failed")
    return passed == len(faults)


if __name__ == "__main__":
    sys.exit(0 if asyncio.run(main()) else 1)
