/// An event as a subscriber gets it.
public struct StreamEvent: Hashable, Sendable {
    /// The event's id, which is also the cursor of the place after it; `nil` only if the server is not a hub.
    public let id: String?
    /// The topic that it came by. An event of several topics of the stream comes once, by one of them.
    public let topic: String
    /// The event's name, if it has one.
    public let name: String?
    /// The payload.
    public let data: String
    /// The reconnection hint in milliseconds, if the event has one.
    public let retry: Int?

    /// Makes an event.
    public init(id: String?, topic: String, name: String?, data: String, retry: Int?) {
        self.id = id
        self.topic = topic
        self.name = name
        self.data = data
        self.retry = retry
    }
}
