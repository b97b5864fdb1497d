"""launchdarkly-eventsource: reconnects and resumes by itself."""

from ld_eventsource import SSEClient
from ld_eventsource.config import ErrorStrategy
from output import show, url

client = SSEClient(url, initial_retry_delay=0.05, error_strategy=ErrorStrategy.always_continue())
for event in client.events:
    show(event.last_event_id, event.event, event.data)
