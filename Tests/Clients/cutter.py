"""A TCP proxy that can cut the connections that go through it, and notes what was asked."""

import socket
import threading
import time


class Cutter:
    def __init__(self, port, delays=None):
        """`delays` says how long requests wait that begin so, in seconds."""
        self.target = port
        self.delays = delays or {}
        self.heads = []
        self.pairs = []
        self.muted = set()
        self.lock = threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self):
        """Ends every connection at once, as a dying network does."""
        with self.lock:
            pairs, self.pairs = self.pairs, []
        for side in (side for pair in pairs for side in pair):
            try:
                side.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def mute(self):
        """Lets nothing more through the connections that there are, as a path does that is dead."""
        with self.lock:
            self.muted.update(side for pair in self.pairs for side in pair)

    def stop(self):
        self.listener.close()
        self.cut()

    def _accept(self):
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:  # it was stopped
                return
            try:
                far = socket.create_connection(("127.0.0.1", self.target))
            except OSError:  # the hub is away, and comes back
                near.close()
                continue
            with self.lock:
                self.pairs.append((near, far))
            threading.Thread(target=self._pump, args=(near, far, True), daemon=True).start()
            threading.Thread(target=self._pump, args=(far, near, False), daemon=True).start()

    def _pump(self, source, sink, is_request):
        try:
            while piece := source.recv(65536):
                if is_request:
                    self.heads.append(piece.decode("latin-1"))
                    time.sleep(next((delay for start, delay in self.delays.items() if piece.startswith(start)), 0))
                if sink not in self.muted:
                    sink.sendall(piece)
        except OSError:
            pass
        for side in (source, sink):
            try:
                side.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
