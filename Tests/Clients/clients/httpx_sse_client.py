"""httpx-sse: its user reconnects, and passes on the last id."""

import httpx
from httpx_sse import connect_sse
from output import show, url

last = None
with httpx.Client(timeout=30) as client:
    while True:
        headers = {"Last-Event-ID": last} if last else {}
        try:
            with connect_sse(client, "GET", url, headers=headers) as source:
                for event in source.iter_sse():
                    last = event.id
                    show(event.id, event.event, event.data)
        except httpx.TransportError:
            pass
