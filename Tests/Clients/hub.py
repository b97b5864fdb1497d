"""A real hub for the time of a test."""

import json
import re
import subprocess
import tempfile
import time
import urllib.parse
import urllib.request


class Hub:
    def __init__(self, binary, *arguments):
        # Whatever becomes of this script, the hub does not outlive it.
        self.command = ["setpriv", "--pdeathsig", "KILL", "--", binary, "--host", "127.0.0.1", "--port", "0", *arguments]
        self.start()

    def start(self):
        """Starts it, for the first time or after its end; each time with another port."""
        self.log = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        try:
            self.port = self._port()
        except BaseException:
            self.stop()
            raise

    def _port(self):
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and self.process.poll() is None:
            self.log.seek(0)
            found = re.search(r"address=127\.0\.0\.1:(\d+)", self.log.read())
            if found:
                return int(found[1])
            time.sleep(0.02)
        self.log.seek(0)
        raise RuntimeError("the hub did not say its address: " + self.log.read())

    def publish(self, topic, data, event=None, retry=None):
        """Publishes and returns the event as a client should see it."""
        query = {"topic": topic}
        if event is not None:
            query["event"] = event
        if retry is not None:
            query["retry"] = retry
        url = f"http://127.0.0.1:{self.port}/publish?{urllib.parse.urlencode(query)}"
        request = urllib.request.Request(url, data=data.encode(), method="POST")
        with urllib.request.urlopen(request, timeout=10) as answer:
            identifier = json.load(answer)["events"][0]["id"]
        return {"id": identifier, "event": event or "message", "data": data}

    def stop(self):
        self.process.kill()
        self.process.wait()
