/// Reads values out of what was given, and refuses what can't be accepted.
struct SettingReader {
    let values: [String: SettingValue]

    /// The one value of a setting, or its default.
    func text(_ name: String) throws(InvalidSetting) -> String? {
        let setting = try self.setting(name)
        guard let value = self.values[name] else { return setting.defaultValue }
        guard value.texts.count == 1 else {
            throw InvalidSetting("\(setting.flag): may be given once only, not \(value.texts.count) times")
        }
        return value.texts[0]
    }

    func texts(_ name: String) -> [String] {
        self.values[name]?.texts ?? []
    }

    func requiredText(_ name: String) throws(InvalidSetting) -> String {
        guard let text = try self.text(name) else { throw InvalidSetting("--\(name): a value is needed") }
        return text
    }

    func toggle(_ name: String) throws(InvalidSetting) -> Bool {
        let text = try self.requiredText(name)
        switch text.lowercased() {
        case "true", "yes", "on", "1": return true
        case "false", "no", "off", "0": return false
        default:
            throw try self.refusal(name, text, "is neither on nor off", accepted: "true, false")
        }
    }

    /// A whole number; `nil` if there is neither a value nor a default.
    func number(_ name: String, _ range: ClosedRange<Int>) throws(InvalidSetting) -> Int? {
        guard let text = try self.text(name) else { return nil }
        guard let number = Int(text), range.contains(number) else {
            throw try self.refusal(
                name, text, "is not a number that is possible",
                accepted: "\(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    func requiredNumber(_ name: String, _ range: ClosedRange<Int>) throws(InvalidSetting) -> Int {
        guard let number = try self.number(name, range) else { throw InvalidSetting("--\(name): a value is needed") }
        return number
    }

    /// A duration between two others.
    func duration(_ name: String, from least: String, to most: String) throws(InvalidSetting) -> DurationText {
        let text = try self.requiredText(name)
        guard let duration = DurationText(text) else {
            throw try self.refusal(name, text, "is not a duration", accepted: DurationText.accepted)
        }
        guard let least = DurationText(least), let most = DurationText(most) else { return duration }
        guard (least.milliseconds...most.milliseconds).contains(duration.milliseconds) else {
            let accepted = "\(least.text) to \(most.text)"
            throw try self.refusal(name, text, "is too short or too long", accepted: accepted)
        }
        return duration
    }

    func size(_ name: String, _ range: ClosedRange<Int>) throws(InvalidSetting) -> Int {
        let text = try self.requiredText(name)
        guard let size = ByteSize(text), range.contains(size.bytes) else {
            throw try self.refusal(
                name, text, "is not a size that is possible",
                accepted: "\(ByteSize.accepted), \(range.lowerBound) to \(range.upperBound) bytes")
        }
        return size.bytes
    }

    func choice<Choice: RawRepresentable & CaseIterable>(
        _ name: String, _ type: Choice.Type
    ) throws(InvalidSetting) -> Choice where Choice.RawValue == String {
        let text = try self.requiredText(name)
        guard let choice = Choice(rawValue: text) else {
            let accepted = Choice.allCases.map(\.rawValue).joined(separator: ", ")
            throw try self.refusal(name, text, "is not one of the choices", accepted: accepted)
        }
        return choice
    }

    /// Checks each value of a list.
    func list<Element>(
        _ name: String, accepted: String, _ problem: String, _ read: (String) -> Element?
    ) throws(InvalidSetting) -> [Element] {
        var elements: [Element] = []
        for text in self.texts(name) {
            guard let element = read(text) else { throw try self.refusal(name, text, problem, accepted: accepted) }
            elements.append(element)
        }
        return elements
    }

    /// The error for a value, with a word on where it came from, if that was not the command line.
    func refusal(_ name: String, _ text: String, _ problem: String, accepted: String) throws(InvalidSetting)
        -> InvalidSetting
    {
        let source = self.values[name]?.source ?? .flag
        let origin = source == .flag ? "" : " (\(source))"
        return InvalidSetting(try self.setting(name), text, problem, accepted: accepted + origin)
    }

    func setting(_ name: String) throws(InvalidSetting) -> Setting {
        guard let setting = Setting.named(name) else { throw InvalidSetting("--\(name): there is no such setting") }
        return setting
    }
}
