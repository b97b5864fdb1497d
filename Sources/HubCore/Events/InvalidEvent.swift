/// Says why a topic, an event name, data or a retry hint was refused, in one line that names the rule.
public struct InvalidEvent: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was wrong and what is accepted, for the person who sent it.
    public let description: String

    /// Makes the error.
    /// - Parameter description: One line without the event's data.
    public init(_ description: String) {
        self.description = description
    }
}
