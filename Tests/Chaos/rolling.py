"""A rolling restart through the balancer, as `docker compose up --no-deps` does it: one hub after the other."""
import asyncio
import signal
import time

from http1 import metric

DRAIN = 10.0  # seconds, as the fault tells the hubs


async def run(cluster):
    """Replaces every hub under load, and holds the connections that a survivor gets in a second to a bound."""
    for hub in cluster.hubs:
        moved = await metric(hub.address, "hub_connections")
        survivors = [other for other in cluster.hubs if other is not hub]
        meters = [asyncio.create_task(fastest(other)) for other in survivors]
        hub.signal(signal.SIGTERM)
        if await hub.wait(DRAIN + 15) != 0:
            raise RuntimeError(f"{hub.name} did not end well: {hub.log[-500:]}")
        hub.start()
        await cluster.wait_until_ready(hub)
        # The last who were sent away come back within the longest retry that the hub tells, 10 s.
        await asyncio.sleep(1)
        for meter in meters:
            meter.cancel()
        rates = [meter.result() if not meter.cancelled() else 0 for meter in await settled(meters)]
        # They are closed evenly over the drain; all of them might choose the same survivor, and random retries clump.
        bound = 2 * moved / DRAIN + 10
        print(f"    {hub.name} replaced: {moved:.0f} connections moved; a survivor got at most {max(rates):.0f} connections "
              f"in a second, the bound is {bound:.0f}")
        if max(rates) > bound:
            raise RuntimeError(f"{max(rates):.0f} connections a second are more than {bound:.0f}")
    yield time.monotonic()


async def settled(tasks):
    await asyncio.gather(*tasks, return_exceptions=True)
    return tasks


async def fastest(hub):
    """The most connections in a second that the hub has accepted, until it is cancelled."""
    samples, most = [], 0
    try:
        while True:
            now = time.monotonic()
            samples = [(when, count) for when, count in samples if when > now - 1.05]
            samples.append((now, await metric(hub.address, "hub_connections_accepted_total")))
            # Each look is a connection of its own.
            most = max(most, samples[-1][1] - samples[0][1] - (len(samples) - 1))
            await asyncio.sleep(0.2)
    except asyncio.CancelledError:
        return most
