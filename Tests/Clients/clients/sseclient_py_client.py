"""sseclient-py: reads an answer that its user has opened with requests; its user reconnects."""

import requests
import sseclient
from output import show, url

last = None
while True:
    headers = {"Accept": "text/event-stream"}
    if last:
        headers["Last-Event-ID"] = last
    try:
        answer = requests.get(url, headers=headers, stream=True, timeout=30)
        for event in sseclient.SSEClient(answer).events():
            last = event.id
            show(event.id, event.event, event.data)
    except requests.RequestException:
        pass
