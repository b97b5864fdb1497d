import Foundation
import Synchronization

/// A pipe with a name that a test reads when it wants to, and that can be filled so that whoever writes to it must wait.
final class UnreadPipe: Sendable {
    let path: String
    /// Both ends in one, so that opening waits for nobody.
    let descriptor: Int32
    private let text = Mutex("")

    init() throws {
        self.path = NSTemporaryDirectory() + "pipe-\(UUID().uuidString)"
        guard mkfifo(self.path, 0o600) == 0 else { throw POSIXError(.EIO) }
        self.descriptor = open(self.path, O_RDWR | O_NONBLOCK)
        guard self.descriptor >= 0 else { throw POSIXError(.EIO) }
    }

    deinit {
        close(self.descriptor)
        unlink(self.path)
    }

    /// Another end, which waits when the pipe is full. It is the caller's to close.
    func openForWriting() -> Int32 { open(self.path, O_WRONLY) }

    /// Writes until nothing more fits.
    func fill() {
        // The smallest that a pipe can be, and then byte by byte up to its end.
        _ = fcntl(self.descriptor, 1031 /* F_SETPIPE_SZ */, 4096)
        for size in [4096, 1] {
            let bytes = [UInt8](repeating: UInt8(ascii: "\n"), count: size)
            while write(self.descriptor, bytes, size) > 0 {}
        }
    }

    /// Everything that was read so far, and what there is now.
    func read() -> String {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        return self.text.withLock { text in
            while case let count = Foundation.read(self.descriptor, &buffer, buffer.count), count > 0 {
                text += String(decoding: buffer[..<count], as: UTF8.self)
            }
            return text
        }
    }
}
