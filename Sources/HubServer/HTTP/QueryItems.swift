import NIOHTTP1

/// The names and values of a query, decoded as `application/x-www-form-urlencoded` (WHATWG URL, 5.1): `+` is a space.
///
/// Unlike there, a bad percent sign or bytes that are not UTF-8 are errors: a topic guessed from them would be wrong.
struct QueryItems: Hashable, Sendable {
    private(set) var items: [(name: String, value: String)] = []

    init() {}

    /// Decodes the part of a target after its `?`.
    init(_ text: Substring) throws(Problem) {
        for part in text.utf8.split(separator: UInt8(ascii: "&")) {
            let equals = part.firstIndex(of: UInt8(ascii: "="))
            let name = try Self.decode(part[..<(equals ?? part.endIndex)])
            let value = try equals.map { (index) throws(Problem) in try Self.decode(part[part.index(after: index)...]) }
            self.items.append((name, value ?? ""))
        }
    }

    /// Adds a name and its value, decoded already.
    mutating func append(_ name: String, _ value: String) {
        self.items.append((name, value))
    }

    /// Goes on with others.
    mutating func append(_ others: QueryItems) {
        self.items += others.items
    }

    /// All values of a name, in order.
    func all(_ name: String) -> [String] {
        self.items.compactMap { $0.name == name ? $0.value : nil }
    }

    /// The value of a name that may be there once.
    func one(_ name: String) throws(Problem) -> String? {
        guard let first = self.items.firstIndex(where: { $0.name == name }) else { return nil }
        guard !self.items[(first + 1)...].contains(where: { $0.name == name }) else {
            throw Problem(.badRequest, "the request may have '\(name)' only once")
        }
        return self.items[first].value
    }

    private static func decode(_ bytes: Substring.UTF8View) throws(Problem) -> String {
        guard bytes.contains(where: { $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "+") }) else {
            return String(Substring(bytes))
        }
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var index = bytes.startIndex
        while index < bytes.endIndex {
            let byte = bytes[index]
            bytes.formIndex(after: &index)
            switch byte {
            case UInt8(ascii: "+"):
                result.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                var value = 0
                for _ in 0..<2 {
                    guard index < bytes.endIndex, let digit = Character(Unicode.Scalar(bytes[index])).hexDigitValue
                    else {
                        throw Problem(.badRequest, "in a query or form, '%' must be followed by two hexadecimal digits")
                    }
                    value = value << 4 | digit
                    bytes.formIndex(after: &index)
                }
                result.append(UInt8(value))
            default:
                result.append(byte)
            }
        }
        guard let text = String(validating: result, as: UTF8.self) else {
            throw Problem(.badRequest, "the query is not UTF-8")
        }
        return text
    }

    static func == (left: QueryItems, right: QueryItems) -> Bool {
        left.items.elementsEqual(right.items, by: ==)
    }

    func hash(into hasher: inout Hasher) {
        for item in self.items {
            hasher.combine(item.name)
            hasher.combine(item.value)
        }
    }
}
