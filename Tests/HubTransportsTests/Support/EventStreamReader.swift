/// Reads an event stream as a browser does: WHATWG HTML, 9.2.6, line by line, on bytes.
struct EventStreamReader {
    /// A message as it is dispatched.
    struct Message: Equatable {
        var type: [UInt8]
        var data: [UInt8]
        var lastEventID: [UInt8]
    }

    private(set) var messages: [Message] = []
    /// The last event id, also of blocks that dispatch nothing.
    private(set) var lastEventID: [UInt8] = []
    /// The reconnection time in milliseconds, if the stream has set one.
    private(set) var reconnectionTime: Int?
    private var idBuffer: [UInt8] = []
    private var data: [UInt8] = []
    private var type: [UInt8] = []

    init(_ stream: [UInt8]) {
        // "UTF-8 decode" takes one byte order mark away.
        let start = stream.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        for line in Self.lines(stream[start...]) { self.take(line) }
    }

    /// Lines end with CRLF, LF or CR; what has no end yet is no line.
    private static func lines(_ bytes: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
        var lines: [ArraySlice<UInt8>] = []
        var start = bytes.startIndex
        for index in bytes.indices where bytes[index] == 0x0A || bytes[index] == 0x0D {
            let isSecondHalf = bytes[index] == 0x0A && index > bytes.startIndex && bytes[index - 1] == 0x0D
            if !isSecondHalf { lines.append(bytes[start..<index]) }
            start = index + 1
        }
        return lines
    }

    private mutating func take(_ line: ArraySlice<UInt8>) {
        guard let first = line.first else { return self.dispatch() }
        guard first != UInt8(ascii: ":") else { return }
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { return self.process(line, []) }
        var value = line[(colon + 1)...]
        if value.first == UInt8(ascii: " ") { value = value.dropFirst() }
        self.process(line[..<colon], value)
    }

    private mutating func process(_ field: ArraySlice<UInt8>, _ value: ArraySlice<UInt8>) {
        switch String(decoding: field, as: UTF8.self) {
        case "event": self.type = Array(value)
        case "data": self.data += value + [0x0A]
        case "id": if !value.contains(0) { self.idBuffer = Array(value) }
        case "retry":
            guard value.allSatisfy({ (0x30...0x39).contains($0) }) else { return }
            self.reconnectionTime = Int(String(decoding: value, as: UTF8.self)) ?? self.reconnectionTime
        default: break
        }
    }

    private mutating func dispatch() {
        self.lastEventID = self.idBuffer
        defer { (self.data, self.type) = ([], []) }
        guard !self.data.isEmpty else { return }
        self.messages.append(
            Message(
                type: self.type.isEmpty ? Array("message".utf8) : self.type, data: self.data.dropLast(),
                lastEventID: self.lastEventID))
    }
}
