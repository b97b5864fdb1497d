/// What the load generator asks of the floor.
enum FloorRequest {
    case subscribe([Int])
    case publish(Int, data: ArraySlice<UInt8>)

    /// Reads a whole request; `nil` if it is none that the floor knows.
    init?(_ bytes: ArraySlice<UInt8>) {
        guard let lineEnd = bytes.firstIndex(of: UInt8(ascii: "\r")) else { return nil }
        let topics = Self.topics(in: bytes[..<lineEnd])
        if bytes.starts(with: "GET ".utf8) {
            self = .subscribe(topics)
        } else if bytes.starts(with: "POST ".utf8), let topic = topics.first, let body = Self.bodyStart(bytes) {
            self = .publish(topic, data: bytes[body...])
        } else {
            return nil
        }
    }

    /// The topics of the request line, which are named `bench-NUMBER`.
    private static func topics(in line: ArraySlice<UInt8>) -> [Int] {
        var topics: [Int] = []
        var rest = line
        while let sign = rest.firstIndex(of: UInt8(ascii: "=")) {
            rest = rest[(sign + 1)...]
            let digits = rest.drop { $0 != UInt8(ascii: "-") }.dropFirst().prefix { (48...57).contains($0) }
            topics.append(digits.reduce(0) { $0 * 10 + Int($1) - 48 })
        }
        return topics
    }

    private static func bodyStart(_ bytes: ArraySlice<UInt8>) -> Int? {
        let blank = Array("\r\n\r\n".utf8)
        return bytes.indices.first { bytes[$0...].starts(with: blank) }.map { $0 + blank.count }
    }
}
