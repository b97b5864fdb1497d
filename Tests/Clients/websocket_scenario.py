"""WebSocket clients that others wrote: Python's websockets, and the conformance suite of Autobahn's cases (kosoku)."""

import collections
import json
import pathlib
import subprocess
import sys
import tempfile

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from hub import Hub

# 1–7 and 10 are framing, control frames, fragments, UTF-8 and closing; 9 is sizes, 12 and 13 are permessage-deflate. Of
# 12 some of each kind of data; of 13 those offers that want no small window of the server, which the hub passes over: its
# bytes are shared by all.
CASES = [
    *(f"{number}.*" for number in range(1, 8)), "9.*", "10.*",
    *(f"12.{part}.{case}" for part in (1, 2) for case in (1, 5, 10)), *(f"13.{part}.1" for part in (1, 2, 4, 6, 7)),
]


def receive(socket, kind):
    """The next message, which must be of this type."""
    message = json.loads(socket.recv(timeout=10))
    if message["type"] != kind:
        raise AssertionError(f"a message of the type {kind} was due, not {message}")
    return message


def ask(socket, **request):
    socket.send(json.dumps(request))


def converse(hub):
    """Publishes, subscribes, resumes, and is disconnected kindly."""
    url = f"ws://127.0.0.1:{hub.port}/ws?topic=news"
    with connect(url, subprotocols=["hub.v1+json"]) as socket:
        assert socket.subprotocol == "hub.v1+json", "the subprotocol was not confirmed"
        receive(socket, "hello")
        first = hub.publish("news", "one\ntwo ✓", event="note")
        assert receive(socket, "event") == {
            "type": "event", "id": first["id"], "topic": "news", "event": "note", "data": "one\ntwo ✓"}
        ask(socket, type="publish", topic="chat", data={"n": 1}, ref=7)
        published = receive(socket, "published")
        assert published["ref"] == 7, published
        ask(socket, type="subscribe", topic="chat", cursor=first["id"])
        receive(socket, "subscribed")
        assert receive(socket, "event")["data"] == '{"n": 1}'
        ask(socket, type="unsubscribe", topic="news")
        receive(socket, "unsubscribed")
        assert socket.ping().wait(10), "no pong came"
        missed = hub.publish("news", "missed")
    with connect(f"{url}&cursor={first['id']}") as socket:
        receive(socket, "hello")
        assert receive(socket, "event")["id"] == missed["id"]


def drain(hub):
    """Is told why it is disconnected."""
    with connect(f"ws://127.0.0.1:{hub.port}/ws?topic=news") as socket:
        receive(socket, "hello")
        hub.process.terminate()
        assert receive(socket, "close")["reason"] == "drain"
        try:
            socket.recv(timeout=10)
        except ConnectionClosed as closed:
            assert closed.rcvd.code == 1001, closed
        else:
            raise AssertionError("a message came after the close")


def conform(hub):
    """Runs the conformance suite against the echo."""
    program = pathlib.Path(sys.executable).with_name("kosoku")
    with tempfile.TemporaryDirectory() as folder:
        included = [argument for case in CASES for argument in ("--include", case)]
        address = f"ws://127.0.0.1:{hub.port}/echo"
        suite = subprocess.run(
            [program, *included, "--outdir", folder, address], capture_output=True, text=True, timeout=400, check=False)
        reports = [json.loads(path.read_text()) for path in pathlib.Path(folder).glob("*_case_*.json")]
    behaviors = collections.Counter(report["behavior"] for report in reports)
    wrong = [report["id"] for report in reports if report["behavior"] not in ("OK", "NON-STRICT", "INFORMATIONAL")]
    print(f"kosoku: {len(reports)} cases: {dict(behaviors)}")
    if suite.returncode != 0 or wrong or len(reports) < 250:
        raise AssertionError(f"{wrong} {suite.stdout[-300:]} {suite.stderr[-300:]}")


def main():
    counts = collections.Counter()
    hub = Hub(sys.argv[1], "--ws-echo", "/echo", "--max-body", "20MiB", "--drain", "200ms")
    try:
        for check in (conform, converse, drain):
            outcome, why = "passed", ""
            try:
                check(hub)
            except Exception as error:  # one check's failure is not the next one's
                outcome, why = "failed", f": {type(error).__name__}: {error}"
            counts[outcome] += 1
            print(f"{outcome} websocket {check.__name__}{why}", flush=True)
    finally:
        hub.stop()
    print(f"{counts['passed']} passed, {counts['failed']} failed")
    return 1 if counts["failed"] else 0


sys.exit(main())
