"""Redis, or what speaks like it."""
import asyncio
import os
import re
import subprocess
import tempfile
import time

from processes import Child, free_port, until
from resp import Asker
from verdict import Acknowledged

PROGRAM = os.environ.get("HUB_TEST_REDIS_SERVER", "redis-server")


class Redis(Child):
    """A Redis server that writes its append-only file as the compose file's does."""

    def __init__(self, folder, name="redis", options=(), environment=None, port=None):
        self.port = port or free_port()
        self.asker = Asker(self.port)
        self.data = tempfile.mkdtemp(prefix="redis-", dir=folder)
        super().__init__(name, folder, [
            PROGRAM, "--bind", "127.0.0.1", "--port", str(self.port), "--dir", self.data, "--save", "", "--appendonly",
            "yes", "--appendfsync", "everysec", "--maxmemory-policy", "noeviction",
            "--enable-debug-command", "local", *options], environment)

    @property
    def address(self):
        return ("127.0.0.1", self.port)

    @property
    def bus(self):
        """Where hubs find it."""
        return f"redis://127.0.0.1:{self.port}"

    async def bring_up(self):
        self.start()
        await self.wait_until_up()

    async def wait_until_replica(self, seconds=60.0):
        """Waits until it follows another one, which it may have been the primary of."""
        deadline = time.monotonic() + seconds
        while (role := await self.asker.ask("ROLE")) is None or role[0] != "slave" or role[3] != "connected":
            if time.monotonic() > deadline:
                raise TimeoutError(f"{self.name} does not follow the primary")
            await asyncio.sleep(0.1)

    async def judge(self, ledger):
        """Who says what everybody must have got."""
        return Acknowledged(ledger)

    def call(self, *arguments):
        """Asks redis-cli; gives what it prints, which is nothing if no answer comes."""
        try:
            answer = subprocess.run(
                ["redis-cli", "-p", str(self.port), *arguments], capture_output=True, text=True, timeout=10, check=False)
        except subprocess.TimeoutExpired:
            return ""
        return answer.stdout.strip()

    @property
    def subscribers(self):
        """The addresses of the connections that are subscribed."""
        return set(re.findall(r" addr=(\S+)", self.call("CLIENT", "LIST", "TYPE", "pubsub")))

    @property
    def time(self):
        """Its clock, in seconds; None if it does not tell."""
        seconds = self.call("TIME").partition("\n")[0]
        return int(seconds) if seconds.isdigit() else None

    async def wait_until_up(self):
        await until(lambda: self.call("PING") == "PONG", "Redis answers")

    def forget(self):
        """Removes its data."""
        for folder, _, files in os.walk(self.data):
            for file in files:
                os.unlink(os.path.join(folder, file))
