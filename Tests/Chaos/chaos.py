#!/usr/bin/env python3
"""Breaks every part of a cluster while events flow, and counts per client what was lost, doubled and out of order.

Usage: chaos.py HUB_BINARY [--short] [--only NAME…] [--subscribers N] [--transports sse…] [--keep]

Prints a row for each fault: published (answered 200), unknown (504, or the connection broke), delivered, lost, doubled,
out of order, resets told, reconnects, and the seconds from the end of the fault (a kill: from it) until everybody
publishes and receives again. Needs redis-server, haproxy and cc. Closes with 'N passed, N failed'.
"""
import argparse
import asyncio
import resource
import sys

from cluster import Cluster
from faults import FAULTS
from transports import TRANSPORTS
from verdict import Verdict

COLUMNS = ["published", "unknown", "refused", "delivered", "lost", "explained", "doubled", "disordered", "resets",
           "reconnects"]


async def run(options, fault):
    """Runs one fault. Gives the verdict, and what was wrong."""
    cluster = Cluster(options, fault)
    verdict, problem, seconds = Verdict(), None, 0.0
    try:
        await cluster.start()
        await cluster.begin()
        async for since in fault.run(cluster):
            seconds = max(seconds, await cluster.load.wait_until_recovered(since))
            await cluster.load.flow(40)
        verdict = await cluster.load.settle()
        verdict.seconds = seconds
    except (OSError, EOFError, TimeoutError, RuntimeError) as error:
        problem = f"{type(error).__name__}: {error}"
    finally:
        await cluster.stop()
    problem = problem or complaint(fault, verdict)
    if options.keep or problem:
        print(f"    logs: {cluster.folder}")
    else:
        cluster.remove()
    return verdict, problem


def complaint(fault, verdict):
    """What is wrong with a verdict; None if nothing is."""
    if not verdict.is_clean:
        return "events were lost, doubled, out of order, or delivered though they were refused"
    if fault.says_reset and verdict.untold:
        return f"{verdict.untold} subscribers were told no reset"
    if not fault.says_reset and verdict.resets:
        return f"{verdict.resets} resets were told without a reason"
    if not verdict.delivered:
        return "nothing was delivered"
    return None


def row(title, verdict):
    cells = [f"{getattr(verdict, name):>{max(9, len(name))}}" for name in COLUMNS]
    return f"{title:<55}" + " ".join(cells) + f" {verdict.seconds:>8.2f} s"


async def run_all(options, faults):
    failed = 0
    print(f"{options.subscribers} subscribers, {', '.join(options.transports)}; "
          f"a quarter and the balancer's faults whole through HAProxy")
    print(f"{'':<55}" + " ".join(f"{name:>9}" for name in COLUMNS) + "  recovered")
    for fault in faults:
        verdict, problem = await run(options, fault)
        print(row(fault.title, verdict), flush=True)
        if problem:
            failed += 1
            print(f"    FAILED {fault.name}: {problem}", flush=True)
    print(f"{len(faults) - failed} passed, {failed} failed")
    return failed == 0


def main():
    names = [fault.name for fault in FAULTS]
    parser = argparse.ArgumentParser(description="Breaks a cluster under load, and counts.")
    parser.add_argument("hub", help="the hub's binary")
    parser.add_argument("--short", action="store_true", help="the most telling faults, with fewer subscribers")
    parser.add_argument("--only", nargs="+", choices=names, metavar="NAME", help=f"of: {', '.join(names)}")
    parser.add_argument("--subscribers", type=int)
    parser.add_argument("--transports", nargs="+", choices=list(TRANSPORTS), default=list(TRANSPORTS))
    parser.add_argument("--keep", action="store_true", help="keep the folders with the logs")
    options = parser.parse_args()
    options.subscribers = options.subscribers or (120 if options.short else 512)
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    faults = [fault for fault in FAULTS
              if (fault.name in options.only if options.only else fault.is_short or not options.short)]
    sys.exit(0 if asyncio.run(run_all(options, faults)) else 1)


if __name__ == "__main__":
    main()
