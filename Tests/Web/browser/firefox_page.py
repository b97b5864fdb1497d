"""A page in Firefox, as a scenario sees it."""

import base64
import json
import pathlib
import time

from bidi import Refused

# Found and shown.
FIND = "selector => { const e = document.querySelector(selector); return e !== null && e.checkVisibility() }"
FOCUS = "selector => document.querySelector(selector).focus()"
# At once: a long text would take seconds to type.
FILL = """([selector, text]) => {
  const field = document.querySelector(selector)
  field.value = text
  field.dispatchEvent(new InputEvent('input', { bubbles: true }))
}"""
KEYS = {"Tab": "\ue004", "Enter": "\ue007", "Escape": "\ue00c"}
# What a page that is being left answers.
LEAVING = ("no such frame", "unknown error")


class Page:
    def __init__(self, context, handle):
        self.context, self.remote, self.handle = context, context.remote, handle
        self.keyboard = Keyboard(self)

    def goto(self, url, wait_until=None):
        """Whatever is asked for, it does not wait for more than the page's own scripts: a streaming frame is never loaded."""
        self.remote.ask("browsingContext.navigate", context=self.handle, url=url, wait="interactive")

    def evaluate(self, function, arg=None):
        """What a function of the page's returns, which has to be JSON."""
        text = f"async (text) => JSON.stringify(await ({function})(JSON.parse(text)))"
        argument = {"type": "string", "value": json.dumps(arg)}
        told = self.remote.ask("script.callFunction", functionDeclaration=text, arguments=[argument], awaitPromise=True,
                               target={"context": self.handle})
        if told["type"] == "exception":
            raise AssertionError(told["exceptionDetails"]["text"])
        return json.loads(told["result"].get("value", "null"))

    def wait_for_function(self, function, arg=None, timeout=30_000):
        deadline = time.monotonic() + timeout / 1000
        while not self._holds(function, arg):
            if time.monotonic() > deadline:
                raise AssertionError(f"in {timeout} ms: {function}, {arg!r}")
            time.sleep(0.02)

    def _holds(self, function, arg):
        try:
            return self.evaluate(f"async (arg) => Boolean(await ({function})(arg))", arg)
        except Refused as error:
            if error.code not in LEAVING:
                raise
            return False

    def wait_for_selector(self, selector, timeout=30_000):
        self.wait_for_function(FIND, selector, timeout)
        return Element(self, selector)

    def wait_for_timeout(self, milliseconds):
        time.sleep(milliseconds / 1000)

    def is_visible(self, selector):
        return self.evaluate(FIND, selector)

    def inner_text(self, selector):
        return self.evaluate("selector => document.querySelector(selector).innerText", selector)

    def click(self, selector):
        self.wait_for_selector(selector)
        self.evaluate("selector => document.querySelector(selector).scrollIntoView({ block: 'center' })", selector)
        [node] = self.remote.ask("browsingContext.locateNodes", context=self.handle, maxNodeCount=1,
                                 locator={"type": "css", "value": selector})["nodes"]
        origin = {"type": "element", "element": {"sharedId": node["sharedId"]}}
        self._act("pointer", {"type": "pointerMove", "x": 0, "y": 0, "origin": origin},
                  {"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0})

    def focus(self, selector):
        self.wait_for_selector(selector)
        self.evaluate(FOCUS, selector)

    def fill(self, selector, text):
        self.focus(selector)
        self.evaluate(FILL, [selector, text])

    def press(self, selector, key):
        self.focus(selector)
        self.keyboard.press(key)

    def _act(self, kind, *actions):
        sources = [{"type": kind, "id": kind, "actions": list(actions)}]
        self.remote.ask("input.performActions", context=self.handle, actions=sources)

    def on(self, kind, listener):
        """`console` and `pageerror`."""
        def take(entry):
            if entry["source"].get("context") != self.handle:
                return
            if entry["type"] == "console" and kind == "console":
                listener(Message("warning" if entry["level"] == "warn" else entry["level"], entry["text"]))
            elif entry["type"] == "javascript" and entry["level"] == "error" and kind == "pageerror":
                listener(entry["text"])

        self.remote.on("log.entryAdded", take)

    def screenshot(self, path, full_page=False):
        origin = "document" if full_page else "viewport"
        data = self.remote.ask("browsingContext.captureScreenshot", context=self.handle, origin=origin)["data"]
        pathlib.Path(path).write_bytes(base64.b64decode(data))

    def close(self):
        if self.context.owns_its_page:
            return self.context.close()
        self.remote.ask("browsingContext.close", context=self.handle)


class Message:
    def __init__(self, kind, text):
        self.type, self.text = kind, text


class Element:
    def __init__(self, page, selector):
        self.page, self.selector = page, selector

    def inner_text(self):
        return self.page.inner_text(self.selector)


class Keyboard:
    def __init__(self, page):
        self.page = page

    def press(self, key):
        self.page._act("key", *({"type": kind, "value": KEYS[key]} for kind in ("keyDown", "keyUp")))
