"""What every client program does: it prints each event as a line of JSON, and ends after so many."""

import json
import sys

url = sys.argv[1]
count = int(sys.argv[2])
_printed = 0


def show(identifier, event, data):
    global _printed
    line = json.dumps({"id": identifier, "event": event or "message", "data": data})
    print(line, flush=True)
    _printed += 1
    if _printed == count:
        sys.exit(0)
