"""A way in that knows who comes, so that the network can be cut between some and not between others."""
import asyncio

from link import Link
from processes import open_sockets, tcp_sockets


class Door:
    """Forwards to a port. Whoever comes has a link of its own, by its name."""

    def __init__(self, port, processes):
        self.target = ("127.0.0.1", port)
        self.processes = processes  # gives those who may come
        self.links = {}
        self.server = None

    async def start(self):
        """Opens it. Gives the port at which it is."""
        self.server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        return self.server.sockets[0].getsockname()[1]

    def link(self, name):
        """The link of one who comes, or has not come yet."""
        return self.links.setdefault(name, Link(self.target))

    def heal(self):
        """Lets those pass again for whom it is shut; nobody else is disturbed."""
        for link in self.links.values():
            if not link.is_whole:
                link.heal()

    async def stop(self):
        self.server.close()
        for link in self.links.values():
            await link.stop()
        await self.server.wait_closed()

    async def _accept(self, reader, writer):
        # A port may be that of several connections, to other places.
        ends = tuple("{}:{}".format(*writer.get_extra_info(end)) for end in ("peername", "sockname"))
        inode = next((inode for *both, inode in tcp_sockets() if tuple(both) == ends), None)
        name = next((one.name for one in self.processes() if one.is_running and inode in open_sockets(one)), "")
        await self.link(name).serve(reader, writer)
