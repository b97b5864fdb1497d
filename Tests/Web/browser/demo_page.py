"""The demo page in a browser, as a person sees it."""

TRANSPORTS = ["Polling", "Long polling", "Hidden iframe", "Server-Sent Events", "WebSocket"]

# What a browser says of its own accord when a connection fails; everything else on the console is the page's.
NETWORK = ("Failed to load resource: net::", "WebSocket connection to")

ROWS = """() => [...document.querySelectorAll('.row')].map(row => ({
  title: row.querySelector('h3').textContent,
  state: row.dataset.state,
  time: row.querySelector('time').textContent,
  missed: row.querySelector('[data-number=holes]').textContent,
  bytes: row.querySelector('[data-number=bytes]').textContent,
  latency: row.querySelector('[data-number=latency]').textContent,
  strip: [...row.querySelectorAll('.tick')].map(cell => cell.classList[1] ?? 'none'),
}))"""


class DemoPage:
    def __init__(self, browser, url, **options):
        self.context = browser.new_context(**options)
        self.page = self.context.new_page()
        self.complaints = []
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", self._listen)
        # A streaming iframe keeps the page from ever being loaded.
        self.page.goto(url, wait_until="commit")
        self.page.wait_for_selector(".row:nth-child(5)", timeout=20_000)

    def _listen(self, message):
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def own_complaints(self):
        return [text for text in self.complaints if not text.startswith(NETWORK)]

    def rows(self):
        return {row["title"]: row for row in self.page.evaluate(ROWS)}

    def wait(self, condition, seconds=30):
        """Waits until a condition on the rows holds; looks at every change."""
        last = {}

        def holds():
            last.update(self.rows())
            return condition(last)

        deadline = self.page.evaluate("() => performance.now()") + seconds * 1000
        while not holds():
            assert self.page.evaluate("() => performance.now()") < deadline, f"{last}, {self.complaints}"
            self.page.wait_for_timeout(50)

    def ticks(self, count=2):
        """Waits until every row has shown so many different times."""
        seen = {title: set() for title in TRANSPORTS}

        def enough(rows):
            for title in TRANSPORTS:
                seen[title].add(rows[title]["time"])
            return all(len(times - {"--:--:--"}) >= count for times in seen.values())

        self.wait(enough)

    def close(self):
        self.context.close()
