/// An answer as it came over the wire.
struct RawAnswer {
    let status: Int
    let statusLine: String
    let headers: [(name: String, value: String)]
    let body: String

    subscript(name: String) -> String? {
        self.headers.first { $0.name == name.lowercased() }?.value
    }

    /// Parses an answer that is framed by its length, or by the end of the connection.
    /// - Returns: The answer and its length; `nil` if it is not complete.
    static func parse(_ bytes: [UInt8], isHead: Bool, isClosed: Bool) -> (RawAnswer, Int)? {
        let text = String(decoding: bytes, as: UTF8.self)
        guard let end = text.firstRange(of: "\r\n\r\n") else { return nil }
        let lines = text[..<end.lowerBound].split(separator: "\r\n")
        let headers = lines.dropFirst().map { line in
            let parts = line.split(separator: ":", maxSplits: 1)
            let value = parts.count > 1 ? String(parts[1].drop { $0 == " " }) : ""
            return (name: parts[0].lowercased(), value: value)
        }
        let status = Int(lines[0].split(separator: " ")[1]) ?? 0
        let headLength = text[..<end.upperBound].utf8.count
        let declared = headers.first { $0.name == "content-length" }.flatMap { Int($0.value) }
        let hasBody = !isHead && status >= 200 && status != 204 && status != 304
        let length = hasBody ? declared ?? (isClosed ? bytes.count - headLength : nil) : 0
        guard let length, bytes.count >= headLength + length else { return nil }
        let body = String(decoding: bytes[headLength..<headLength + length], as: UTF8.self)
        let answer = RawAnswer(status: status, statusLine: String(lines[0]), headers: headers, body: body)
        return (answer, headLength + length)
    }
}
