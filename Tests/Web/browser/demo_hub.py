"""Hubs with the demo page, and a Redis for those that are replaced."""

import json
import os
import re
import socket
import subprocess
import tempfile
import time
import urllib.request


def eventually(what, condition, seconds=20):
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(what() if callable(what) else what)
        time.sleep(0.02)
    return value


class Process:
    """A process that does not outlive this script, whatever becomes of it."""

    def __init__(self, command, line, seconds=20):
        self.log = tempfile.TemporaryFile("w+")
        command = ["setpriv", "--pdeathsig", "KILL", "--", *command]
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        self.found = eventually(lambda: f"no line like {line}: {self.text()}", lambda: re.search(line, self.text()), seconds)

    def text(self):
        self.log.seek(0)
        return self.log.read()

    def kill(self):
        self.process.kill()
        self.process.wait()


class DemoHub(Process):
    def __init__(self, binary, *options):
        super().__init__([binary, "--port", "0", "--demo", *options], r"address=127\.0\.0\.1:(\d+)")
        self.port = int(self.found[1])
        self.url = f"http://127.0.0.1:{self.port}/"
        self.token = None

    def publish(self, topic, data, **more):
        return self._ask("publish", {"topic": topic, "data": data, **more})["events"][0]["id"]

    def revoke(self, subject):
        self._ask("revoke", {"sub": subject})

    def number(self, metric):
        """What it says of itself at its operating port."""
        port = re.search(r"operating=127\.0\.0\.1:(\d+)", self.text())[1]
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
            return int(re.search(rf"^{metric} (\d+)$", answer.read().decode(), re.MULTILINE)[1])

    def _ask(self, path, body):
        headers = {"Content-Type": "application/json"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        request = urllib.request.Request(self.url + path, json.dumps(body).encode(), headers)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)


class Redis(Process):
    def __init__(self):
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = probe.getsockname()[1]
        program = os.environ.get("HUB_TEST_REDIS_SERVER", "redis-server")
        command = [program, "--bind", "127.0.0.1", "--port", str(self.port), "--save", "", "--appendonly", "no"]
        super().__init__([*command, "--maxmemory-policy", "noeviction"], "Ready to accept connections")
        self.url = f"redis://127.0.0.1:{self.port}"
