"""aiohttp-sse-client2: resumes with the id that it remembers; after a broken answer its user calls connect again."""

import asyncio
from datetime import timedelta

from aiohttp import ClientError
from aiohttp_sse_client2.client import EventSource
from output import show, url


async def main():
    async with EventSource(url, reconnection_time=timedelta(milliseconds=50)) as source:
        while True:
            try:
                async for event in source:
                    show(event.last_event_id, event.type, event.data)
            except ClientError:
                await source.connect(retry=5)


asyncio.run(main())
