import NIOCore

/// How the value of a setting is written, and which values are accepted.
struct SettingForm<Value>: Sendable {
    /// How often there may be a value.
    var kind = Setting.Kind.single
    /// What the value is called in the help.
    let placeholder: String
    /// All values in a few words, `1s to 1h` say; empty if they are not told so easily.
    var values = ""
    /// Whether the flag's value may begin with a dash, so that `--port -1` is told as wrong and not as missing.
    var isNumeric = false
    /// Reads what was given.
    let read: @Sendable ([String]) throws(RefusedText) -> Value
}

/// A text that a setting does not accept.
struct RefusedText: Error {
    let text: String
    /// What the text is not, such as `is not a duration`.
    let problem: String
    /// What would be accepted.
    let accepted: String

    init(_ text: String, _ problem: String, accepted: String) {
        self.text = text
        self.problem = problem
        self.accepted = accepted
    }
}

extension SettingForm where Value == Int {
    static func number(_ range: ClosedRange<Int>, _ placeholder: String = "N") -> Self {
        let values = "\(range.lowerBound) to \(range.upperBound)"
        return Self(placeholder: placeholder, values: values, isNumeric: true) { texts throws(RefusedText) in
            guard let number = Int(texts[0]), range.contains(number) else {
                throw RefusedText(texts[0], "is not a number that is possible", accepted: values)
            }
            return number
        }
    }

    /// A number of bytes.
    static func size(_ range: ClosedRange<Int>) -> Self {
        let values = "\(ByteSize.text(range.lowerBound)) to \(ByteSize.text(range.upperBound))"
        return Self(placeholder: "SIZE", values: values, isNumeric: true) { texts throws(RefusedText) in
            guard let size = ByteSize(texts[0]), range.contains(size.bytes) else {
                throw RefusedText(
                    texts[0], "is not a size that is possible",
                    accepted: "\(ByteSize.accepted), \(range.lowerBound) to \(range.upperBound) bytes")
            }
            return size.bytes
        }
    }
}

extension SettingForm where Value == TimeAmount {
    static func duration(from least: TimeAmount, to most: TimeAmount) -> Self {
        let values = "\(DurationText(least).text) to \(DurationText(most).text)"
        return Self(placeholder: "DURATION", values: values, isNumeric: true) { texts throws(RefusedText) in
            guard let duration = DurationText(texts[0])?.timeAmount else {
                throw RefusedText(texts[0], "is not a duration", accepted: DurationText.accepted)
            }
            guard (least...most).contains(duration) else {
                throw RefusedText(texts[0], "is too short or too long", accepted: values)
            }
            return duration
        }
    }
}

extension SettingForm where Value == Bool {
    /// On or off: a flag without a value, `--no-…` for off.
    static var toggle: Self {
        Self(kind: .toggle, placeholder: "true|false") { texts throws(RefusedText) in
            switch texts[0].lowercased() {
            case "true", "yes", "on", "1": return true
            case "false", "no", "off", "0": return false
            default: throw RefusedText(texts[0], "is neither on nor off", accepted: "true, false")
            }
        }
    }
}

extension SettingForm where Value: CaseIterable & RawRepresentable & Sendable, Value.RawValue == String {
    /// One of the cases of an enumeration.
    static func choice(of type: Value.Type, _ placeholder: String? = nil) -> Self {
        let choices = Value.allCases.map(\.rawValue)
        let values = choices.dropLast().joined(separator: ", ") + " or " + (choices.last ?? "")
        return Self(placeholder: placeholder ?? choices.joined(separator: "|"), values: values) {
            texts throws(RefusedText) in
            guard let choice = Value(rawValue: texts[0]) else {
                throw RefusedText(texts[0], "is not one of the choices", accepted: choices.joined(separator: ", "))
            }
            return choice
        }
    }
}

extension SettingForm where Value == String {
    static func text(_ placeholder: String) -> Self {
        Self(placeholder: placeholder) { texts throws(RefusedText) in texts[0] }
    }

    static func text(
        _ placeholder: String, _ problem: String, accepted: String,
        where isAccepted: @escaping @Sendable (String) -> Bool
    ) -> Self {
        Self(placeholder: placeholder) { texts throws(RefusedText) in
            guard isAccepted(texts[0]) else { throw RefusedText(texts[0], problem, accepted: accepted) }
            return texts[0]
        }
    }
}

extension SettingForm {
    /// Any number of values.
    /// - Parameter read: Reads one of them; `nil` refuses it.
    static func list<Element>(
        _ placeholder: String, _ problem: String, accepted: String, _ read: @escaping @Sendable (String) -> Element?
    ) -> Self where Value == [Element] {
        Self(kind: .list, placeholder: placeholder) { texts throws(RefusedText) in
            var elements: [Element] = []
            for text in texts {
                guard let element = read(text) else { throw RefusedText(text, problem, accepted: accepted) }
                elements.append(element)
            }
            return elements
        }
    }
}
