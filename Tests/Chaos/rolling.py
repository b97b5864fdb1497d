"""A rolling restart through the balancer, as `docker compose up --no-deps` does it: one hub after the other."""
import asyncio
import signal
import time

from http1 import metric

DRAIN = 10.0  # seconds, as the fault tells the hubs


async def run(cluster):
    """Replaces every hub under load, and holds to a bound how many streams it asks to come back within one second."""
    for hub in cluster.hubs:
        begun = time.monotonic()
        moved = await metric(hub, "hub_subscribers")
        survivors = [other for other in cluster.hubs if other is not hub]
        meters = [asyncio.create_task(fastest(other)) for other in survivors]
        hub.signal(signal.SIGTERM)
        if await hub.wait(DRAIN + 60) != 0:
            raise RuntimeError(f"{hub.name} did not end well: {hub.log[-500:]}")
        hub.start()
        await cluster.wait_until_ready(hub)
        # Who was sent away is not back before the time that the hub told, and must not be counted for the next one.
        await cluster.load.wait_until_open()
        for meter in meters:
            meter.cancel()
        rates = await asyncio.gather(*meters)
        returns = sorted(when for one in cluster.load.subscribers for when in one.returns if when > begun)
        # They are closed evenly over the drain; all of them might choose the same survivor, and random retries clump.
        most, bound = crowd(returns), 2 * moved / DRAIN + 10
        print(f"    {hub.name} replaced: {moved:.0f} streams moved; at most {most} were told to come back within a second, "
              f"the bound is {bound:.0f}; a survivor got at most {max(rates):.0f} connections in a second")
        if most > bound:
            raise RuntimeError(f"{most} streams that come back within a second are more than {bound:.0f}")
    yield time.monotonic()


def crowd(times):
    """The most of them that are within one second. It is what was told, and so does not depend on how busy the machine is."""
    return max((sum(begin <= when < begin + 1 for when in times) for begin in times), default=0)


async def fastest(hub):
    """The most connections in a second that the hub is known to have accepted, until it is cancelled."""
    samples, most = [], 0
    try:
        while True:
            before = time.monotonic()
            try:
                count = await metric(hub, "hub_connections_accepted_total")
            except (OSError, TimeoutError):
                continue
            # Each look is a connection of its own.
            samples = [(when, seen + 1) for when, seen in samples if when > time.monotonic() - 1.05]
            samples.append((before, count))
            most = max(most, count - samples[0][1])
            await asyncio.sleep(0.2)
    except asyncio.CancelledError:
        return most
