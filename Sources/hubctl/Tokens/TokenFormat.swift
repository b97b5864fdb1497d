import ArgumentParser
import ByteStrings
import HubCore
import HubTokens

/// How `hubctl token explain` prints what a token says.
enum TokenFormat: String, ExpressibleByArgument, CaseIterable {
    /// Names and values in columns, for people.
    case table
    /// A name, a value and for times how far away they are, apart by tabs; a name comes once for each of its values.
    case tab
    /// One object.
    case json

    /// What a line says.
    private struct Row {
        let name: String
        let value: String
        var note: String?

        init(_ name: String, _ value: String, note: String? = nil) {
            self.name = name
            self.value = EscapedText.line(value)
            self.note = note
        }

        init?(_ name: String, _ value: ByteString?) {
            guard let value else { return nil }
            self.init(name, value.string)
        }

        init?(_ name: String, time: Double?, now: Moment) {
            guard let moment = time.map(Moment.init(seconds:)) else { return nil }
            self.init(name, moment.text, note: moment.distance(from: now))
        }
    }

    /// An explanation as it is printed.
    func text(of token: TokenExplanation, now: Moment) -> String {
        switch self {
        case .table: Self.rows(token, now).map(Self.aligned).joined()
        case .tab: Self.rows(token, now).map(Self.tabbed).joined()
        case .json: TokenJSON(token).text
        }
    }

    private static func rows(_ token: TokenExplanation, _ now: Moment) -> [Row] {
        let head = [Row("algorithm", token.algorithm.rawValue), Row("kid", token.keyID)]
        let people = [Row("subject", token.subject), Row("issuer", token.issuer)]
        let audiences = token.audiences.map { Row("audience", $0) }
        let times = [
            Row("issued", time: token.issued, now: now), Row("begins", time: token.begins, now: now),
            Row("expires", time: token.expires, now: now) ?? Row("expires", "never", note: "if the hub takes that"),
        ]
        let grants =
            token.grants.subscribe.map { Row("subscribe", $0.description) }
            + token.grants.publish.map { Row("publish", $0.description) }
            + (token.grants.isAdmin ? [Row("admin", "yes")] : [])
        let signature = Row(
            "signature", token.signature.rawValue, note: token.signature == .unchecked ? "give --key" : nil)
        return (head + people + audiences + times + grants + [signature]).compactMap(\.self)
    }

    private static func aligned(_ row: Row) -> String {
        let name = row.name + String(repeating: " ", count: 11 - row.name.utf8.count)
        return name + row.value + (row.note.map { " (\($0))" } ?? "") + "\n"
    }

    private static func tabbed(_ row: Row) -> String {
        [row.name, row.value, row.note].compactMap(\.self).joined(separator: "\t") + "\n"
    }
}

/// An explanation as JSON.
private struct TokenJSON {
    private let token: TokenExplanation

    init(_ token: TokenExplanation) {
        self.token = token
    }

    var text: String {
        var text = JSONText(escapesMarkup: false)
        text.object { text in
            text.member("algorithm", self.token.algorithm.rawValue)
            text.member("kid", orNull: self.token.keyID?.string)
            text.member("subject", orNull: self.token.subject?.string)
            text.member("issuer", orNull: self.token.issuer?.string)
            Self.write(self.token.audiences.map(\.string), "audience", &text)
            for (name, time) in [
                ("issued", self.token.issued), ("begins", self.token.begins), ("expires", self.token.expires),
            ] { text.member(name, orNull: time.map { Moment(seconds: $0).text }) }
            Self.write(self.token.grants.subscribe.map(\.description), "subscribe", &text)
            Self.write(self.token.grants.publish.map(\.description), "publish", &text)
            text.member("admin", json: (self.token.grants.isAdmin ? "true" : "false").utf8)
            text.member("signature", self.token.signature.rawValue)
            self.writeFaults(&text)
        }
        return EscapedText.json(String(decoding: text.bytes, as: UTF8.self)) + "\n"
    }

    private func writeFaults(_ text: inout JSONText) {
        text.name("faults")
        text.array { text in
            for fault in self.token.faults {
                text.object { text in
                    text.member("reason", fault.reason.rawValue)
                    text.member("detail", fault.description)
                }
            }
        }
    }

    private static func write(_ values: [String], _ name: String, _ text: inout JSONText) {
        text.name(name)
        text.array { text in for value in values { text.string(value) } }
    }
}
