public import ByteStrings
public import HTTPTypes

/// Header fields by their bytes: `String` goes through Swift's characters, each of which may be as long as a field, and compares
/// those in quadratic time.
extension HTTPFields {
    /// How many elements a field that is a list may have: far more than any client sends, and few enough to look at each.
    public static var maximumListCount: Int { 32 }

    /// The value of the first field of a name, as it came.
    public func first(_ name: HTTPField.Name) -> String? {
        self.first { $0.name == name }?.value
    }

    /// The value of the first field of a name, without white space around it (RFC 9110, 5.5).
    public func field(_ name: HTTPField.Name) -> ByteString? {
        self.first(name).map { ByteString($0).trimmed }
    }

    /// The values of all fields of a name, without white space around them.
    public func fields(_ name: HTTPField.Name) -> [ByteString] {
        self[values: name].map { ByteString($0).trimmed }
    }

    /// The elements of the fields of a name, which are one list; empty ones are left out, of which a reasonable number is allowed
    /// (RFC 9110, 5.3 and 5.6.1).
    /// - Returns: `nil` if there are more than ``maximumListCount``, or as many empty ones; what an element says is not known then.
    public func list(_ name: HTTPField.Name) -> [ByteString]? {
        var elements: [ByteString] = []
        var emptyCount = 0
        for value in self[values: name] {
            var rest: ByteString? = ByteString(value)
            while let text = rest {
                let (before, after) = text.cut(at: UInt8(ascii: ","))
                let element = before.trimmed
                if element.isEmpty { emptyCount += 1 } else { elements.append(element) }
                guard Swift.max(elements.count, emptyCount) <= Self.maximumListCount else { return nil }
                rest = after
            }
        }
        return elements
    }

    /// The last elements of a list to which everybody on the way appends one, ``maximumListCount`` at most.
    public func endOfList(_ name: HTTPField.Name) -> [ByteString] {
        var elements: [ByteString] = []
        var emptyCount = 0
        for value in self[values: name].reversed() {
            var rest: Substring.UTF8View? = value[...].utf8
            while let text = rest, Swift.max(elements.count, emptyCount) < Self.maximumListCount {
                let comma = text.lastIndex(of: UInt8(ascii: ","))
                let element = ByteString(text[(comma.map { text.index(after: $0) } ?? text.startIndex)...]).trimmed
                if element.isEmpty { emptyCount += 1 } else { elements.append(element) }
                rest = comma.map { text[..<$0] }
            }
        }
        return elements.reversed()
    }
}
