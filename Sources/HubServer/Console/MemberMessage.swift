import ByteStrings

/// What members say to each other: a line that says what it is, then JSON.
enum MemberMessage {
    case question(ByteString, [UInt8])
    /// Without JSON, there is nothing to say.
    case answer(ByteString, ByteString, [UInt8]?)

    /// Reads a message; `nil` if it is none, or one of another release.
    init?(_ bytes: [UInt8]) {
        guard let end = bytes.prefix(256).firstIndex(of: UInt8(ascii: "\n")),
            let parts = ByteString(decoding: bytes[..<end]).split(at: UInt8(ascii: " "), maximumCount: 3)
        else { return nil }
        let json = Array(bytes[(end + 1)...])
        switch (parts.first, parts.count) {
        case ("question", 2): self = .question(parts[1], json)
        case ("answer", 3): self = .answer(parts[1], parts[2], json.isEmpty ? nil : json)
        default: return nil
        }
    }

    var bytes: [UInt8] {
        switch self {
        case .question(let id, let json): Array("question \(id)\n".utf8) + json
        case .answer(let id, let member, let json): Array("answer \(id) \(member)\n".utf8) + (json ?? [])
        }
    }
}
