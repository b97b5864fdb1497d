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

    /// The writing end of a pipe that nobody reads any more. It is the caller's to close.
    ///
    /// No child that another test starts meanwhile may inherit an end: the pipe would have a reader for as long as that lives.
    static func openWithoutReader() throws -> Int32 {
        let path = NSTemporaryDirectory() + "pipe-\(UUID().uuidString)"
        guard mkfifo(path, 0o600) == 0 else { throw POSIXError(.EIO) }
        defer { unlink(path) }
        let reader = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard reader >= 0 else { throw POSIXError(.EIO) }
        defer { close(reader) }
        return open(path, O_WRONLY | O_CLOEXEC)
    }

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
