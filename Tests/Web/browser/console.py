"""The operators' console, as somebody sees and uses it who is called at night."""

import contextlib
import http.client
import urllib.parse

import appearance
from demo_hub import DemoHub, Redis

KEY = "a-publish-key"
MARKUP = "<img src=x onerror=\"document.title='taken'\">"
HIDDEN = "news/\u202eevil"
# What a browser says itself of an answer that is no success.
REFUSED = ("status of 401", "status of 404", "net::")


class ConsolePage:
    def __init__(self, browser, hub, view="", **options):
        self.context = browser.new_context(**options)
        self.page = self.context.new_page()
        self.complaints = []
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", self._listen)
        self.page.goto(f"{hub.url}console{view}")

    def _listen(self, message):
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def own_complaints(self):
        return [text for text in self.complaints if not any(part in text for part in REFUSED)]

    def go(self, view):
        self.page.evaluate("view => { location.hash = view }", view)

    def says(self, selector, text, timeout=20_000):
        self.page.wait_for_function("([selector, text]) => document.querySelector(selector)?.textContent.includes(text)",
                                    arg=[selector, text], timeout=timeout)

    def has(self, selector, count):
        self.page.wait_for_function("([selector, count]) => document.querySelectorAll(selector).length === count",
                                    arg=[selector, count])

    def choose(self, selector, value):
        self.page.evaluate("""([selector, value]) => {
          const field = document.querySelector(selector)
          field.value = value
          field.dispatchEvent(new Event('change', { bubbles: true }))
        }""", [selector, value])

    def title(self):
        return self.page.evaluate("() => document.title")

    def close(self):
        self.context.close()


@contextlib.contextmanager
def console(browser, hub, view="", **options):
    page = ConsolePage(browser, hub, view, **options)
    try:
        yield page
    finally:
        page.close()


class Reader:
    """A client of its own, which holds a stream."""

    def __init__(self, hub, topic, key=None, **query):
        self.connection = http.client.HTTPConnection("127.0.0.1", hub.port, timeout=20)
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self.connection.request("GET", f"/sse?{urllib.parse.urlencode({'topic': topic, **query})}", headers=headers)
        self.answer = self.connection.getresponse()

    def until(self, text):
        """Reads until a line has a text."""
        while line := self.answer.readline():
            if text in line.decode():
                return
        raise AssertionError(f"the stream ended without {text}")

    def close(self):
        self.connection.close()


def the_console_watches_a_cluster(browser, binary):
    """The key, the members, a stream on the other one, and a member that goes."""
    with contextlib.ExitStack() as stack:
        redis = Redis()
        stack.callback(redis.kill)
        hubs = [DemoHub(binary, "--bus", redis.url, "--publish-key", KEY) for _ in range(2)]
        for hub in hubs:
            stack.callback(hub.kill)
            hub.token = KEY
        page = stack.enter_context(console(browser, hubs[0]))
        it_wants_the_key(page)
        page.says("#headline", "All 2 members are ready.")
        page.has("#members tr", 2)
        reader = Reader(hubs[1], MARKUP)
        stack.callback(reader.close)
        page.says("#tiles div:first-child", "sse 1")
        it_ends_a_stream(page, reader)
        hubs[1].kill()
        page.go("#cluster")
        page.says("#headline", "1 of 2 members is ready.")
        page.says("#reasons", "has not answered since")
        page.has("#members tr[data-presence=gone]", 1)
        assert page.title() == "Cluster (1 not ready) · CometHub console", page.title()
        hubs[0].kill()
        page.says("#standing", "stand still since")
        kept = page.page.evaluate("""() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, location.href,
          document.documentElement.outerHTML, [...document.querySelectorAll('input')].map(({ value }) => value)])""")
        assert KEY not in kept, "the page keeps the key"
        assert page.own_complaints() == [], page.complaints


def it_wants_the_key(page):
    page.says("#key [role=alert]", "The hub says:")
    for key in ("wrong", KEY):
        page.page.fill("#key-text", key)
        page.page.press("#key-text", "Enter")
        if key != KEY:
            page.says("#key [role=alert]", "The hub refuses this key:")
    page.page.wait_for_selector("#forget")
    assert not page.page.is_visible("#key")


def it_ends_a_stream(page, reader):
    page.go("#streams")
    page.has("#stream-rows tr", 1)
    page.says("#stream-rows [data-slot=topics] a", MARKUP)
    page.page.click("#stream-rows button")
    page.page.wait_for_selector("dialog[open]")
    page.page.click("dialog [data-answer=no]")
    page.page.click("#stream-rows button")
    page.page.wait_for_selector("dialog[open]")
    page.page.click("dialog [data-answer=yes]")
    reader.until("hub.close")
    page.says("#streams-told", "was ended")
    page.says("#stream-rows", "ended")


def the_console_finds_and_uses_a_topic(browser, binary):
    """Found by its name, tailed, published to, and dropped after asking; what strangers wrote stays text."""
    hub = DemoHub(binary)
    try:
        for topic in (MARKUP, HIDDEN, "news/one"):
            for number in range(3):
                hub.publish(topic, f"{MARKUP} {number}")
        with console(browser, hub, "#topics") as page:
            page.choose("#order", "name")
            page.says("#topic-rows tr:first-child", MARKUP)
            page.page.fill("#find", "news/")
            page.has("#topic-rows tr", 2)
            page.says("#topic-rows", "news/⟨U+202E⟩evil")
            page.page.fill("#find", "<img")
            page.has("#topic-rows tr", 1)
            page.page.click("#topic-rows a")
            page.says("#topic-name", MARKUP)
            it_tails_and_publishes(page)
            it_drops(page)
            page.go("#topics")
            page.page.evaluate("() => history.back()")
            page.says("#topic-name", MARKUP)
            assert page.page.evaluate("() => document.querySelectorAll('img').length") == 1, "markup became an image"
            assert page.title() == f"{MARKUP} · CometHub console", page.title()
            assert page.own_complaints() == [], page.complaints
    finally:
        hub.kill()


def it_tails_and_publishes(page):
    page.says("#topic-view [data-slot=events]", "3")
    page.choose("#from", "earliest")
    page.page.click("#tail-start")
    page.has("#tail-rows tr", 3)
    page.page.fill("#event", "goal")
    page.page.fill("#data", "from the console")
    page.page.click("#publish button")
    page.has("#tail-rows tr", 4)
    page.says("#publish-told", "Published as")
    page.says("#tail-rows tr:last-child", "goal")
    assert page.page.evaluate("() => document.querySelectorAll('#tail-rows pre').length") == 0, "data that nobody asked for"
    page.page.click("#show-data")
    page.says("#tail-rows tr:first-child pre", f"{MARKUP} 0")
    page.says("#tail-rows tr:last-child pre", "from the console")
    page.page.click("#tail-start")
    page.says("#tail-told", "Stopped.")


def it_drops(page):
    page.page.click("#drop")
    page.says("#confirm-subject", MARKUP)
    page.page.click("dialog [data-answer=no]")
    page.page.wait_for_function("() => !document.querySelector('dialog').open")
    page.says("#topic-view [data-slot=events]", "4")
    page.page.click("#drop")
    page.page.click("dialog [data-answer=yes]")
    page.says("#topic-told", "was dropped")
    page.says("#topic-view [data-slot=events]", "0")


def the_console_lists_what_went_wrong(browser, binary):
    """A reset and a refusal, by kind; all of it reached with the keyboard, and legible."""
    with contextlib.ExitStack() as stack:
        hub = DemoHub(binary, "--publish-key", KEY, "--jwt-key", f"HS256:{'0' * 32}", "--public", "news")
        stack.callback(hub.kill)
        hub.token = KEY
        hub.publish("news", "first")
        lost = Reader(hub, "news", last_event_id=f"{'0' * 15}1-{'0' * 16}")
        stack.callback(lost.close)
        lost.until("hub.reset")
        refused = Reader(hub, "private")
        refused.close()
        assert refused.answer.status == 401
        page = stack.enter_context(console(browser, hub, "#incidents"))
        it_wants_the_key(page)
        page.has("#incident-rows [data-state=reset]", 1)
        page.page.wait_for_selector("#incident-rows [data-state=refused]")
        page.page.click("#kind-refused")
        page.page.wait_for_function("() => !document.querySelector('#incident-rows [data-state=refused]')")
        page.has("#incident-rows [data-state=reset]", 1)
        it_needs_no_mouse(page)
        page.page.click("#forget")
        page.says("#key [role=alert]", "The hub says:")
        assert page.own_complaints() == [], page.complaints


def it_needs_no_mouse(page):
    page.page.press("nav [data-view=topics]", "Enter")
    page.page.wait_for_function("() => document.activeElement.id === 'topics-title'")
    page.says("#topic-rows", "news")
    page.page.press("#topic-rows a", "Enter")
    page.page.wait_for_function("() => document.activeElement.id === 'topic-title'")
    page.page.press("#drop", "Enter")
    page.page.wait_for_selector("dialog[open]")
    page.page.keyboard.press("Escape")
    page.page.wait_for_function("() => document.activeElement.id === 'drop'")
    page.page.press("nav [data-view=incidents]", "Enter")
    page.has("#incident-rows [data-state=reset]", 1)
    page.page.focus(".skip")
    names = appearance.tab_through(page.page)
    assert names[:3] == ["Cluster", "Topics", "Streams"] and names[3].startswith("Incidents"), names
    assert names[4] == "Forget key" and {"reset 1", "Pause", "news"} <= set(names), names


def the_console_can_be_read(browser, binary):
    hub = DemoHub(binary)
    reader = Reader(hub, MARKUP)
    try:
        hub.publish(MARKUP, "hello")
        Reader(hub, "x" * 200, last_event_id=f"{'0' * 15}1-{'0' * 16}").close()
        for scheme, width in (("light", 1280), ("dark", 360)):
            with console(browser, hub, color_scheme=scheme, viewport={"width": width, "height": 800}) as page:
                page.has("#members tr", 1)
                for view in ("cluster", "topics", f"topic/{urllib.parse.quote(MARKUP, safe='')}", "streams", "incidents"):
                    page.go(f"#{view}")
                    section = view.split("/")[0]
                    page.page.wait_for_selector(f"#{section}-title")
                    page.page.wait_for_function("section => document.querySelector(`#${section}-view :is(tbody tr, dl b)`)", arg=section)
                    for what in (appearance.CONTRAST, appearance.FAULTS):
                        assert page.page.evaluate(what) == [], (view, page.page.evaluate(what))
                    wide = page.page.evaluate("() => document.documentElement.scrollWidth")
                    assert wide <= width, f"at {width} {view} is {wide} wide"
                assert page.complaints == [], page.complaints
    finally:
        reader.close()
        hub.kill()


TESTS = [the_console_watches_a_cluster, the_console_finds_and_uses_a_topic, the_console_lists_what_went_wrong, the_console_can_be_read]
