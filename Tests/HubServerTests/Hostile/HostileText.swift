/// Texts that cost a program much that looks at more than their bytes.
enum HostileText: String, CaseIterable {
    /// Marks of a higher class before those of a lower: to bring them in order takes the square of their number.
    case marks
    /// The same after a letter, twice, differing in the last byte.
    case pairs
    case commas
    case semicolons
    case quotes
    case spaces
    case equals
    case plain
    case digits
    case percents
    /// What is no UTF-8.
    case damaged

    /// The text, of about so many bytes.
    func bytes(_ count: Int) -> [UInt8] {
        switch self {
        case .marks: Self.marks(count)
        case .pairs:
            [Array("a".utf8), Self.marks(count / 2), Array(",a".utf8), Self.marks(count / 2 - 8), [0x62]].flatMap(
                \.self)
        case .commas: Self.repeated("a,", count)
        case .semicolons: Self.repeated("a;", count)
        case .quotes: Self.repeated("\",", count)
        case .spaces: Self.repeated(" ", count - 2) + Array("x".utf8)
        case .equals: Self.repeated("a=\u{301},", count)
        case .plain: Self.repeated("a", count)
        case .digits: Self.repeated("9", count)
        case .percents: Self.repeated("%CC%81", count)
        case .damaged: Self.repeated("\u{301}", count / 2) + [UInt8](repeating: 0xCC, count: count / 2)
        }
    }

    private static func marks(_ count: Int) -> [UInt8] {
        self.repeated("\u{301}", count / 2) + self.repeated("\u{316}", count / 2)
    }

    private static func repeated(_ text: String, _ count: Int) -> [UInt8] {
        Array(repeatElement(Array(text.utf8), count: count / text.utf8.count).joined())
    }
}
