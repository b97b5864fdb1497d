"""WebDriver BiDi (w3.org/TR/webdriver-bidi), which Firefox speaks by itself: commands, their answers, and what it tells meanwhile."""

import contextlib
import itertools
import json
import queue
import threading

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect


class Refused(Exception):
    """What the browser answered instead of a result."""

    def __init__(self, code, message):
        super().__init__(f"{code}: {message}")
        self.code = code


class Remote:
    """A session with a browser. A thread listens, so that what is told is heard while nobody asks."""

    def __init__(self, url):
        self.stack = contextlib.ExitStack()
        self.socket = self.stack.enter_context(connect(f"{url}/session", max_size=None, compression=None, ping_interval=None))
        self.numbers = itertools.count(1)
        self.answers = {}
        self.listeners = []
        self.lock = threading.Lock()
        self.thread = threading.Thread(target=self._listen, daemon=True)
        self.thread.start()

    def ask(self, method, seconds=60, **parameters):
        """Sends a command, and returns its result."""
        number, answer = next(self.numbers), queue.SimpleQueue()
        with self.lock:
            self.answers[number] = answer
        self.socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        try:
            told = answer.get(timeout=seconds)
        except queue.Empty:
            raise TimeoutError(f"{method}: no answer in {seconds} s") from None
        finally:
            with self.lock:
                del self.answers[number]
        if told["type"] == "success":
            return told["result"]
        raise Refused(told["error"], told["message"])

    def on(self, method, listener):
        """Has a listener called with everything of a kind that is told."""
        self.listeners.append((method, listener))

    def close(self):
        self.stack.close()
        self.thread.join()

    def _listen(self):
        with contextlib.suppress(ConnectionClosed):
            for text in self.socket:
                self._take(json.loads(text))
        with self.lock:
            waiting = list(self.answers.values())
        for answer in waiting:
            answer.put({"type": "error", "error": "closed", "message": "the browser has gone"})

    def _take(self, message):
        if message["type"] != "event":
            with self.lock:
                answer = self.answers.get(message["id"])
            if answer:
                answer.put(message)
            return
        for method, listener in self.listeners:
            if method == message["method"]:
                listener(message["params"])
