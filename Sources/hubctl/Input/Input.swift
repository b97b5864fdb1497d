#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#endif

/// Standard input or a file, read with plain system calls so that nothing waits in a buffer.
final class Input {
    /// Standard input.
    static var standard: Input { Input(descriptor: 0, name: "standard input", isOwned: false) }

    private let descriptor: CInt
    private let name: String
    private let isOwned: Bool

    private init(descriptor: CInt, name: String, isOwned: Bool) {
        self.descriptor = descriptor
        self.name = name
        self.isOwned = isOwned
    }

    /// Opens a file; `-` is standard input.
    /// - Throws: ``InputError`` if it can't be opened.
    convenience init(path: String) throws(InputError) {
        guard path != "-" else {
            self.init(descriptor: 0, name: "standard input", isOwned: false)
            return
        }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw InputError(name: path, errno: errno, isMissing: true) }
        self.init(descriptor: descriptor, name: path, isOwned: true)
    }

    deinit {
        if self.isOwned { close(self.descriptor) }
    }

    /// The next bytes; empty at the end.
    /// - Throws: ``InputError`` if it can't be read.
    func read() throws(InputError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let descriptor = self.descriptor
            let count = bytes.withUnsafeMutableBytes { buffer in
                #if canImport(Glibc)
                    Glibc.read(descriptor, buffer.baseAddress, buffer.count)
                #elseif canImport(Darwin)
                    Darwin.read(descriptor, buffer.baseAddress, buffer.count)
                #else
                    Musl.read(descriptor, buffer.baseAddress, buffer.count)
                #endif
            }
            if count >= 0 { return Array(bytes[..<count]) }
            guard errno == EINTR else { throw InputError(name: self.name, errno: errno, isMissing: false) }
        }
    }

    /// Everything up to the end.
    /// - Parameter limit: With how many bytes to stop waiting for it.
    func readToEnd(atMost limit: Int = .max) throws(InputError) -> [UInt8] {
        var all: [UInt8] = []
        while all.count < limit {
            let bytes = try self.read()
            guard !bytes.isEmpty else { return all }
            all += bytes
        }
        return all
    }

    /// Whether there is more to read at once, or the end.
    var isReady: Bool {
        var request = pollfd(fd: self.descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&request, 1, 0) > 0
    }
}

/// What is to be published can't be read.
struct InputError: Error, CustomStringConvertible {
    let name: String
    let errno: CInt
    /// Whether it could not even be opened.
    let isMissing: Bool

    var description: String { "\(self.name): \(String(cString: strerror(self.errno)))" }
}
