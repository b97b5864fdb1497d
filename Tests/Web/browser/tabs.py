"""Tabs of one origin that share a connection, over HTTP/1.1, where a browser has six of them for all."""

import contextlib
import threading

from cutter import Cutter
from demo_hub import DemoHub, Redis, eventually
from guest import Guest

COUNT = 30


class Desk:
    """A browser's profile with tabs of one site, and the hubs that they use, one after the other, by one address."""

    def __init__(self, browser, binary, *options):
        with contextlib.ExitStack() as stack:
            self.guest = Guest()
            stack.callback(self.guest.stop)
            self.options = [binary, "--cors-origin", self.guest.origin, "--operating-port", "0", *options]
            self.hub = DemoHub(*self.options)
            stack.callback(lambda: self.hub.kill())
            self.cutter = Cutter(self.hub.port)
            stack.callback(self.cutter.stop)
            self.context = browser.new_context()
            stack.callback(self.context.close)
            self.stack = stack.pop_all()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stack.close()

    def open(self, *query, waits=True):
        page = self.context.new_page()
        page.goto(f"{self.guest.origin}/?{'&'.join((f'hub=http://127.0.0.1:{self.cutter.port}/', *query))}")
        if waits:
            page.wait_for_function("() => window.isOpen")
        return page

    def streams(self):
        return self.hub.number("hub_subscribers")

    def replace_hub(self):
        """Kills the hub, and has another one take its place."""
        following = DemoHub(*self.options)
        self.cutter.target = following.port
        self.hub.kill()
        self.hub = following


class Writer:
    """Publishes numbers until it is stopped."""

    def __init__(self, desk):
        self.desk, self.count, self.is_at_work = desk, 0, True
        self.thread = threading.Thread(target=self._write)
        self.thread.start()

    def _write(self):
        while self.is_at_work:
            try:
                self.desk.hub.publish("news", str(self.count), key=f"number-{self.count}")
                self.count += 1
            except OSError:  # the hub has been killed; the key sees to it that nothing is published twice
                pass

    def reach(self, count):
        eventually(lambda: f"{self.count} of {count} events are published", lambda: self.count >= count, 60)

    def stop(self):
        self.is_at_work = False
        self.thread.join()


LEADS = "() => asked.some(url => url.includes('/sse?')) && hub.readyState !== 2"


def leader_of(pages):
    """The tab that has asked for a stream."""
    return eventually("a tab leads", lambda: next((page for page in pages if page.evaluate(LEADS)), None))


def has_all(page, count):
    numbers = [str(number) for number in range(count)]
    page.wait_for_function("count => events.length >= count", arg=count, timeout=60_000)
    heard = page.evaluate("() => events.map(({ data }) => data)")
    lost, doubled = len(set(numbers) - set(heard)), len(heard) - len(set(heard))
    assert heard == numbers, f"of {count} {lost} lost, {doubled} doubled, {heard[:9]}…"
    assert not page.evaluate("() => errors.filter(text => text.startsWith('{'))")


def thirty_tabs_lose_nothing(browser, binary):
    redis = Redis()
    try:
        with Desk(browser, binary, "--bus", redis.url) as desk:
            pages = [desk.open() for _ in range(COUNT)]
            assert desk.streams() == 1, desk.streams()
            writer = Writer(desk)
            try:
                for step in range(3):
                    writer.reach(writer.count + 50)
                    leader = leader_of(pages)
                    pages.remove(leader)
                    leader.close()
                writer.reach(writer.count + 50)
                desk.replace_hub()
                writer.reach(writer.count + 50)
                desk.cutter.cut()
                writer.reach(writer.count + 50)
            finally:
                writer.stop()
            for page in pages:
                has_all(page, writer.count)
            assert desk.streams() == 1, desk.streams()
            print(f"  {COUNT} tabs, 1 stream; {writer.count} events came to {len(pages)} tabs that are left, each once")
    finally:
        redis.kill()


def each_tab_has_a_place_of_its_own(browser, binary):
    with Desk(browser, binary) as desk:
        first = desk.open()
        ids = [desk.hub.publish("news", str(number)) for number in range(5)]
        first.wait_for_function("() => events.length === 5")
        places = {"": [], f"cursor={ids[1]}": ["2", "3", "4"], f"cursor={ids[4]}": [], "cursor=earliest": ["0", "1", "2", "3", "4"],
                  "since=1h": ["0", "1", "2", "3", "4"]}
        pages = {place: desk.open(place) for place in places}
        desk.hub.publish("other", "5")
        for place, missed in places.items():
            pages[place].wait_for_function("count => events.length === count", arg=len(missed) + 1)
            assert pages[place].evaluate("() => events.map(({ data }) => data)") == [*missed, "5"], place
            assert pages[place].evaluate("() => errors") == []
        stranger = desk.open("cursor=nonsense")
        stranger.wait_for_function("() => errors.some(text => text.includes('unknown'))")
        assert first.evaluate("() => errors") == [], "another tab's reset is told to all"
        assert desk.streams() == 1


def tabs_that_want_something_else_share_nothing(browser, binary):
    with Desk(browser, binary) as desk:
        for query in ((), ("topics=news",), ("alone",), ("alone",)):
            desk.open(*query)
        assert desk.streams() == 4


def tabs_that_want_something_else_do_not_wait_for_each_other(browser, binary):
    with Desk(browser, binary) as desk:
        pages = [desk.open(f"topics=own{number}") for number in range(12)]
        assert desk.streams() == 12
        for number, page in enumerate(pages):
            desk.hub.publish(f"own{number}", "heard")
            page.wait_for_function("() => events.length === 1")
        transports = [page.evaluate("() => hub.transport") for page in pages]
        assert transports[:4] == ["sse"] * 4 and transports[4:] == ["ws"] * 8, transports


def a_leader_that_hangs_is_replaced(browser, binary):
    with Desk(browser, binary) as desk:
        leader, follower = desk.open(), desk.open()
        assert desk.streams() == 1
        leader.evaluate("() => void setTimeout(() => { for (const end = Date.now() + 15_000; Date.now() < end; ) continue })")
        follower.evaluate("() => document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))")
        follower.wait_for_function("() => asked.some(url => url.includes('/sse?'))", timeout=12_000)
        desk.hub.publish("news", "heard")
        follower.wait_for_function("() => events.length === 1")
        leader.wait_for_function("() => events.length === 1", timeout=60_000)
        eventually("it has a stream of its own", lambda: desk.streams() == 1)


def a_leader_in_the_background_is_hurried(browser, binary):
    with Desk(browser, binary) as desk:
        leader, follower = desk.open(), desk.open()
        # So slowly does time pass for a page that has long been in the background.
        leader.evaluate("() => { const { setTimeout } = window; window.setTimeout = (act, time) => setTimeout(act, time && time + 60_000) }")
        desk.cutter.cut()
        follower.wait_for_function("() => errors.length > 0")
        follower.wait_for_function("() => opens === 2", timeout=20_000)
        desk.hub.publish("news", "heard")
        for page in (leader, follower):
            page.wait_for_function("() => events.length === 1")


SANDBOX = """url => new Promise((resolve) => {
  addEventListener('message', ({ data }) => resolve(data))
  const frame = document.createElement('iframe')
  frame.sandbox = 'allow-scripts'
  frame.srcdoc = `<script type="module">
    const { Hub } = await import('${location.origin}/hub.js')
    const hub = new Hub('${url}', { topics: 'news' })
    hub.onopen = () => parent.postMessage('open', '*')
    hub.onerror = ({ error }) => parent.postMessage(error.message, '*')
  </` + 'script>'
  document.body.append(frame)
})"""


def a_frame_in_a_sandbox_has_a_stream_of_its_own(browser, binary):
    with Desk(browser, binary, "--cors-origin", "*") as desk:
        page = desk.open()
        assert page.evaluate(SANDBOX, desk.hub.url) == "open"
        assert desk.streams() == 2


def a_tab_goes_on_alone_and_comes_back(browser, binary):
    with Desk(browser, binary) as desk:
        pages = [desk.open(), desk.open()]
        leader = leader_of(pages)
        leader.evaluate("() => hub.pause()")
        desk.hub.publish("news", "missed")
        follower = next(page for page in pages if page is not leader)
        follower.wait_for_function("() => events.length === 1")
        leader.evaluate("() => hub.resume()")
        leader.wait_for_function("() => events.length === 1")
        leader.evaluate("() => hub.close()")
        desk.hub.publish("news", "for one")
        follower.wait_for_function("() => events.length === 2")
        assert leader.evaluate("() => events.length") == 1


TESTS = [thirty_tabs_lose_nothing, each_tab_has_a_place_of_its_own, tabs_that_want_something_else_share_nothing,
         tabs_that_want_something_else_do_not_wait_for_each_other,
         a_leader_that_hangs_is_replaced, a_leader_in_the_background_is_hurried,
         a_frame_in_a_sandbox_has_a_stream_of_its_own, a_tab_goes_on_alone_and_comes_back]
