import HubClient

/// Cuts a stream of bytes into batches of whole lines that a hub takes in one request.
struct NDJSONBatcher {
    /// Lines that are published in one step.
    struct Batch {
        /// The number of the first line, counted from 1.
        let firstLine: Int
        let lineCount: Int
        let bytes: [UInt8]
    }

    /// Stays below the hub's default limit of 1 MiB for a body.
    private static let maximumByteCount = 512 << 10

    private var partial: [UInt8] = []
    private var bytes: [UInt8] = []
    private var lineCount = 0
    private var firstLine = 1
    private var linesSeen = 0

    /// Takes the next bytes.
    /// - Returns: The batches that are full.
    mutating func append(_ input: [UInt8]) -> [Batch] {
        var full: [Batch] = []
        var rest = input[...]
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            self.partial += rest[..<end]
            rest = rest[(end + 1)...]
            if let batch = self.endLine() { full.append(batch) }
        }
        self.partial += rest
        return full
    }

    /// The lines that are complete, though they do not fill a batch; the input has no more at the moment.
    mutating func flush() -> Batch? {
        guard self.lineCount > 0 else { return nil }
        defer {
            self.bytes = []
            self.lineCount = 0
        }
        return Batch(firstLine: self.firstLine, lineCount: self.lineCount, bytes: self.bytes)
    }

    /// What is left at the end of the input, whose last line may lack its line feed.
    mutating func finish() -> [Batch] {
        [self.partial.isEmpty ? nil : self.endLine(), self.flush()].compactMap(\.self)
    }

    /// Adds the line, without blank ones; gives out what was gathered before if the line no longer fits.
    private mutating func endLine() -> Batch? {
        defer { self.partial.removeAll(keepingCapacity: true) }
        self.linesSeen += 1
        guard self.partial.contains(where: { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\r") }) else { return nil }
        let isFull =
            self.lineCount == HubClient.maximumBatchCount
            || self.bytes.count + self.partial.count > Self.maximumByteCount
        let batch = isFull ? self.flush() : nil
        if self.lineCount == 0 { self.firstLine = self.linesSeen }
        self.bytes += self.partial
        self.bytes.append(UInt8(ascii: "\n"))
        self.lineCount += 1
        return batch
    }
}
