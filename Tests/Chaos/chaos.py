#!/usr/bin/env python3
"""Breaks every part of a cluster while events flow, and counts per client what was lost, doubled and out of order.

Usage: chaos.py HUB_BINARY [--encrypted] [--short] [--only NAME…] [--subscribers N] [--transports sse…] [--seconds N] [--keep]

Prints a row for each fault: published (answered 200), unknown (504, or the connection broke), delivered, lost, doubled,
out of order, resets told, reconnects, and the seconds from the end of the fault (a kill: from it) until everybody
publishes and receives again. Polls whose logs are trimmed meanwhile have a hub of their own, and nothing but events that are
passed over without a reset counts as lost there. Where servers fail over, what the last primary has is the history that everybody is
held against: a reset explains what is not in it, and nothing else. Needs redis-server, haproxy,
openssl and cc. Closes with 'N passed, N failed'.

With --encrypted everybody reaches the hubs and HAProxy through TLS and shows tokens, and those of subscribers soon end: what
is lost or doubled when they come back with another one counts too, and `expired` are the reconnects that are due to that.
Whoever shows no token, or does not encrypt, must be turned away. Without a choice of faults, those of --short are also run so.
"""
import argparse
import asyncio
import copy
import resource
import sys

import faults  # each of them adds what it knows
import failovers
import shard_faults
from fault import FAULTS
from transports import TRANSPORTS
from verdict import Verdict

COLUMNS = ["published", "unknown", "refused", "delivered", "lost", "explained", "doubled", "disordered", "resets",
           "reconnects", "expired"]


async def run(options, fault):
    """Runs one fault. Gives the verdict, and what was wrong."""
    stage = fault.stage(options, fault)
    verdict, problem = Verdict(), None
    try:
        verdict = await stage.run()
    except (OSError, EOFError, TimeoutError, RuntimeError) as error:
        problem = f"{type(error).__name__}: {error}"
    finally:
        await stage.stop()
    problem = problem or complaint(options, fault, verdict)
    if options.keep or problem:
        print(f"    logs: {stage.folder}")
    else:
        stage.remove()
    return verdict, problem


def complaint(options, fault, verdict):
    """What is wrong with a verdict; None if nothing is."""
    if verdict.silent or verdict.needless:
        return f"{verdict.silent} events of a cut-off history without a reset, {verdict.needless} resets without a loss"
    if not verdict.is_clean:
        return "events were lost, doubled, out of order, or delivered though they were refused"
    if fault.says_reset and verdict.untold:
        return f"{verdict.untold} subscribers were told no reset"
    if not fault.says_reset and not fault.may_reset and verdict.resets:
        return f"{verdict.resets} resets were told without a reason"
    if fault.refuses_nothing and (verdict.refused or verdict.unknown):
        return f"{verdict.refused} publishes were refused, and of {verdict.unknown} nobody knows"
    if not verdict.delivered:
        return "nothing was delivered"
    if options.encrypted and not verdict.expired:
        return "no token ended"
    return None


def row(title, verdict):
    cells = [f"{getattr(verdict, name):>{max(9, len(name))}}" for name in COLUMNS]
    return f"{title:<55}" + " ".join(cells) + f" {verdict.seconds:>8.2f} s"


async def run_all(options, faults):
    """Runs faults, prints a row for each, and gives how many failed."""
    failed = 0
    print(f"{'TLS, tokens that end; ' if options.encrypted else ''}{options.subscribers} subscribers, "
          f"{', '.join(options.transports)}; a quarter and the balancer's faults whole through HAProxy")
    print(f"{'':<55}" + " ".join(f"{name:>9}" for name in COLUMNS) + "  recovered")
    for fault in faults:
        verdict, problem = await run(options, fault)
        print(row(fault.title, verdict), flush=True)
        if problem:
            failed += 1
            print(f"    FAILED {fault.name}: {problem}", flush=True)
    return failed


async def run_passes(passes):
    failed = sum([await run_all(*each) for each in passes])
    print(f"{sum(len(faults) for _, faults in passes) - failed} passed, {failed} failed")
    return failed == 0


def sized(options, *, is_short, is_encrypted):
    """The options of a pass, with what is not given of its size."""
    of = copy.copy(options)
    of.encrypted = is_encrypted
    of.subscribers = options.subscribers or (120 if is_short else 512)
    of.seconds = options.seconds or (8 if is_short else 30)
    return of


def passes(options):
    """The options and faults of each pass."""
    short = [fault for fault in FAULTS if fault.is_short]
    if options.only:
        chosen = [fault for fault in FAULTS if fault.name in options.only]
    else:
        chosen = short if options.short else FAULTS
    yield sized(options, is_short=options.short, is_encrypted=options.encrypted), chosen
    if not (options.only or options.short or options.encrypted):
        yield sized(options, is_short=True, is_encrypted=True), short


def main():
    names = [fault.name for fault in FAULTS]
    parser = argparse.ArgumentParser(description="Breaks a cluster under load, and counts.")
    parser.add_argument("hub", help="the hub's binary")
    parser.add_argument("--encrypted", action="store_true", help="over TLS, with tokens that end")
    parser.add_argument("--short", action="store_true", help="the most telling faults, with fewer subscribers")
    parser.add_argument("--only", nargs="+", choices=names, metavar="NAME", help=f"of: {', '.join(names)}")
    parser.add_argument("--subscribers", type=int)
    parser.add_argument("--transports", nargs="+", choices=list(TRANSPORTS), default=list(TRANSPORTS))
    parser.add_argument("--seconds", type=float, help="how long logs are trimmed under polls; 30, and 8 with --short")
    parser.add_argument("--keep", action="store_true", help="keep the folders with the logs")
    options = parser.parse_args()
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    sys.exit(0 if asyncio.run(run_passes(list(passes(options)))) else 1)


if __name__ == "__main__":
    main()
