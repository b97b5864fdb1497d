/// What comes to a client of any transport.
enum StreamSignal: Sendable {
    /// What is published from now on will come.
    case began
    /// It is safe to go on from here, though no event says so.
    case cursor(String)
    case event(StreamedEvent)
    case reset(StreamedReset)
    /// The hub ends the stream.
    case closed(reason: String)
}

/// An event as it came: its JSON form is the same in every transport.
struct StreamedEvent: Sendable, Decodable {
    let id: String
    /// `nil` where the transport does not say it.
    let topic: String?
    let event: String?
    let data: String
    let retry: Int?
}

/// A reset as it came.
struct StreamedReset: Sendable, Decodable {
    let topic: String
    let reason: String
    let requested: String
    let oldest: String?
    let latest: String?
    /// `nil` where it stands beside the JSON form, or another reset follows at once.
    let cursor: String?
}
