"""requests-sse: reconnects and resumes by itself."""

from datetime import timedelta

from output import show, url
from requests_sse import EventSource

with EventSource(url, reconnection_time=timedelta(milliseconds=50), timeout=30) as source:
    for event in source:
        show(event.last_event_id, event.type, event.data)
