"""Faults of the profile `sentinel`: the primary's container goes, and another server takes over."""
import asyncio
import json
import os
import signal
import time

from survivors import Survivors

SERVERS = {"11": "redis", "12": "redis2", "13": "redis3"}  # by the last number of their addresses


async def named(cluster):
    """The service that a sentinel names as the primary; None if it does not answer."""
    for sentinel in ("sentinel1", "sentinel2", "sentinel3"):
        try:
            answer = await cluster.run(
                "exec", "-T", sentinel, "redis-cli", "-p", "26379", "sentinel", "get-master-addr-by-name", "comethub")
            return SERVERS[answer.split()[0].rpartition(".")[2]]
        except (RuntimeError, IndexError):
            continue
    return None


async def another(cluster, old, seconds=60):
    """Waits until the sentinels name another primary."""
    deadline = time.monotonic() + seconds
    while (name := await named(cluster)) not in set(SERVERS.values()) - {old}:
        if time.monotonic() > deadline:
            raise TimeoutError("no sentinel names another primary")
        await asyncio.sleep(0.1)
    return name


async def judge(cluster, ledger):
    """Who holds everybody against the logs of the primary, from where this fault's load began."""
    primary, logs = await named(cluster), {}
    for topic in set(ledger.topic.values()):
        text = await cluster.run(
            "exec", "-T", primary, "redis-cli", "--json", "xrange", f"hub:{{0}}:log:{topic}", str(cluster.since), "+")
        entries = [dict(zip(fields[::2], fields[1::2])) for _, fields in json.loads(text)]
        logs[topic] = [int(fields["d"].partition(" ")[0]) for fields in entries if fields["d"][0].isdigit()]
    return Survivors(ledger, logs)


async def primary_killed(cluster):
    """The primary's process is killed; by the time that its container is started anew, another has taken over."""
    old = await named(cluster)
    await cluster.run("stop", "--timeout", "0", old)
    await another(cluster, old)
    yield time.monotonic()
    await cluster.run("start", old)
    await cluster.wait_until_healthy(*SERVERS.values(), "hub1", "hub2", "hub3")


async def primary_restarted(cluster):
    """It is killed, and the restart policy has it back before anybody takes it for gone: it goes on as what it was."""
    name = await named(cluster)
    before = await cluster.state(name)
    os.kill(before["Pid"], signal.SIGKILL)
    await cluster.wait_for(name, "started anew", lambda state: state["StartedAt"] != before["StartedAt"])
    await cluster.wait_until_healthy(name)
    yield time.monotonic()


async def all_restarted(cluster):
    """All servers are started anew, as with their machine. Each is what it was last."""
    await cluster.run("restart", *SERVERS.values())
    await cluster.wait_until_healthy(*SERVERS.values())
    yield time.monotonic()


FAULTS = [primary_killed, primary_restarted, all_restarted]
