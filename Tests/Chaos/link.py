"""A TCP link that can be cut: between a hub and Redis there is a network."""
import asyncio


class Link:
    """Forwards to a target. Each direction can be swallowed, and all of it be torn.

    A direction that is swallowed reads nothing any more, as a network that has lost the route: the sender fills its
    buffers, and nobody is told.
    """

    def __init__(self, target):
        self.target = target
        self.server = None
        self.writers = set()
        self.passes = {"up": asyncio.Event(), "down": asyncio.Event()}
        self.is_torn = False
        self.serving = set()  # tasks
        self.heal()

    async def start(self):
        self.server = await asyncio.start_server(self.serve, "127.0.0.1", 0)
        return self.server.sockets[0].getsockname()[1]

    @property
    def is_whole(self):
        return not self.is_torn and all(passes.is_set() for passes in self.passes.values())

    def swallow(self, *directions):
        """Stops what goes `up` to the target, `down` from it, or both."""
        for direction in directions:
            self.passes[direction].clear()

    def tear(self):
        """Resets all connections, and each new one."""
        self.is_torn = True
        self.reset_all()

    def heal(self):
        """Lets everything pass again. What was swallowed came to nothing: those connections are dead."""
        self.is_torn = False
        self.reset_all()
        for passes in self.passes.values():
            passes.set()

    def reset_all(self):
        for writer in self.writers:
            writer.transport.abort()
        self.writers.clear()

    async def stop(self):
        self.heal()
        if self.server is not None:
            self.server.close()
            await self.server.wait_closed()
        await asyncio.gather(*self.serving, return_exceptions=True)

    async def serve(self, reader, writer):
        """Forwards one connection, as long as it lasts."""
        task = asyncio.current_task()
        self.serving.add(task)
        task.add_done_callback(self.serving.discard)
        if self.is_torn:
            writer.transport.abort()
            return
        try:
            there, back = await asyncio.open_connection(*self.target)
        except OSError:
            writer.transport.abort()
            return
        self.writers |= {writer, back}
        try:
            await asyncio.gather(self._pump(reader, back, "up"), self._pump(there, writer, "down"))
        except OSError:
            pass
        finally:
            for one in (writer, back):
                one.transport.abort()
                self.writers.discard(one)

    async def _pump(self, reader, writer, direction):
        while True:
            data = await reader.read(65536)
            await self.passes[direction].wait()
            if not data:
                raise ConnectionResetError
            writer.write(data)
            await writer.drain()
