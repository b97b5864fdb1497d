"""The balancers of deploy/, real ones, before a real hub: what they must let pass, and what they must not pass on."""

import collections
import contextlib
import http.client
import http.server
import json
import os
import pathlib
import re
import shutil
import socket
import ssl
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

    def __init__(self, name, folder, backend, is_hub, certificates=""):
        self.name, self.port = name, free_port()
        self.is_hub, self.certificates = is_hub, certificates
        self.encryption = ssl.create_default_context(cafile=f"{certificates}/localhost.crt") if certificates else None
        command = getattr(self, name)(pathlib.Path(folder), backend)
        self.log = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", "--", *command], stdin=subprocess.DEVNULL, stdout=self.log,
            stderr=self.log, env={**os.environ, "HUB_TLS": certificates})

    def haproxy(self, folder, backend):
        text = (DEPLOY / "haproxy" / "haproxy.cfg").read_text(encoding="utf-8")
        text = text.replace("bind :8080", f"bind 127.0.0.1:{self.port}")
        text = text.replace("bind :8405", f"bind 127.0.0.1:{free_port()}")
        if not self.is_hub:
            # It knows HTTP/1.1 alone, and what it is asked is the same.
            text = text.replace(" proto h2 ws h1", "")
        path = folder / "haproxy.cfg"
        path.write_text(re.sub(r"\bhub[123]:8080", f"127.0.0.1:{backend}", text), encoding="utf-8")
        return [shutil.which("haproxy", path="/usr/sbin:/usr/bin:/usr/local/bin"), "-db", "-f", path]

    def nginx(self, folder, backend):
        text = (DEPLOY / "nginx" / "comethub.conf").read_text(encoding="utf-8")
        if self.encryption:
            tls = (DEPLOY / "nginx" / "tls.conf").read_text(encoding="utf-8")
            tls = tls.replace("listen 8443", f"listen 127.0.0.1:{self.port}")
            tls = tls.replace("/etc/comethub/tls/tls", f"{self.certificates}/localhost")
            (folder / "tls.conf").write_text(tls, encoding="utf-8")
            text = re.sub(r"listen 8080 .*", "include tls.conf;", text)
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
        scheme = "https" if self.encryption else "http"
        request = urllib.request.Request(f"{scheme}://localhost:{self.port}{target}", data=body, headers=fields)
        try:
            with urllib.request.urlopen(request, timeout=10, context=self.encryption) as answer:
                return answer.status, answer.headers, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read().decode()

    def stream(self, topic, source="127.0.0.1"):
        """A stream that a client of this address has begun: the head of its answer is there."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20, source_address=(source, 0))
        connection.request("GET", f"/sse?topic={topic}")
        return connection, connection.getresponse()

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


def number(hub, metric):
    """What a hub says of itself."""
    with urllib.request.urlopen(f"http://127.0.0.1:{hub.port}/metrics", timeout=10) as answer:
        return int(re.search(rf"^{metric} (\d+)$", answer.read().decode(), re.MULTILINE)[1])


def eventually(what, condition):
    # Shorter than the hub's heartbeat, which also ends a stream of a client that is gone.
    deadline = time.monotonic() + 8
    while not condition():
        assert time.monotonic() < deadline, what()
        time.sleep(0.05)


def read_until(answer, end):
    """What comes on a stream up to a line."""
    lines = []
    while not lines or lines[-1] != end:
        line = answer.readline()
        assert line, f"the stream ended after {lines}"
        lines.append(line.decode().rstrip("\n"))
    return lines


def speak_http2_to_the_hub(proxy, hub):
    """Also that a client's leaving ends its stream."""
    streams = [proxy.stream("http2") for _ in range(3)]
    for metric, least in (("hub_http2_connections", 1), ("hub_http2_streams", 3), ("hub_subscribers", 3)):
        assert number(hub, metric) >= least, f"{metric} is {number(hub, metric)}"
    hub.publish("http2", "to all")
    for connection, answer in streams:
        read_until(answer, "data: to all")
        connection.close()
        answer.close()
    eventually(lambda: f"{number(hub, 'hub_subscribers')} streams stay", lambda: number(hub, "hub_subscribers") == 0)


def open_a_websocket(proxy):
    """Which is spoken over HTTP/1.1, whatever all else is."""
    fields = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
              "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="}
    connection = http.client.HTTPConnection("127.0.0.1", proxy.port, timeout=10)
    connection.request("GET", "/ws?topic=news", headers=fields)
    answer = connection.getresponse()
    connection.close()
    assert answer.status == 101, f"answered {answer.status}"


def leave_a_slow_client_alone(proxy, hub):
    """One that stops to read delays nobody else."""
    with contextlib.closing(socket.socket()) as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.connect(("127.0.0.1", proxy.port))
        slow.sendall(b"GET /sse?topic=slow HTTP/1.1\r\nHost: hub\r\n\r\n")
        eventually(lambda: "no stream began", lambda: number(hub, "hub_subscribers") == 1)
        streams = [proxy.stream("quick") for _ in range(4)]
        for _ in range(60):
            hub.publish("slow", "x" * 100_000)
        hub.publish("quick", "on time")
        for connection, answer in streams:
            read_until(answer, "data: on time")
            connection.close()
            answer.close()


def count_the_streams_of_each_client(proxy, hub):
    """By the address that the proxy names, not by its own."""
    streams = []
    for source in ("127.0.0.2", "127.0.0.3"):
        for expected in (200, 200, 429):
            streams.append(proxy.stream("caps", source))
            assert streams[-1][1].status == expected, f"{source} was answered {streams[-1][1].status}"
    assert number(hub, "hub_subscribers") == 4, number(hub, "hub_subscribers")
    for connection, answer in streams:
        connection.close()
        answer.close()


def lose_nothing_at_a_drain(proxy, hub):
    """Every stream hears that the hub goes, and what is published until then is answered."""
    streams = [proxy.stream("drain", f"127.0.0.{10 + number}")[1] for number in range(4)]
    hub.process.terminate()
    for number in range(3):
        status, _, _ = proxy.ask("/publish?topic=drain", f"{number}".encode())
        assert status == 200, f"answered {status}"
    for answer in streams:
        assert 'data: {"reason":"drain"}' in read_until(answer, 'data: {"reason":"drain"}')
    hub.process.wait(20)


def offer_http2_over_tls(proxy):
    """And nothing without TLS."""
    browser = ssl.create_default_context(cafile=f"{proxy.certificates}/localhost.crt")
    browser.set_alpn_protocols(["h2", "http/1.1"])
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=10) as plain:
        with browser.wrap_socket(plain, server_hostname="localhost") as connection:
            assert connection.selected_alpn_protocol() == "h2", connection.selected_alpn_protocol()
            assert connection.version() in ("TLSv1.2", "TLSv1.3"), connection.version()
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=10) as plain:
        plain.sendall(b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n")
        # What it may say is an alert of TLS.
        with contextlib.suppress(ConnectionResetError):
            assert not plain.recv(1000).startswith(b"HTTP/1.1 200")


def pass_many_topics_over_http2(proxy):
    """Whose heads have a measure of their own."""
    query = urllib.parse.urlencode([("topic", topic) for topic in TOPICS])
    command = ["curl", "--silent", "--http2", "--cacert", f"{proxy.certificates}/localhost.crt", "--max-time", "10"]
    command += [part for name, value in FIELDS.items() for part in ("--header", f"{name}: {value}")]
    command += ["--write-out", "\n%{http_version} %{http_code}", f"https://localhost:{proxy.port}/poll?{query}"]
    body, _, outcome = subprocess.run(command, check=True, capture_output=True, text=True).stdout.rpartition("\n")
    assert outcome == "2 200" and "cursor" in json.loads(body), f"answered {outcome} {body[:200]}"


def make_certificate(folder):
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost", "-keyout", f"{folder}/localhost.key", "-out", f"{folder}/localhost.crt"],
        check=True, capture_output=True)


def run(name, backend, checks, is_hub=True, certificates=""):
    with tempfile.TemporaryDirectory() as folder:
        proxy = Proxy(name, folder, backend, is_hub, certificates)
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
    behind = Hub(sys.argv[1], "--trusted-proxy", "127.0.0.1/32", "--max-connections-per-address", "2", "--drain", "2s")
    try:
        for name in ("haproxy", "nginx"):
            checks = [(pass_many_topics,), (refuse_what_is_too_long,), (open_a_websocket,), (leave_a_slow_client_alone, hub)]
            if name == "haproxy":
                checks.insert(0, (speak_http2_to_the_hub, hub))
            counts.update(run(name, hub.port, checks))
            counts.update(run(name, witness.port, [(replace_what_a_client_says_of_itself, witness)], is_hub=False))
            witness.seen.clear()
        counts.update(run("haproxy", behind.port, [
            (count_the_streams_of_each_client, behind), (lose_nothing_at_a_drain, behind)]))
        with tempfile.TemporaryDirectory() as folder:
            make_certificate(folder)
            for name in ("haproxy", "nginx"):
                checks = [(offer_http2_over_tls,), (pass_many_topics_over_http2,)]
                counts.update(run(name, hub.port, checks, certificates=folder))
    finally:
        hub.stop()
        behind.stop()
    print(f"{counts['passed']} passed, {counts['failed']} failed")
    return 1 if counts["failed"] else 0


sys.exit(main())
