"""What a fault is: a way to break a cluster under load, and what of it clients may notice."""
import dataclasses
import typing

from cluster import Cluster
from servers import Redis


@dataclasses.dataclass
class Fault:
    """It breaks what it is given, and yields the moment from which that should be well again."""

    name: str
    run: typing.Callable
    stage: typing.Callable = Cluster  # what is broken, and under which load
    redis: typing.Callable = lambda stage: Redis(stage.folder, environment=stage.fault.environment(stage.folder))
    has_links: bool = False  # the hubs reach Redis through links that can be cut
    has_doors: bool = False  # the servers, and who watches them, reach each other through doors that can be shut
    is_balanced: bool = False  # all clients come through the balancer
    is_direct: bool = False  # none does; else a quarter
    says_reset: bool = False  # everybody must be told; otherwise nobody
    may_reset: bool = False  # who is told of what depends on how it came
    refuses_nothing: bool = False  # every publish must be answered 200
    is_short: bool = False  # part of the shorter form
    hub_options: dict = dataclasses.field(default_factory=dict)
    environment: typing.Callable = lambda folder: None  # of the Redis server
    within: float = 60.0  # seconds in which everybody must publish and receive again
    title: str = ""


FAULTS = []


def fault(title, **options):
    """Registers a fault under its function's name."""
    def register(run):
        FAULTS.append(Fault(run.__name__.replace("_", "-"), run, title=title, **options))
        return run
    return register
