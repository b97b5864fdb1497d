"""A page of another origin that uses a hub's client, or a copy of its own."""

import http.server
import pathlib
import threading

from tokens import token

PAGE = b"""<!DOCTYPE html><meta charset="utf-8"><title>Guest</title><link rel="icon" href="data:,"><body><script type="module">
  const query = new URLSearchParams(location.search)
  const { Hub, HubEvent } = await import(`${query.has('served') ? query.get('hub') : '/'}hub.js`)
  window.events = []
  window.errors = []
  window.opens = 0
  window.asked = []
  const { fetch } = window
  window.fetch = (url, ...options) => {
    asked.push(`${url}`)
    return fetch(url, ...options)
  }
  const topics = query.get('topics')?.split(',') ?? ['news', 'other']
  // One that is patient finds a dead connection by its silence only when no test waits any longer.
  const patience = query.has('patient') ? { pollInterval: 60000, connectTimeout: 60000, heartbeatTimeout: 60000 } : { pollInterval: 200 }
  if (query.has('alone')) patience.share = false
  const [cursor, since, transport] = ['cursor', 'since', 'transport'].map((name) => query.get(name) ?? undefined)
  const access = query.has('tokens') ? { token: async () => (await fetch('/token')).text() } : {}
  window.hub = new Hub(query.get('hub'), { topics, transports: transport && [transport], cursor, since, ...patience, ...access })
  hub.onopen = () => (window.isOpen = true) && (window.opens += 1)
  hub.onmessage = ({ topic, data, lastEventId, origin }) => events.push({ topic, data, lastEventId, origin })
  hub.onerror = ({ error }) => errors.push(error.message)
  hub.addEventListener('hub.reset', ({ data }) => errors.push(data))
  for (const name of ['open', 'error']) {
    hub.addEventListener(name, (event) => event instanceof HubEvent && events.push({ type: name, data: event.data }))
  }
</script>"""


WEB = pathlib.Path(__file__).parents[3] / "web"


class Guest:
    def __init__(self, token_seconds=0, policy=None):
        self.tokens = []
        self.policy = policy
        self.token_seconds = token_seconds
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.guest = self
        self.origin = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()

    def give_token(self):
        self.tokens.append(token(self.token_seconds))
        return self.tokens[-1].encode()


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        is_script = self.path.endswith(".js")
        self.send_response(200)
        self.send_header("Content-Type", "text/javascript" if is_script else "text/html; charset=utf-8")
        self.send_header("Access-Control-Allow-Origin", "*")
        if self.server.guest.policy:
            self.send_header("Content-Security-Policy", self.server.guest.policy)
        self.end_headers()
        self.wfile.write((WEB / self.path[1:]).read_bytes() if is_script else self._page())

    def _page(self):
        return self.server.guest.give_token() if self.path == "/token" else PAGE

    def log_message(self, *_):
        pass
