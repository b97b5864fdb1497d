"""The balancers of deploy/, real ones, before a real hub: what they must let pass, and what they must not pass on."""

import collections
import contextlib
import http.server
import json
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

from hub import Hub

DEPLOY = pathlib.Path(__file__).resolve().parents[2] / "deploy"
# As many topics as a stream may have by default, each as long as a topic may be, and what a browser sends beside them.
TOPICS = [f"{number:03}" + "t" * 509 for number in range(100)]
FIELDS = {"Cookie": "c" * 4096, "User-Agent": "u" * 512, "Referer": "https://example.org/" + "r" * 1024}


def free_port():
    with contextlib.closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


class Proxy:
    """A balancer with its own configuration, on addresses of the run's own, with one hub in the place of three."""

    def __init__(self, name, folder, backend):
        self.name, self.port = name, free_port()
        command = getattr(self, name)(pathlib.Path(folder), backend)
        self.log = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", "--", *command], stdin=subprocess.DEVNULL, stdout=self.log,
            stderr=self.log)

    def haproxy(self, folder, backend):
        text = (DEPLOY / "haproxy" / "haproxy.cfg").read_text(encoding="utf-8")
        text = text.replace("bind :8080", f"bind 127.0.0.1:{self.port}")
        text = text.replace("bind :8405", f"bind 127.0.0.1:{free_port()}")
        path = folder / "haproxy.cfg"
        path.write_text(re.sub(r"\bhub[123]:8080", f"127.0.0.1:{backend}", text), encoding="utf-8")
        return [shutil.which("haproxy", path="/usr/sbin:/usr/bin:/usr/local/bin"), "-db", "-f", path]

    def nginx(self, folder, backend):
        text = (DEPLOY / "nginx" / "comethub.conf").read_text(encoding="utf-8")
        text = text.replace("listen 8080", f"listen 127.0.0.1:{self.port}")
        text = re.sub(r"\bhub[123]:8080", f"127.0.0.1:{backend}", text)
        (folder / "comethub.conf").write_text(text, encoding="utf-8")
        text = (DEPLOY / "nginx" / "nginx.conf").read_text(encoding="utf-8")
        folders = "".join(
            f" {kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        text = text.replace("http {", f"http {{{folders}").replace("worker_rlimit_nofile 262144;", "")
        text = text.replace("worker_connections 65536;", "worker_connections 256;")
        path = folder / "nginx.conf"
        path.write_text(text, encoding="utf-8")
        program = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/bin")
        return [program, "-e", "stderr", "-p", folder, "-g", f"daemon off; pid {folder}/nginx.pid;", "-c", path]

    def ask(self, target, body=None, **fields):
        """The answer to a request: status, header fields and body."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{target}", data=body, headers=fields)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, answer.headers, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read().decode()

    def wait(self):
        """Waits until it serves."""
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and self.process.poll() is None:
            with contextlib.suppress(OSError):
                if self.ask("/health/ready")[0] == 200:
                    return
            time.sleep(0.05)
        self.log.seek(0)
        raise RuntimeError(f"{self.name} does not serve: {self.log.read()[-500:]}")

    def stop(self):
        self.process.terminate()
        self.process.wait()


class Witness:
    """A server that answers everything, and keeps what it was asked."""

    def __init__(self):
        self.seen = seen = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                seen.append((self.path, self.headers))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def port(self):
        return self.server.server_address[1]

    def asked(self, path):
        return [headers for seen, headers in self.seen if seen == path]


def pass_many_topics(proxy):
    """A hundred topics of 512 bytes, in an URL and in a form."""
    query = urllib.parse.urlencode([("topic", topic) for topic in TOPICS])
    for target in ("/poll", "/long-poll?timeout=1"):
        status, _, body = proxy.ask(target + ("&" if "?" in target else "?") + query, **FIELDS)
        assert status == 200 and "cursor" in json.loads(body), f"{target} was answered {status} {body[:200]}"
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    status, _, body = proxy.ask("/poll", query.encode(), **FIELDS, **form)
    assert status == 200 and "cursor" in json.loads(body), f"a form was answered {status} {body[:200]}"


def refuse_what_is_too_long(proxy):
    """So that a client knows that a POST is due."""
    status, _, _ = proxy.ask("/poll?topic=" + "t" * 80_000)
    assert status in (400, 414), f"answered {status}"


def replace_what_a_client_says_of_itself(proxy, witness):
    """Neither field of a client reaches the hub."""
    forged = {"X-Forwarded-For": "203.0.113.1", "Forwarded": "for=203.0.113.1"}
    proxy.ask("/witness", **forged)
    (headers,) = witness.asked("/witness")
    assert headers.get_all("X-Forwarded-For") == ["127.0.0.1"], headers.get_all("X-Forwarded-For")
    assert headers.get_all("Forwarded") is None, headers.get_all("Forwarded")


def run(name, backend, checks):
    with tempfile.TemporaryDirectory() as folder:
        proxy = Proxy(name, folder, backend)
        try:
            proxy.wait()
            for check, *arguments in checks:
                outcome, why = "passed", ""
                try:
                    check(proxy, *arguments)
                except Exception as error:  # one check's failure is not the next one's
                    outcome, why = "failed", f": {type(error).__name__}: {error}"
                print(f"{outcome} {name} {check.__name__}{why}", flush=True)
                yield outcome
        finally:
            proxy.stop()


def main():
    counts = collections.Counter()
    hub, witness = Hub(sys.argv[1]), Witness()
    try:
        for name in ("haproxy", "nginx"):
            counts.update(run(name, hub.port, [(pass_many_topics,), (refuse_what_is_too_long,)]))
            counts.update(run(name, witness.port, [(replace_what_a_client_says_of_itself, witness)]))
            witness.seen.clear()
    finally:
        hub.stop()
    print(f"{counts['passed']} passed, {counts['failed']} failed")
    return 1 if counts["failed"] else 0


sys.exit(main())
