import HubCore
import NIOHTTP1

/// Cursors as entity tags (RFC 9110, 8.8.3): a batch is all that there is to say after one.
enum EntityTag {
    /// The field of a cursor, a strong tag.
    static func field(_ cursor: String) -> String { "\"\(cursor)\"" }

    /// The cursors in `If-None-Match`, without quotes and `W/`. `*` names no place, and is left out; so is what is empty.
    static func list(_ headers: HTTPHeaders) -> [String] {
        headers[canonicalForm: "If-None-Match"].map { value in
            var tag = value[...]
            if tag.hasPrefix("W/") { tag = tag.dropFirst(2) }
            if tag.hasPrefix("\"") { tag = tag.dropFirst() }
            if tag.hasSuffix("\"") { tag = tag.dropLast() }
            return String(tag)
        }
        .filter { !$0.isEmpty && $0 != "*" }
    }

    /// The cursor that a request goes on from: of several the furthest, since whoever has it has what came before. Ids rise
    /// as plain text. If none is a cursor of ours the first is taken, so that the answer says so.
    static func cursor(in headers: HTTPHeaders) -> String? {
        let tags = self.list(headers)
        return tags.filter { Cursor($0) != nil }.max() ?? tags.first
    }
}
