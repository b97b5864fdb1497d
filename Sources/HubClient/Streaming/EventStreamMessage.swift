/// A message of an event stream (WHATWG HTML, 9.2.6, "dispatch the event").
public struct EventStreamMessage: Hashable, Sendable {
    /// The event's type; `message` if the stream names none.
    public var type: String
    /// The data, its lines joined by LF.
    public var data: String
    /// The block's own `id` field; `nil` if it has none, or only such as the standard ignores.
    public var id: String?
    /// The last event id after this block: the block's own, or that of an earlier one; empty if there was none.
    public var lastEventID: String
    /// The block's own `retry` field in milliseconds.
    public var retry: Int?

    /// Makes a message.
    public init(type: String, data: String, id: String?, lastEventID: String, retry: Int?) {
        self.type = type
        self.data = data
        self.id = id
        self.lastEventID = lastEventID
        self.retry = retry
    }
}
