/// Writes JSON (RFC 8259), compact and in the order of the calls.
///
/// `<`, `>`, `&`, U+2028 and U+2029 are escaped too, so that no reader can take the text for markup or for script.
struct JSONText {
    private(set) var text = ""
    private var needsComma = false

    /// Writes an object whose members the closure writes.
    mutating func object(_ members: (inout JSONText) -> Void) {
        self.open("{")
        members(&self)
        self.close("}")
    }

    /// Writes an array whose elements the closure writes.
    mutating func array(_ elements: (inout JSONText) -> Void) {
        self.open("[")
        elements(&self)
        self.close("]")
    }

    /// Writes the name of a member; its value must follow.
    mutating func name(_ name: String) {
        self.string(name)
        self.text += ":"
        self.needsComma = false
    }

    mutating func member(_ name: String, _ value: String) {
        self.name(name)
        self.string(value)
    }

    mutating func member(_ name: String, _ value: Int) {
        self.name(name)
        self.separate()
        self.text += String(value)
    }

    mutating func string(_ value: String) {
        self.separate()
        self.text += "\""
        for scalar in value.unicodeScalars { self.append(scalar) }
        self.text += "\""
    }

    private mutating func append(_ scalar: Unicode.Scalar) {
        switch scalar {
        case "\"": self.text += "\\\""
        case "\\": self.text += "\\\\"
        case "\n": self.text += "\\n"
        case "\r": self.text += "\\r"
        case "\t": self.text += "\\t"
        case "<", ">", "&", "\u{2028}", "\u{2029}", "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}":
            let digits = String(scalar.value, radix: 16)
            self.text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        default: self.text.unicodeScalars.append(scalar)
        }
    }

    private mutating func open(_ bracket: Character) {
        self.separate()
        self.text.append(bracket)
        self.needsComma = false
    }

    private mutating func close(_ bracket: Character) {
        self.text.append(bracket)
        self.needsComma = true
    }

    private mutating func separate() {
        if self.needsComma { self.text += "," }
        self.needsComma = true
    }
}
