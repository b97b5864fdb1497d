/// Reads a page as far as a hidden frame's goes, as a browser does (WHATWG HTML, 13.2.5): tags, comments, and the text of scripts
/// with its escaped states, which a payload could try to enter.
struct PageReader {
    struct Malformed: Error {}

    /// A script, by its start tag and its text.
    struct Script: Equatable {
        var tag: String
        var text: [UInt8]
    }

    private(set) var scripts: [Script] = []
    private(set) var comments: [[UInt8]] = []
    /// What stands outside of everything, but for white space.
    private(set) var strayText: [UInt8] = []
    private var rest: ArraySlice<UInt8>

    init(_ page: [UInt8]) throws {
        self.rest = page[...]
        while let byte = self.rest.first {
            if byte == UInt8(ascii: "<") {
                try self.readMarkup()
            } else {
                if ![0x20, 0x0A].contains(byte) { self.strayText.append(byte) }
                self.rest = self.rest.dropFirst()
            }
        }
    }

    private mutating func readMarkup() throws {
        if self.startsWith("<!--") {
            self.rest = self.rest.dropFirst(4)
            let text = try self.take(upTo: "-->")
            self.comments.append(text)
            return
        }
        let tag = String(decoding: try self.take(upTo: ">"), as: UTF8.self).lowercased() + ">"
        guard tag.hasPrefix("<script") else { return }
        self.scripts.append(Script(tag: tag, text: try self.readScript()))
    }

    /// 13.2.5.4 and 13.2.5.15 to 13.2.5.31.
    private mutating func readScript() throws -> [UInt8] {
        var text: [UInt8] = []
        var isEscaped = false
        var isDoubleEscaped = false
        while let byte = self.rest.first {
            if self.startsWith("<!--") {
                isEscaped = true
            } else if isEscaped, self.startsWith("-->") {
                (isEscaped, isDoubleEscaped) = (false, false)
            } else if isEscaped, self.startsTag("<script") {
                isDoubleEscaped = true
            } else if self.startsTag("</script") {
                guard isDoubleEscaped else {
                    _ = try self.take(upTo: ">")
                    return text
                }
                isDoubleEscaped = false
            }
            text.append(byte)
            self.rest = self.rest.dropFirst()
        }
        throw Malformed()
    }

    private func startsWith(_ text: String) -> Bool { self.rest.starts(with: text.utf8) }

    /// A tag's name ends with a space, a slash or the end of the tag.
    private func startsTag(_ start: String) -> Bool {
        let bytes = self.rest.prefix(start.utf8.count + 1)
        guard bytes.count == start.utf8.count + 1, let last = bytes.last else { return false }
        return String(decoding: bytes.dropLast(), as: UTF8.self).lowercased() == start
            && [0x20, 0x09, 0x0A, 0x0C, UInt8(ascii: "/"), UInt8(ascii: ">")].contains(last)
    }

    private mutating func take(upTo end: String) throws -> [UInt8] {
        let end = Array(end.utf8)
        var index = self.rest.startIndex
        while index < self.rest.endIndex, !self.rest[index...].starts(with: end) { index += 1 }
        guard index < self.rest.endIndex else { throw Malformed() }
        defer { self.rest = self.rest[(index + end.count)...] }
        return Array(self.rest[..<index])
    }
}
