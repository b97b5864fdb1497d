"""The demo page, the console and the client in a real Chromium and a real Firefox: all clocks tick, and nothing is lost however connections end.

Usage: scenario.py HUB_BINARY chromium|firefox [NAME…], the names of some tests.
"""

import contextlib
import shutil
import sys
import traceback

from playwright.sync_api import sync_playwright

import appearance
import console
import tabs
from cutter import Cutter
from demo_hub import DemoHub, Redis, eventually
from demo_page import TRANSPORTS, DemoPage
from firefox import Firefox
from guest import Guest
from tokens import OPTIONS, token

BINARY = sys.argv[1]
KEY = "a-publish-key"
NASTY = ["</script>", "<!--<script>", "]]>", "\u2028\u2029", "\"'\\", "&lt;", "<img src=x onerror=alert(1)>", "日本🎉", "a\nb", ""]


@contextlib.contextmanager
def demo(browser, *options, through=False, **context):
    """A hub and its demo page; with a proxy between them if asked for."""
    with contextlib.ExitStack() as stack:
        hub = DemoHub(BINARY, *options)
        stack.callback(hub.kill)
        cutter = Cutter(hub.port)
        stack.callback(cutter.stop)
        page = DemoPage(browser, f"http://127.0.0.1:{cutter.port}/" if through else hub.url, **context)
        stack.callback(page.close)
        yield page, hub, cutter


def all_rows(test):
    return lambda rows: all(test(rows[title]) for title in TRANSPORTS)


def is_whole(row):
    """Whether what came, came without a hole, up to the newest second or the one that polling still has to ask for."""
    received = "".join("x" if state != "none" else "." for state in row["strip"]).strip(".")
    return "." not in received and row["missed"] == "0" and row["state"] == "open"


def five_clocks_tick(browser):
    with demo(browser) as (page, _, _):
        page.ticks(4)
        page.wait(all_rows(lambda row: row["state"] == "open" and row["missed"] == "0"))
        assert page.page.inner_text("#told") == "All five are open."
        for row in page.rows().values():
            assert int(row["bytes"].replace(",", "")) > 50, row
            assert row["latency"].endswith(("ms", "s")), row
        assert "Nothing is private here" in page.page.inner_text("#private")
        assert page.complaints == [], page.complaints


def a_cut_leaves_no_hole(browser):
    with demo(browser) as (page, _, _):
        page.ticks()
        page.page.click("#cut-all")
        page.wait(all_rows(lambda row: row["state"] == "cut"))
        page.wait(all_rows(lambda row: row["strip"].count("late") >= 2 and is_whole(row)))
        assert "nothing was missed" in page.page.inner_text("#told")
        assert page.complaints == [], page.complaints


def a_network_that_dies_leaves_no_hole(browser):
    with demo(browser, through=True) as (page, _, cutter):
        page.ticks()
        for _ in range(2):
            cutter.cut()
            page.ticks(3)
        page.wait(all_rows(is_whole))
        assert page.own_complaints() == [], page.complaints


def a_hub_that_is_replaced_leaves_no_hole(browser):
    redis = Redis()
    try:
        with demo(browser, "--bus", redis.url, through=True) as (page, hub, cutter):
            page.ticks()
            following = DemoHub(BINARY, "--bus", redis.url)
            try:
                cutter.target = following.port
                hub.kill()
                cutter.cut()
                page.ticks(4)
                page.wait(all_rows(lambda row: row["state"] == "open" and row["missed"] == "0"))
                assert page.own_complaints() == [], page.complaints
            finally:
                following.kill()
    finally:
        redis.kill()


def a_hub_that_forgot_says_so(browser):
    with demo(browser, through=True) as (page, hub, cutter):
        page.ticks()
        following = DemoHub(BINARY)
        try:
            cutter.target = following.port
            hub.kill()
            cutter.cut()
            page.wait(all_rows(lambda row: "reset" in row["missed"] and row["state"] == "open"))
            page.ticks(3)
            assert page.own_complaints() == [], page.complaints
        finally:
            following.kill()


def text_is_echoed_and_published_as_text(browser):
    with demo(browser) as (page, hub, _):
        page.ticks()
        other = DemoPage(browser, hub.url)
        markup = '<img src="x" onerror="document.title = 1">'
        page.page.fill("#echo-text", markup)
        page.page.press("#echo-text", "Enter")
        line = page.page.wait_for_selector("#echo .log li")
        assert markup in line.inner_text() and " ms" in line.inner_text(), line.inner_text()
        other.ticks()
        page.page.fill("#publish-event", "note")
        page.page.fill("#publish-text", markup)
        page.page.press("#publish-text", "Enter")
        page.page.wait_for_selector("#publish .log li")
        hub.publish("demo", "from a shell")
        for reader, text in [(page, f"note: {markup}"), (page, "from a shell"), (other, "from a shell")]:
            reader.page.wait_for_function("text => document.querySelector('#publish .log').innerText.includes(text)", arg=text)
        assert page.complaints == [], page.complaints
        other.close()


def a_publish_key_is_asked_for(browser):
    with demo(browser, "--publish-key", "secret") as (page, _, _):
        page.ticks()
        page.page.fill("#publish-text", "hello")
        page.page.press("#publish-text", "Enter")
        page.page.wait_for_selector("#publish .failed")
        page.page.fill("#publish-key", "secret")
        page.page.press("#publish-text", "Enter")
        page.page.wait_for_selector("#publish .log li:not(.failed)")


def sign_in(page, text):
    page.page.fill("#token", text)
    page.page.press("#token", "Enter")


def is_told(page, text):
    page.page.wait_for_function("text => document.querySelector('#private [role=status]').innerText.includes(text)", arg=text)


def a_private_topic_opens_to_a_token(browser):
    options = [*OPTIONS, "--publish-key", KEY, "--public", "clock", "--public", "demo", "--public", "echo-*"]
    for scheme, width in (("light", 1280), ("dark", 320)):
        with demo(browser, *options, color_scheme=scheme, viewport={"width": width, "height": 800}) as (page, hub, _):
            hub.token = KEY
            page.ticks()
            page.page.wait_for_selector("#sign-in")
            assert not page.page.is_visible("#private .log"), "the topic is there before anybody has signed in"
            it_looks_right(page, width)
            for text, why in (("nonsense", "no token"), (token(-60), "has expired"), (token(60, grants=["other"]), "private/demo")):
                sign_in(page, text)
                is_told(page, why)
                assert page.page.is_visible("#sign-in"), why
            shown = token(600)
            sign_in(page, shown)
            is_told(page, "Signed in as ada, until")
            hub.publish("private/demo", "from a shell")
            page.page.wait_for_selector("#private .log li")
            page.page.fill("#whisper-text", "from the page")
            page.page.press("#whisper-text", "Enter")
            page.page.wait_for_function("() => document.querySelector('#private .log').innerText.includes('from the page')")
            it_looks_right(page, width)
            kept = page.page.evaluate(
                "() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, location.href,"
                " document.documentElement.outerHTML, performance.getEntries().map(({ name }) => name)])")
            assert shown not in kept and "access_token" not in kept, "the page keeps the token"
            page.page.click("#sign-out")
            is_told(page, "has forgotten the token")
            sign_in(page, shown)
            is_told(page, "Signed in")
            hub.revoke("ada")
            is_told(page, "was revoked")
            assert not page.page.is_visible("#private .log") and page.page.is_visible("#sign-in")
            # A token is as old as its second, and what was revoked is older than that.
            page.page.wait_for_timeout(1000)
            sign_in(page, token(3))
            is_told(page, "Signed in")
            is_told(page, "has expired")
            page.wait(all_rows(lambda row: row["state"] == "open" and row["missed"] == "0"))
            refused = [text for text in page.complaints if "status of 40" not in text]
            assert refused == [], refused


def a_clock_that_is_not_public_says_so(browser):
    with demo(browser, *OPTIONS) as (page, _, _):
        page.wait(all_rows(lambda row: row["state"] == "closed"))
        assert "not public" in page.page.inner_text("#told")


def the_keyboard_reaches_everything_in_order(browser):
    with demo(browser) as (page, _, _):
        page.ticks()
        names = appearance.tab_through(page.page)
        cuts = [f"Cut {title} for 5 seconds" for title in TRANSPORTS]
        assert names[:7] == ["Skip to publishing", "Cut all for 5 s", *cuts], names
        assert {"Text", "Send", "Message on the topic demo", "Publish", "How this is measured"} <= set(names), names


def everything_is_done_with_the_keyboard(browser):
    with demo(browser) as (page, _, _):
        page.ticks()
        page.page.press(".row:nth-child(4) button", "Enter")
        page.wait(lambda rows: rows["Server-Sent Events"]["state"] == "cut")
        assert page.page.evaluate("() => document.activeElement.ariaLabel") == "Cut Server-Sent Events for 5 seconds"
        page.page.focus("summary")
        page.page.keyboard.press("Enter")
        assert page.page.is_visible("details[open] dd")


def it_looks_right(page, width):
    for what in (appearance.CONTRAST, appearance.FAULTS):
        assert page.page.evaluate(what) == [], page.page.evaluate(what)
    wide = page.page.evaluate("() => document.documentElement.scrollWidth")
    assert wide <= width, f"at {width} the page is {wide} wide"


def it_can_be_read(browser):
    for scheme in ("light", "dark"):
        for width in (320, 390, 820, 1280):
            with demo(browser, color_scheme=scheme, viewport={"width": width, "height": 800}) as (page, _, _):
                page.ticks()
                it_looks_right(page, width)


def forced_colours_leave_the_strips(browser):
    for forced in ("none", "active"):
        with demo(browser, forced_colors=forced) as (page, _, _):
            page.ticks()
            is_forced = page.page.evaluate("() => matchMedia('(forced-colors: active)').matches")
            assert is_forced == (forced == "active")
            ticks = page.page.evaluate(appearance.TICKS)
            assert len(set(ticks.values())) == 3, ticks
            # What is seen of a tick must not be what is behind it.
            assert not is_forced or all(look.endswith("solid") for look in ticks.values()), ticks


def a_page_of_another_origin_reads(transport):
    def test(browser):
        guest = Guest()
        hub = DemoHub(BINARY, "--cors-origin", guest.origin)
        cutter = Cutter(hub.port)
        page = browser.new_page()
        try:
            page.goto(f"{guest.origin}/?hub=http://127.0.0.1:{cutter.port}/&transport={transport}&served")
            page.wait_for_function("() => window.isOpen")
            # The frame ends its page, and begins another one, after 128 KiB.
            expected = [f"{number} {NASTY[number % len(NASTY)]}" + "x" * 900 for number in range(400)]
            for number, data in enumerate(expected):
                hub.publish("news" if number % 3 else "other", data)
                if number == 200:
                    page.wait_for_function("() => events.length >= 201")
                    cutter.cut()
            page.wait_for_function("count => events.length >= count", arg=len(expected), timeout=30_000)
            events = page.evaluate("() => events")
            assert [event["data"] for event in events] == expected
            assert {event["topic"] for event in events} == {"news", "other"}
            assert {event["origin"] for event in events} == {f"http://127.0.0.1:{cutter.port}"}
            page.evaluate("() => hub.publish('news', 'from the page')")
            page.wait_for_function("() => events.at(-1).data === 'from the page'")
            asked = [head.split()[1].split("?")[0] for head in cutter.heads if head.startswith("OPTIONS")]
            assert set(asked) <= {"/publish"}, f"the browser had to ask first: {asked}"
        finally:
            page.close()
            cutter.stop()
            hub.kill()
            guest.stop()

    test.__name__ = f"a_page_of_another_origin_reads_{transport}"
    return test


@contextlib.contextmanager
def guest_of(browser, *query, delays=None, guest=None, options=(), opens=True):
    """A page of another origin, the hub that it uses, and the proxy between them."""
    with contextlib.ExitStack() as stack:
        guest = guest or Guest()
        stack.callback(guest.stop)
        hub = DemoHub(BINARY, "--cors-origin", guest.origin, *options)
        stack.callback(hub.kill)
        cutter = Cutter(hub.port, delays)
        stack.callback(cutter.stop)
        page = browser.new_page()
        stack.callback(page.close)
        page.goto(f"{guest.origin}/?{'&'.join((f'hub=http://127.0.0.1:{cutter.port}/', *query))}")
        if opens:
            page.wait_for_function("() => window.isOpen")
        yield page, hub, cutter


WAYS = {
    "online": lambda page: page.evaluate("() => window.dispatchEvent(new Event('online'))"),
    "visible": lambda page: page.evaluate("() => document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))"),
    "resumed": lambda page: page.evaluate("() => document.dispatchEvent(new Event('resume', { bubbles: true }))"),
    "shown": lambda page: page.evaluate("() => window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))"),
}


def a_dead_connection_is_found_out(transport):
    def test(browser):
        for way, wake in WAYS.items():
            with guest_of(browser, f"transport={transport}", "patient") as (page, hub, cutter):
                hub.publish("news", "first")
                if transport == "poll":
                    wake(page)
                page.wait_for_function("() => events.length === 1")
                cutter.mute()
                hub.publish("other", "missed")
                wake(page)
                page.wait_for_function("() => events.length === 2", timeout=15_000)
                assert page.evaluate("() => [errors, events.map(({ data }) => data)]") == [[], ["first", "missed"]], way

    test.__name__ = f"a_dead_connection_is_found_out_{transport}"
    return test


def a_live_connection_is_left_alone(transport):
    def test(browser):
        # The client is as patient with a connection as it had to be at the beginning, so a test machine that is slow is no matter.
        delays = {f"GET /{transport}?".encode(): 2}
        with guest_of(browser, f"transport={transport}", "patient", delays=delays) as (page, hub, cutter):
            for count in range(1, 9):
                for _ in range(5):
                    WAYS["visible" if count % 2 else "resumed"](page)
                hub.publish("news", "again")
                page.wait_for_function("count => events.length === count", arg=count)
            assert page.evaluate("() => [errors, opens]") == [[], 1]
            assert sum(head.startswith(f"GET /{transport}?") for head in cutter.heads) == 1

    test.__name__ = f"a_live_connection_is_left_alone_{transport}"
    return test


def more_topics_than_an_address_holds(transport):
    def test(browser):
        topics = [f"{number:0500}" for number in range(100)]
        with guest_of(browser, f"transport={transport}", f"topics={','.join(topics)}") as (page, hub, cutter):
            for topic in topics[::7]:
                hub.publish(topic, topic)
            page.wait_for_function("() => events.length === 15")
            assert page.evaluate("() => events.map(({ topic }) => topic)") == topics[::7]
            assert not any(head.startswith("OPTIONS") for head in cutter.heads), "the browser had to ask first"

    test.__name__ = f"more_topics_than_an_address_holds_{transport}"
    return test


TAB = """() => {
  window.events = []
  window.isOpen = false
  const source = new EventSource('/sse?topic=news')
  source.onopen = () => (window.isOpen = true)
  source.onmessage = ({ data }) => events.push(data)
}"""

SOCKET = """() => {
  window.messages = []
  const socket = new WebSocket('/ws?topic=news')
  socket.onmessage = ({ data }) => messages.push(JSON.parse(data).type)
}"""


def twelve_tabs_live_on_one_connection(browser):
    """Over TLS, with HTTP/2. Over HTTP/1.1 six of them would wait for the others."""
    hub = DemoHub(BINARY, "--tls-self-signed", "--operating-port", "0")
    context = browser.new_context(ignore_https_errors=True)
    try:
        pages = [context.new_page() for _ in range(12)]
        for page in pages:
            # JSON would be shown by a viewer of the browser's, under a policy of its own.
            page.goto(f"https://localhost:{hub.port}/hub.js")
            page.evaluate(TAB)
        for page in pages:
            page.wait_for_function("() => isOpen")
        assert hub.number("hub_subscribers") == hub.number("hub_http2_streams") == 12
        assert 1 <= hub.number("hub_http2_connections") <= 2, hub.number("hub_http2_connections")
        # A WebSocket has a connection of its own, of HTTP/1.1.
        pages[0].evaluate(SOCKET)
        pages[0].wait_for_function("() => messages.includes('hello')")
        pages[0].evaluate("() => fetch('/publish?topic=news', { method: 'POST', body: 'to all' })")
        for page in pages:
            page.wait_for_function("() => events.length === 1 && events[0] === 'to all'")
        pages[0].wait_for_function("() => messages.includes('event')")
        pages.pop().close()
        eventually("the stream of a tab that was closed is still there", lambda: hub.number("hub_http2_streams") == 11, 8)
    finally:
        context.close()
        hub.kill()


ANOTHER = """async address => {
  const { Hub } = await import('/hub.js')
  window.another = new Hub(address, { topics: ['news', 'other'], transports: ['sse'], share: false })
  window.heard = []
  another.onmessage = ({ data }) => heard.push(data)
  another.onerror = ({ error }) => errors.push(error.message)
}"""


def streams_of_one_address_do_not_wait_for_each_other(browser):
    """A browser's cache may let only one of them be answered at a time."""
    with contextlib.ExitStack() as stack:
        guest = Guest()
        stack.callback(guest.stop)
        hub = DemoHub(BINARY, "--cors-origin", guest.origin)
        stack.callback(hub.kill)
        context = browser.new_context()
        stack.callback(context.close)
        pages = [context.new_page() for _ in range(2)]
        for page in pages:
            page.goto(f"{guest.origin}/?hub={hub.url}&transport=sse&alone")
            page.wait_for_function("() => window.isOpen")
            page.evaluate(ANOTHER, hub.url)
            page.wait_for_function("() => another.readyState === 1")
        hub.publish("news", "to all")
        for page in pages:
            page.wait_for_function("() => heard.length + events.length === 2")
            assert page.evaluate("() => [errors, hub.transport, another.transport]") == [[], "sse", "sse"]


BLOCKED = """async () => {
  const { Hub } = await import('/hub.js')
  const block = (url, ...options) => (/\\/sse\\?/.test(url) ? Promise.reject(new TypeError('Failed to fetch')) : fetch(url, ...options))
  new Hub('/', { topics: 'news', transports: 'sse', fetch: block }).onerror = ({ error }) => (window.told = error.message)
}"""


def a_refusal_says_what_it_is(browser):
    other = Guest()
    for what, guest, query, options in (
        ("Content-Security-Policy forbids it: its connect-src needs", Guest(policy="connect-src 'self'"), (), ()),
        ("(CORS): the hub needs --cors-origin", Guest(), (), ("--cors-origin", other.origin)),
        ("can't be reached", Guest(), (), None),
    ):
        hub = DemoHub(BINARY, *(options if options else ("--cors-origin", guest.origin)))
        page = browser.new_page()
        if options is None:
            hub.kill()
        try:
            page.goto(f"{guest.origin}/?hub={hub.url}&transport=sse")
            page.wait_for_function("() => window.errors?.length > 0")
            [told, *_] = page.evaluate("() => errors")
            assert what in told, (what, told)
        finally:
            page.close()
            hub.kill()
            guest.stop()
    other.stop()


def what_an_extension_blocks_is_told(browser):
    hub = DemoHub(BINARY)
    page = browser.new_page()
    try:
        page.goto(f"{hub.url}hub.js")
        page.evaluate(BLOCKED)
        page.wait_for_function("() => window.told")
        assert "ad blocker" in page.evaluate("() => told"), page.evaluate("() => told")
    finally:
        page.close()
        hub.kill()


def an_event_is_not_taken_for_the_clients_own(browser):
    with guest_of(browser, "transport=sse") as (page, hub, _):
        for name in ("error", "open"):
            hub.publish("news", name, event=name)
        page.wait_for_function("() => events.length === 2")
        assert page.evaluate("() => [events, errors, opens, hub.readyState]") == [
            [{"type": "error", "data": "error"}, {"type": "open", "data": "open"}], [], 1, 1]


def tokens_are_renewed(transport):
    def test(browser):
        guest = Guest(token_seconds=4)
        with guest_of(browser, f"transport={transport}", "tokens", guest=guest, options=OPTIONS) as (page, hub, cutter):
            hub.token = token(600)
            expected = []
            while len(guest.tokens) < 4:
                expected.append(str(len(expected)))
                hub.publish("news", expected[-1])
                page.wait_for_function("count => events.length >= count", arg=len(expected))
            page.evaluate("() => hub.publish('other', 'from the page')")
            page.wait_for_function("() => events.at(-1).data === 'from the page'")
            assert page.evaluate("() => [errors, events.map(({ data }) => data)]") == [[], [*expected, "from the page"]]
            asked = [head.split("\r\n") for head in cutter.heads if head.startswith(f"GET /{transport}?")]
            shown = {("access_token=" in line, any("authorization: bearer" in field.lower() for field in fields))
                     for line, *fields in asked}
            assert shown == {(True, False) if transport in ("ws", "iframe") else (False, True)}, shown

    test.__name__ = f"tokens_are_renewed_{transport}"
    return test


def a_refused_token_is_told(transport):
    def test(browser):
        guest = Guest(token_seconds=-60)
        query = (f"transport={transport}", "tokens")
        with guest_of(browser, *query, guest=guest, options=OPTIONS, opens=False) as (page, _, _):
            page.wait_for_function("() => window.errors?.length > 0")
            assert page.evaluate("() => [errors, hub.readyState]") == [["401 the token has expired"], 2]
            # One to know who may share, one for the connection, one since that was refused.
            assert len(guest.tokens) == 3

    test.__name__ = f"a_refused_token_is_told_{transport}"
    return test


def with_binary(scenario):
    def test(browser):
        scenario(browser, BINARY)

    test.__name__ = scenario.__name__
    return test


TESTS = [
    five_clocks_tick, a_cut_leaves_no_hole, a_network_that_dies_leaves_no_hole, a_hub_that_is_replaced_leaves_no_hole,
    a_hub_that_forgot_says_so, text_is_echoed_and_published_as_text, a_publish_key_is_asked_for,
    a_private_topic_opens_to_a_token, a_clock_that_is_not_public_says_so,
    the_keyboard_reaches_everything_in_order, everything_is_done_with_the_keyboard, it_can_be_read,
    forced_colours_leave_the_strips,
    *[a_page_of_another_origin_reads(transport) for transport in ("sse", "ws", "long-poll", "poll", "iframe")],
    *[a_dead_connection_is_found_out(transport) for transport in ("sse", "ws", "long-poll", "poll", "iframe")],
    *[a_live_connection_is_left_alone(transport) for transport in ("sse", "ws", "iframe")],
    *[more_topics_than_an_address_holds(transport) for transport in ("sse", "long-poll", "poll")],
    twelve_tabs_live_on_one_connection, streams_of_one_address_do_not_wait_for_each_other, an_event_is_not_taken_for_the_clients_own,
    a_refusal_says_what_it_is, what_an_extension_blocks_is_told,
    *[tokens_are_renewed(transport) for transport in ("sse", "ws", "long-poll", "poll", "iframe")],
    *[a_refused_token_is_told(transport) for transport in ("sse", "ws", "iframe")],
    *[with_binary(test) for test in (*tabs.TESTS, *console.TESTS)],
]


@contextlib.contextmanager
def chromium():
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=arguments)
        yield browser
        browser.close()


BROWSERS = {"chromium": chromium, "firefox": lambda: contextlib.closing(Firefox())}


def main():
    passed = failed = 0
    wanted = sys.argv[3:]
    with BROWSERS[sys.argv[2]]() as browser:
        for test in TESTS:
            if wanted and test.__name__ not in wanted:
                continue
            try:
                test(browser)
                passed += 1
                print(f"passed {test.__name__}", flush=True)
            except Exception:  # one test's failure is not the next one's
                failed += 1
                print(f"failed {test.__name__}\n{traceback.format_exc()}", flush=True)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(main())
