import ByteStrings

/// What members say to each other: a line that says what it is, then JSON.
enum MemberMessage {
    case question(ByteString, [UInt8])
    /// Without JSON, there is nothing to say.
    case answer(ByteString, ByteString, [UInt8]?)

    /// How large an answer may be.
    private static let maximumBytes = 1 << 20

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

    /// What the question is known by.
    var id: ByteString {
        switch self {
        case .question(let id, _), .answer(let id, _, _): id
        }
    }

    /// Whether JSON is a member's answer, which a page can take apart.
    static func isAnswer(_ json: [UInt8], of member: ByteString) -> Bool {
        guard json.count <= self.maximumBytes, String(validating: json, as: UTF8.self) != nil,
            let members = try? JSONReader.members(json[...]),
            let name = members.first(where: { $0.name == "member" })?.value.string
        else { return false }
        return ByteString(decoding: name) == member
    }

    var bytes: [UInt8] {
        switch self {
        case .question(let id, let json): Array("question \(id)\n".utf8) + json
        case .answer(let id, let member, let json): Array("answer \(id) \(member)\n".utf8) + (json ?? [])
        }
    }
}
