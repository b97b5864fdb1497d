"""A page of another origin that holds a hidden iframe of the hub, and keeps what it is told."""

import http.server
import threading

PAGE = b"""<!DOCTYPE html><meta charset="utf-8"><title>Parent</title><script>
  window.messages = [];
  addEventListener("message", ({ origin, data }) => messages.push({ origin, data }));
  window.listen = source => {
    const frame = document.createElement("iframe");
    frame.hidden = true;
    frame.src = source;
    document.body.append(frame);
  };
</script><body>"""


class Parent:
    def __init__(self):
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.origin = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/" else 204)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(PAGE if self.path == "/" else b"")

    def log_message(self, *_):
        pass
