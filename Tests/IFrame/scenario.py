"""What a page hears through a hidden iframe: every payload as it was, over cuts and the end of pages, and nothing that is not its own."""

import json
import random
import sys
import time
import traceback
import urllib.parse

from playwright.sync_api import sync_playwright

from cutter import Cutter
from hub import Hub
from parent import Parent

PIECES = [
    "</script>", "<script>", "</SCRIPT ", "<!--", "-->", "<!-- <script>", "]]>", "<![CDATA[", "<", ">", "&", "&lt;", "'",
    '"', "\\", "\\u003c", "\u2028", "\u2029", "\x00", "\x01", "\x7f", "\x85", "\ufeff", "\n", "\t", "`${1}`", "é",
    "日本語", "👩‍👩‍👧", "\U0010ffff", "<img src=x onerror=parent.pwned=1>", "</textarea>", "<plaintext>", "javascript:", " ",
]


def payload(source):
    return "".join(source.choice(PIECES) for _ in range(source.randrange(0, 9)))


class Listener:
    """The parent page, whose frame goes to the hub through a proxy."""

    def __init__(self, browser, parent, port, query):
        self.errors = []
        self.page = browser.new_page()
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", lambda message: self.errors.append(message.text) if message.type == "error" else None)
        self.page.goto(parent.origin + "/")
        self.origin = f"http://127.0.0.1:{port}"
        self.page.evaluate("source => listen(source)", f"{self.origin}/iframe?{urllib.parse.urlencode(query)}")

    def wait(self, condition):
        """Waits for a condition on `messages`, a list of what was told."""
        self.page.wait_for_function(f"() => {{ const told = messages.map(m => m.data); return {condition}; }}", timeout=20_000)

    def told(self, kind):
        messages = self.page.evaluate("() => messages")
        assert all(message["origin"] == self.origin for message in messages)
        return [message["data"] for message in messages if message["data"]["hub"] == kind]

    def count(self, kind, number):
        self.wait(f"told.filter(m => m.hub === '{kind}').length >= {number}")

    def close(self):
        self.page.close()


def reads_back(hub, parent, browser, cutter):
    """Generated payloads, several pages of them, in both formats."""
    source = random.Random(1)
    expected = []
    for number in range(1500):
        data = payload(source) + ("x" * 20_000 if number % 100 == 0 else "")
        name = "näme & <b>" if number % 5 == 0 else None
        expected.append(hub.publish("payloads", data, name))
    for form in ("data", "json"):
        query = {"topic": "payloads", "last_event_id": "earliest", "origin": parent.origin, "format": form}
        listener = Listener(browser, parent, cutter.port, query)
        listener.count("event", len(expected))
        events = listener.told("event")
        assert len(events) == len(expected), len(events)
        for event, wanted in zip(events, expected):
            data = event["data"] if form == "data" else json.loads(event["data"])["data"]
            assert data == wanted["data"], (data, wanted)
            assert event["id"] == wanted["id"] and event["topic"] == "payloads"
            assert event.get("event", "message") == wanted["event"]
        opens = listener.told("open")
        assert len(opens) > 2 and all(message["replay"] == "complete" for message in opens), opens
        assert not listener.told("error") and not listener.told("reset")
        assert listener.page.evaluate("() => window.pwned") is None
        assert not listener.errors, listener.errors
        held = listener.page.frames[1].evaluate("() => document.body.childNodes.length")
        assert held < 5, f"the page keeps {held} nodes"
        listener.close()


def resumes(hub, parent, browser, cutter):
    """The connection is cut, events are missed, and they come all the same."""
    listener = Listener(browser, parent, cutter.port, {"topic": "cut", "origin": parent.origin})
    listener.count("open", 1)
    expected = []
    for round in range(3):
        expected.append(hub.publish("cut", f"live {round}"))
        listener.count("event", len(expected))
        cutter.cut()
        expected += [hub.publish("cut", f"missed {round}.{number}") for number in range(3)]
        listener.count("event", len(expected))
        listener.count("error", round + 1)
    assert [event["id"] for event in listener.told("event")] == [event["id"] for event in expected]
    assert not listener.told("reset")
    listener.close()


def notices_a_dead_path(hub, parent, browser, cutter):
    """Nothing comes any more, and nobody says so: silence is enough."""
    listener = Listener(browser, parent, cutter.port, {"topic": "dead", "origin": parent.origin})
    listener.count("open", 1)
    cutter.mute()
    expected = hub.publish("dead", "unheard")
    listener.count("event", 1)
    assert listener.told("event")[0]["id"] == expected["id"] and len(listener.told("error")) == 1
    listener.close()


def survives_a_restart(hub, parent, browser, cutter):
    """The hub is away for a while: the frame keeps its own page, and says what was lost when the hub is back."""
    listener = Listener(browser, parent, cutter.port, {"topic": "restart", "origin": parent.origin})
    listener.count("open", 1)
    hub.publish("restart", "before")
    listener.count("event", 1)
    hub.stop()
    listener.count("error", 1)
    hub.start()
    cutter.target = hub.port
    hub.publish("restart", "after")
    listener.wait("told.some(m => m.hub === 'event' && m.data === 'after')")
    assert [reset["reason"] for reset in listener.told("reset")] == ["lost"], listener.told("reset")
    listener.close()


def is_drained(hub, parent, browser, cutter):
    """The hub is asked to end: the frame is told so, and goes on with the next hub."""
    listener = Listener(browser, parent, cutter.port, {"topic": "drain", "origin": parent.origin})
    listener.count("open", 1)
    hub.process.terminate()
    listener.count("close", 1)
    close = listener.told("close")[0]
    assert close["reason"] == "drain" and 500 <= close["retry"] <= 5000, close
    hub.process.wait(timeout=20)
    hub.start()
    cutter.target = hub.port
    listener.count("open", 2)
    assert not listener.told("error")
    listener.close()


def tells_nobody_else(hub, parent, browser, cutter):
    """A page of another origin can't hold the frame, whatever origin it names."""
    other = Parent()
    hub.publish("secret", "x")
    for origin in (parent.origin, other.origin):
        query = {"topic": "secret", "last_event_id": "earliest", "origin": origin}
        listener = Listener(browser, other, cutter.port, query)
        # Either the policy keeps the browser from showing the page, or the hub has refused it.
        deadline = time.monotonic() + 20
        while not listener.errors and time.monotonic() < deadline:
            listener.page.wait_for_timeout(20)
        assert any("frame-ancestors" in error or "403" in error for error in listener.errors), listener.errors
        assert listener.page.evaluate("() => messages.length") == 0
        listener.close()
    other.stop()


def heartbeats(hub, parent, browser, cutter):
    """Silence is broken by heartbeats."""
    listener = Listener(browser, parent, cutter.port, {"topic": "silent", "origin": parent.origin})
    listener.count("heartbeat", 2)
    assert not listener.errors, listener.errors
    listener.close()


def main():
    parent = Parent()
    hub = Hub(sys.argv[1], "--cors-origin", parent.origin, "--heartbeat", "1s", "--drain", "1s")
    cutter = Cutter(hub.port)
    failed = 0
    scenarios = [reads_back, heartbeats, resumes, notices_a_dead_path, is_drained, survives_a_restart, tells_nobody_else]
    try:
        with sync_playwright() as playwright:
            arguments = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
            browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=arguments)
            for scenario in scenarios:
                try:
                    scenario(hub, parent, browser, cutter)
                    print(f"passed {scenario.__name__}", flush=True)
                except Exception:  # one scenario's failure is not the next one's
                    failed += 1
                    print(f"failed {scenario.__name__}\n{traceback.format_exc()[-2000:]}", flush=True)
            browser.close()
    finally:
        hub.stop()
        cutter.stop()
        parent.stop()
    print(f"{len(scenarios) - failed} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(main())
