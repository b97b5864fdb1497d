public import ByteStrings
import HTTPTypes

/// The names and values of a query, decoded as `application/x-www-form-urlencoded` (WHATWG URL, 5.1): `+` is a space.
///
/// Unlike there, a bad percent sign or bytes that are not UTF-8 are errors: a topic guessed from them would be wrong.
public struct QueryItems: Hashable, Sendable {
    /// How many names there may be: more than a request of as many topics as can be allowed has. Each lookup goes through all.
    private static let maximumCount = 2048

    /// All of them, in order.
    public private(set) var items: [(name: ByteString, value: ByteString)] = []

    /// There are none.
    public init() {}

    /// Decodes the part of a target after its `?`.
    /// - Throws: A problem that says what can't be decoded.
    public init(_ text: ByteString) throws(Problem) {
        for part in text.utf8.split(separator: UInt8(ascii: "&")) {
            let (name, value) = ByteString(part).cut(at: UInt8(ascii: "="))
            try self.append(try Self.decode(name), try Self.decode(value ?? ""))
        }
    }

    /// Adds a name and its value, decoded already.
    /// - Throws: A problem if there are too many.
    public mutating func append(_ name: ByteString, _ value: ByteString) throws(Problem) {
        guard self.items.count < Self.maximumCount else {
            throw Problem(.badRequest, "a request may have \(Self.maximumCount) names and values at most")
        }
        self.items.append((name, value))
    }

    /// Goes on with others.
    public mutating func append(_ others: QueryItems) {
        self.items += others.items
    }

    /// Takes all of a name out.
    public mutating func remove(_ name: ByteString) {
        self.items.removeAll { $0.name == name }
    }

    /// All values of a name, in order.
    public func all(_ name: ByteString) -> [ByteString] {
        self.items.compactMap { $0.name == name ? $0.value : nil }
    }

    /// The value of a name that may be there once.
    /// - Throws: A problem if it is there twice.
    public func one(_ name: ByteString) throws(Problem) -> ByteString? {
        guard let first = self.items.firstIndex(where: { $0.name == name }) else { return nil }
        guard !self.items[(first + 1)...].contains(where: { $0.name == name }) else {
            throw Problem(.badRequest, "the request may have '\(name)' only once")
        }
        return self.items[first].value
    }

    private static func decode(_ text: ByteString) throws(Problem) -> ByteString {
        guard text.contains(UInt8(ascii: "%")) || text.contains(UInt8(ascii: "+")) else { return text }
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        var bytes = text.utf8.makeIterator()
        while let byte = bytes.next() {
            switch byte {
            case UInt8(ascii: "+"):
                result.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                guard let high = bytes.next()?.hexadecimalValue, let low = bytes.next()?.hexadecimalValue else {
                    throw Problem(.badRequest, "in a query or form, '%' must be followed by two hexadecimal digits")
                }
                result.append(high << 4 | low)
            default:
                result.append(byte)
            }
        }
        guard let text = String(validating: result, as: UTF8.self) else {
            throw Problem(.badRequest, "the query is not UTF-8")
        }
        return ByteString(text)
    }

    public static func == (left: QueryItems, right: QueryItems) -> Bool {
        left.items.elementsEqual(right.items, by: ==)
    }

    public func hash(into hasher: inout Hasher) {
        for item in self.items {
            hasher.combine(item.name)
            hasher.combine(item.value)
        }
    }
}
