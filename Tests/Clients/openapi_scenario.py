"""Whether the hub answers as /openapi.yaml says, asked by schemathesis."""

import collections
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import urllib.request

import yaml

from hub import Hub

# Streams do not end.
STREAMS = ["/sse", "/iframe", "/long-poll", "/ws"]
# A schema can't say everything: lengths count characters, not bytes; topics are in the query or in the body; and the hub takes
# what is empty or null for absent.
EXCLUDED = "positive_data_acceptance,negative_data_rejection"


def documents(hub):
    """What any request may be answered is said of every operation, and what a topic may be is said in full."""
    with urllib.request.urlopen(f"http://127.0.0.1:{hub.port}/openapi.yaml", timeout=10) as answer:
        description = yaml.safe_load(answer)
    for path, operations in description["paths"].items():
        for method, operation in operations.items():
            missing = {"400", "414"} - operation["responses"].keys()
            assert not missing, f"{method} {path} does not tell of {missing}"
            # What takes keys and tokens may refuse them.
            takes = operation.get("security", description["security"]) != []
            refusals = {"401", "403"} & operation["responses"].keys()
            assert len(refusals) == (2 if takes else 0), f"{method} {path} tells of {refusals}"
    topic = re.compile(description["components"]["schemas"]["Topic"]["pattern"])
    for name in ("news", "a b", "é", "users/42", "\u00a0"):
        assert topic.search(name), f"{name!r} should be a topic"
    for name in ("", "$sys", "a\nb", "\u0000", "a\u007f", "a\u0085b"):
        assert not topic.search(name), f"{name!r} should be no topic"


def answers_as_described(hub):
    """schemathesis, which makes up requests of the description's schemas, finds nothing that is not in it."""
    here = pathlib.Path(__file__).parent.resolve()
    program = pathlib.Path(sys.executable).with_name("schemathesis")
    paths = [argument for path in STREAMS for argument in ("--exclude-path", path)]
    with tempfile.TemporaryDirectory() as folder:
        run = subprocess.run(
            [program, "run", f"http://127.0.0.1:{hub.port}/openapi.yaml", *paths, "--max-examples", "40",
             "--generation-deterministic", "--exclude-checks", EXCLUDED, "--no-color"],
            cwd=folder, env={**os.environ, "SCHEMATHESIS_HOOKS": "openapi_hooks", "PYTHONPATH": str(here)},
            capture_output=True, text=True, timeout=400, check=False)
    assert run.returncode == 0, run.stdout[-8000:] + run.stderr[-1000:]
    assert hub.process.poll() is None, "the hub has ended"


def main():
    counts = collections.Counter()
    hub = Hub(sys.argv[1])
    try:
        for check in (documents, answers_as_described):
            outcome, why = "passed", ""
            try:
                check(hub)
            except Exception as error:  # one check's failure is not the next one's
                outcome, why = "failed", f": {type(error).__name__}: {error}"
            counts[outcome] += 1
            print(f"{outcome} openapi {check.__name__}{why}", flush=True)
    finally:
        hub.stop()
    print(f"{counts['passed']} passed, {counts['failed']} failed")
    return 1 if counts["failed"] else 0


sys.exit(main())
