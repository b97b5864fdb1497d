"""Every client reads ids, names, many lines and UTF-8, loses its connection, and resumes without a hole or a repeat."""

import json
import pathlib
import queue
import re
import shutil
import subprocess
import sys
import threading

from cutter import Cutter
from hub import Hub

HERE = pathlib.Path(__file__).parent
NAMES = ["note", "ünï-cødé", "rétry"]

# What is there before the client comes; the last one asks for a short pause before a reconnection.
BEFORE = [
    ("plain", None, None),
    ("two\nlines", "note", None),
    ("blåbær · 日本語 · 🎉\u200d🎉", "ünï-cødé", None),
    ("first\n\nthird: after an empty line", None, None),
    ('{"json": [1, 2, {"a": "b"}]}', "note", None),
    ("colons: every: where", None, None),
    ("long " + "x" * 70_000, None, None),
    ("soon", "rétry", 200),
]
# What is published while the client is away, and after it has come back.
AWAY = [("missed 1", None, None), ("missed\n2", "note", None), ("missed 3 ✓", "ünï-cødé", None)]
AFTER = [("live 1", "note", None), ("live\n\n2", None, None)]


class Client:
    """A client program, whose lines are read by a thread."""

    def __init__(self, command):
        command = ["setpriv", "--pdeathsig", "KILL", "--", *command]
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, cwd=HERE / "clients"
        )
        self.lines = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.put(json.loads(line))

    def events(self, count):
        return [self.lines.get(timeout=20) for _ in range(count)]

    def stop(self):
        self.process.kill()
        return self.process.communicate()[1].decode(errors="replace")


def check(what, seen, expected):
    for number, (got, wanted) in enumerate(zip(seen, expected), 1):
        if got != wanted:
            raise AssertionError(f"{what}: event {number} is {str(got)[:200]}, not {str(wanted)[:200]}")


def run(hub, topic, command):
    def publish(events):
        return [hub.publish(topic, *event) for event in events]

    before = publish(BEFORE)
    cutter = Cutter(hub.port)
    total = len(BEFORE) + len(AWAY) + len(AFTER)
    url = f"http://127.0.0.1:{cutter.port}/sse?topic={topic}&last_event_id=earliest"
    client = Client([*command, url, str(total), *NAMES])
    try:
        check("replayed", client.events(len(BEFORE)), before)
        cutter.cut()
        away = publish(AWAY)
        check("resumed", client.events(len(AWAY)), away)
        after = publish(AFTER)
        check("live", client.events(len(AFTER)), after)
        if client.process.wait(timeout=10) != 0:
            raise AssertionError("the client failed")
        resumed = [head for head in cutter.heads[1:] if re.search(rf"last-event-id: {before[-1]['id']}", head, re.I)]
        if not resumed:
            raise AssertionError(f"it did not resume after {before[-1]['id']}: {cutter.heads[1:]}")
    except queue.Empty:
        raise AssertionError("no event came within 20 s") from None
    finally:
        complaint = client.stop().strip().splitlines()
        cutter.stop()
        if complaint and sys.exc_info()[0]:
            print("    " + "\n    ".join(complaint[-5:]))


def commands():
    """The programs that there are; None for one that the machine can't run."""
    for path in sorted((HERE / "clients").glob("*_client.py")):
        yield path.stem.removesuffix("_client").replace("_", "-"), [sys.executable, path.name]
    node = shutil.which("node")
    flag = "--experimental-eventsource"
    knows = node and subprocess.run([node, flag, "-e", "new EventSource('http://127.0.0.1:1').close()"],
                                    capture_output=True, check=False).returncode == 0
    yield "node-eventsource", [node, flag, "--no-warnings", "node_eventsource_client.mjs"] if knows else None


def main():
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    hub = Hub(sys.argv[1])
    try:
        for name, command in commands():
            outcome, why = "passed", ""
            if command is None:
                outcome, why = "skipped", ": this machine has no Node with EventSource"
            else:
                try:
                    run(hub, name, command)
                except Exception as error:  # one client's failure is not the next one's
                    outcome, why = "failed", f": {error}"
            counts[outcome] += 1
            print(f"{outcome} {name}{why}", flush=True)
    finally:
        hub.stop()
    skipped = f", {counts['skipped']} skipped" if counts["skipped"] else ""
    print(f"{counts['passed']} passed, {counts['failed']} failed{skipped}")
    return 1 if counts["failed"] else 0


sys.exit(main())
