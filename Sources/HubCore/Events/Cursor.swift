/// A place in a stream: what EventSource's `id:` field and every `cursor` field hold.
///
/// Today a cursor is the id of the last event before the place; with more than one partition it may hold one id for
/// each of them, which is why it has a type of its own.
public struct Cursor: Hashable, Sendable, CustomStringConvertible {
    /// The place, in the one partition that there is.
    public let id: EventID

    /// Makes the cursor of the place right after an event.
    public init(after id: EventID) {
        self.id = id
    }

    /// Reads the wire form; `nil` for anything that is not a cursor of ours.
    public init?(_ text: some StringProtocol) {
        guard let id = EventID(text) else { return nil }
        self.id = id
    }

    public var description: String { self.id.description }
}
