/// Text of a stranger's on one line, such that nothing in it steers a terminal, hides, or turns what follows around.
enum EscapedText {
    /// The text with `\u{…}` for what is not shown, and `\\` for a backslash.
    static func line(_ text: String) -> String {
        self.replacing(text) { scalar in
            if scalar == "\\" { return "\\\\" }
            return self.isShown(scalar) ? nil : "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
        }
    }

    /// JSON that says the same with `\u` for what is not shown.
    static func json(_ text: String) -> String {
        self.replacing(text) { scalar in
            guard !self.isShown(scalar) else { return nil }
            return UTF16.encode(scalar).map { $0.map(self.unit).joined() }
        }
    }

    private static func replacing(_ text: String, _ replacement: (Unicode.Scalar) -> String?) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            if let text = replacement(scalar) { result += text } else { result.unicodeScalars.append(scalar) }
        }
        return result
    }

    private static func unit(_ unit: UInt16) -> String {
        let digits = String(unit, radix: 16)
        return "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
    }

    private static func isShown(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: false
        default: true
        }
    }
}
