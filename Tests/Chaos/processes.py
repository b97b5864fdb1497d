"""Processes that a run starts, and never leaves behind."""
import asyncio
import ctypes
import os
import random
import shutil
import signal
import socket
import subprocess
import time

from access import Address


def free_port(has_bus=False):
    """A port of the loopback address that nobody listens on now, and that no outgoing connection is given.

    A server that is started anew finds its port again; of the system's own choice, some client's connection could have it by
    then, or that of whoever tries to reach the server itself. A node of a cluster also takes the port 10,000 above, its bus.
    """
    while True:
        port = random.randrange(15_000, 22_000 if has_bus else 30_000)
        if is_free(port) and (not has_bus or is_free(port + 10_000)):
            return port


def is_free(port):
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


async def until(condition, what, seconds=30.0, pause=0.02):
    """Waits for a condition; fails by naming it when the time is up."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {seconds:.0f} s: {what}")
        await asyncio.sleep(pause)


LIBC = ctypes.CDLL(None)
PR_SET_PDEATHSIG = 1


def die_with_parent():
    """Lets the kernel end the process when the run ends without having done so (prctl(2))."""
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Child:
    """A process with its output in a file."""

    def __init__(self, name, folder, arguments, environment=None):
        self.name = name
        self.log_path = os.path.join(folder, f"{name}.log")
        self.arguments = arguments
        self.environment = {**os.environ, **(environment or {})}
        self.process = None

    def start(self):
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                self.arguments, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self.environment,
                preexec_fn=die_with_parent)

    @property
    def is_running(self):
        return self.process is not None and self.process.poll() is None

    @property
    def log(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as log:
            return log.read()

    def signal(self, number):
        if self.is_running:
            self.process.send_signal(number)

    async def wait(self, seconds=30.0):
        """Waits for its end."""
        await until(lambda: not self.is_running, f"{self.name} ends", seconds)
        return self.process.returncode

    async def kill(self):
        self.signal(signal.SIGKILL)
        if self.process is not None:
            await self.wait()


class Hub(Child):
    """One member. Its ports stay the same when it is started anew."""

    ready_target = "/health/ready"

    def __init__(self, name, folder, binary, bus, options, access):
        self.port = self.operating_port = free_port()
        self.access = access
        flags = dict(access.flags)
        if access.is_encrypted:
            self.operating_port = free_port()
            flags["--operating-port"] = str(self.operating_port)
        flags |= {
            "--port": str(self.port), "--bus": bus, "--loops": "1", "--heartbeat": "1s", "--replay-count": "100000",
            "--drain": "2s", **options}
        super().__init__(name, folder, [binary, *(part for flag in flags.items() for part in flag)])

    @property
    def address(self):
        return Address("127.0.0.1", self.port, self.access.is_encrypted)

    @property
    def operating_address(self):
        """Where it is asked how it is, always in the open."""
        return Address("127.0.0.1", self.operating_port)

    @property
    def resident_bytes(self):
        with open(f"/proc/{self.process.pid}/statm", encoding="ascii") as statm:
            return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def connections(process):
    """The local addresses of a process's TCP connections."""
    sockets = open_sockets(process)
    return [local for local, _, inode in tcp_sockets() if inode in sockets]


def open_sockets(process):
    """The inodes of a process's sockets."""
    folder, inodes = f"/proc/{process.process.pid}/fd", set()
    for name in os.listdir(folder):
        try:
            kind, _, inode = os.readlink(f"{folder}/{name}").partition(":")
        except OSError:
            continue
        if kind == "socket":
            inodes.add(inode.strip("[]"))
    return inodes


def tcp_sockets():
    """The local address, that of the other end, and the inode of each TCP socket on this machine."""
    with open("/proc/net/tcp", encoding="ascii") as table:
        next(table)
        for line in table:
            row = line.split(None, 10)
            local, remote = (f"127.0.0.1:{int(address[9:], 16)}" for address in row[1:3])
            yield local, remote, row[9]


class Balancer(Child):
    """HAProxy with the configuration of deploy/haproxy, on addresses of the run's own."""

    ready_target = "/health/live"  # what a hub always has beside its streams

    def __init__(self, folder, hubs, access):
        self.port, operators = free_port(), free_port()
        self.access = access
        root = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
        with open(os.path.join(root, "deploy", "haproxy", "haproxy.cfg"), encoding="utf-8") as file:
            text = file.read()
        replaced = {"bind :8080": f"bind 127.0.0.1:{self.port}", "bind :8405": f"bind 127.0.0.1:{operators}"}
        replaced |= {f"hub{number}:8080": f"127.0.0.1:{hub.port} port {hub.operating_port}"
                     for number, hub in enumerate(hubs, start=1)}
        environment = {"HUB_TLS": ""}
        if access.is_encrypted:
            # The way to the hubs is encrypted too. How they are is asked at their operating addresses.
            replaced["default-server proto h2"] = "default-server ssl verify none alpn h2,http/1.1 no-check-ssl"
            environment["HUB_TLS"] = access.certificates
        for old, new in replaced.items():
            if old not in text:
                raise ValueError(f"haproxy.cfg has no '{old}'")
            text = text.replace(old, new)
        path = os.path.join(folder, "haproxy.cfg")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        super().__init__("haproxy", folder, [shutil.which("haproxy") or "/usr/sbin/haproxy", "-db", "-f", path],
                         environment)

    @property
    def address(self):
        return Address("127.0.0.1", self.port, self.access.is_encrypted)

    operating_address = address
