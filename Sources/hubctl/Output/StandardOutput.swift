import HubClient

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#endif

/// Standard output without a buffer: a line is there for the next program as soon as it is written.
enum StandardOutput {
    /// Whether a person reads along.
    static let isTerminal = isatty(1) == 1

    /// Writes text as it is.
    static func write(_ text: String) {
        Descriptor.write(Array(text.utf8), to: 1)
    }

    /// Writes an id a line; an event of several topics has one.
    static func write(ids events: [PublishedEvent]) {
        var previous: String?
        for event in events where event.id != previous {
            Self.write((Self.isTerminal ? Descriptor.printable(event.id) : event.id) + "\n")
            previous = event.id
        }
    }
}

/// Standard error, for people.
enum StandardError {
    /// Whether a person reads along.
    static let isTerminal = isatty(2) == 1

    /// Writes a line over the one that was written so before; an empty one wipes it away.
    static func overwrite(_ line: String) {
        Descriptor.write(Array("\r\u{1B}[K\(line)".utf8), to: 2)
    }

    /// Writes one line that begins with the program's name.
    static func complain(_ message: String) {
        // A server may have had a say in it.
        let short = String(decoding: message.utf8.prefix(2000), as: UTF8.self)
        let line = Descriptor.printable(short.split(whereSeparator: \.isNewline).joined(separator: " "))
        let name = Style.error.applied(to: "hubctl:", isTerminal: Self.isTerminal)
        Descriptor.write(Array("\(name) \(line)\n".utf8), to: 2)
    }
}
