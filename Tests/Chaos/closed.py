"""What a run that is encrypted must not let pass: whoever shows no token, and whoever does not encrypt."""
from http1 import Connection

UPGRADE = ["Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13",
           "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=="]
REQUESTS = [
    *(("GET", f"/{path}?topic=a", []) for path in ("sse", "iframe", "poll", "long-poll")),
    ("GET", "/ws?topic=a", UPGRADE),
    ("POST", "/publish?topic=a", []),
]


async def check(address):
    """Raises what somebody could do there who may do nothing."""
    for method, target, fields in REQUESTS:
        connection = Connection(address)
        status, _ = await connection.request(method, target, headers=fields)
        connection.close()
        if status != 401:
            raise RuntimeError(f"{method} {target} without a token was answered {status}")
    connection = Connection(address._replace(is_encrypted=False))
    try:
        status, _ = await connection.request("GET", "/health/live", seconds=5)
    except (OSError, EOFError):
        return
    raise RuntimeError(f"a request that is not encrypted was answered {status}")
