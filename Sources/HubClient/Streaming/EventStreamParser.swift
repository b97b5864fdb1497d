import ByteStrings

/// Reads `text/event-stream` as the WHATWG HTML standard's section 9.2.6 ("Interpreting an event stream") says.
///
/// It is a value: bytes go in, in pieces of any size, and what they complete comes out. A block that the stream's end
/// cuts off is never dispatched, which is the standard's rule and what makes a resumption safe.
public struct EventStreamParser: Hashable, Sendable {
    /// What a piece of the stream completed.
    public enum Output: Hashable, Sendable {
        /// A block with data.
        case message(EventStreamMessage)
        /// A block without data that changed the last event id: nothing for the application, but a place to resume from.
        case lastEventID(String)
        /// A `retry` field: the reconnection time in milliseconds, which holds at once.
        case reconnectionTime(Int)
    }

    /// An event of the stream is bigger than the limit.
    public struct TooLarge: Error, Hashable, Sendable {
        /// The limit in bytes.
        public let limit: Int
        /// Whether it is the event's id that is.
        public let isID: Bool

        /// Makes the error.
        public init(limit: Int, isID: Bool = false) {
            self.limit = limit
            self.isID = isID
        }
    }

    /// The last event id, as the last dispatched block left it.
    public private(set) var lastEventID = ""

    private let limit: Int
    private let idLimit: Int
    private var byteOrderMark = ByteOrderMark.expected(0)
    private var skipsLineFeed = false
    private var line: [UInt8] = []
    private var data: [UInt8] = []
    private var type: [UInt8] = []
    private var lastEventIDBuffer = ""
    private var ownID: String?
    private var ownRetry: Int?

    private enum ByteOrderMark: Hashable, Sendable {
        case expected(Int)
        case done
    }

    /// Makes a parser for the beginning of a stream.
    /// - Parameters:
    ///   - lastEventID: What an earlier connection of the same stream left behind.
    ///   - limit: The most bytes that a line, or the data of an event, may have.
    ///   - idLimit: The most bytes that an id may have.
    public init(lastEventID: String = "", limit: Int = .max, idLimit: Int = .max) {
        self.lastEventID = lastEventID
        self.lastEventIDBuffer = lastEventID
        self.limit = limit
        self.idLimit = idLimit
    }

    /// Takes the next bytes of the stream.
    /// - Returns: What they complete, in the stream's order.
    /// - Throws: ``TooLarge``; the stream is of no more use then.
    public mutating func parse(_ bytes: some Sequence<UInt8>) throws(TooLarge) -> [Output] {
        var output: [Output] = []
        for byte in bytes { try self.take(byte, &output) }
        return output
    }

    private mutating func take(_ byte: UInt8, _ output: inout [Output]) throws(TooLarge) {
        if case .expected(let matched) = self.byteOrderMark, self.isByteOrderMark(byte, matched) { return }
        switch byte {
        case UInt8(ascii: "\n") where self.skipsLineFeed:
            self.skipsLineFeed = false
        case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
            self.skipsLineFeed = byte == UInt8(ascii: "\r")
            try self.endLine(&output)
        default:
            self.skipsLineFeed = false
            guard self.line.count < self.limit, self.data.count < self.limit else {
                throw TooLarge(limit: self.limit)
            }
            self.line.append(byte)
        }
    }

    /// One byte order mark (EF BB BF) at the beginning is no part of the text; a part of one is, as bad UTF-8.
    private mutating func isByteOrderMark(_ byte: UInt8, _ matched: Int) -> Bool {
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        guard byte == mark[matched] else {
            self.byteOrderMark = .done
            self.line.append(contentsOf: mark[..<matched])
            return false
        }
        self.byteOrderMark = matched == 2 ? .done : .expected(matched + 1)
        return true
    }

    private mutating func endLine(_ output: inout [Output]) throws(TooLarge) {
        defer { self.line.removeAll(keepingCapacity: true) }
        guard !self.line.isEmpty else { return self.dispatch(&output) }
        guard let colon = self.line.firstIndex(of: UInt8(ascii: ":")) else {
            return try self.process(field: self.line[...], value: [], &output)
        }
        var value = self.line[(colon + 1)...]
        if value.first == UInt8(ascii: " ") { value.removeFirst() }
        try self.process(field: self.line[..<colon], value: value, &output)
    }

    /// Names are compared as they are, without folding of case. A comment is a field with an empty name.
    private mutating func process(
        field: ArraySlice<UInt8>, value: ArraySlice<UInt8>, _ output: inout [Output]
    ) throws(TooLarge) {
        if field.elementsEqual("data".utf8) {
            self.data.append(contentsOf: value)
            self.data.append(UInt8(ascii: "\n"))
        } else if field.elementsEqual("event".utf8) {
            self.type = Array(value)
        } else if field.elementsEqual("id".utf8) {
            guard value.count <= self.idLimit else { throw TooLarge(limit: self.idLimit, isID: true) }
            guard !value.contains(0) else { return }
            self.lastEventIDBuffer = String(decoding: value, as: UTF8.self)
            self.ownID = self.lastEventIDBuffer
        } else if field.elementsEqual("retry".utf8) {
            guard let milliseconds = Self.digits(value) else { return }
            self.ownRetry = milliseconds
            output.append(.reconnectionTime(milliseconds))
        }
    }

    /// ASCII digits only: no sign, no space, not empty. What no integer can hold is ignored like any other nonsense.
    private static func digits(_ value: ArraySlice<UInt8>) -> Int? {
        guard !value.isEmpty, value.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
            return nil
        }
        return Int(String(decoding: value, as: UTF8.self))
    }

    private mutating func dispatch(_ output: inout [Output]) {
        defer {
            self.data.removeAll(keepingCapacity: true)
            self.type.removeAll(keepingCapacity: true)
            self.ownID = nil
            self.ownRetry = nil
        }
        let isMoved = ByteString(self.lastEventID) != ByteString(self.lastEventIDBuffer)
        self.lastEventID = self.lastEventIDBuffer
        guard !self.data.isEmpty else {
            if isMoved { output.append(.lastEventID(self.lastEventID)) }
            return
        }
        self.data.removeLast()
        output.append(
            .message(
                EventStreamMessage(
                    type: self.type.isEmpty ? "message" : String(decoding: self.type, as: UTF8.self),
                    data: String(decoding: self.data, as: UTF8.self), id: self.ownID,
                    lastEventID: self.lastEventID, retry: self.ownRetry)))
    }
}

/// A message of an event stream (WHATWG HTML, 9.2.6, "dispatch the event").
public struct EventStreamMessage: Hashable, Sendable {
    /// The event's type; `message` if the stream names none.
    public var type: String
    /// The data, its lines joined by LF.
    public var data: String
    /// The block's own `id` field; `nil` if it has none, or only such as the standard ignores.
    public var id: String?
    /// The last event id after this block: the block's own, or that of an earlier one; empty if there was none.
    public var lastEventID: String
    /// The block's own `retry` field in milliseconds.
    public var retry: Int?

    /// Makes a message.
    public init(type: String, data: String, id: String?, lastEventID: String, retry: Int?) {
        self.type = type
        self.data = data
        self.id = id
        self.lastEventID = lastEventID
        self.retry = retry
    }
}
