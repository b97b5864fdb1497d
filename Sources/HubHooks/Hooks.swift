/// The applications that are asked, each about one thing.
public struct Hooks: Sendable {
    /// Decides who may subscribe to what; `nil` if none does.
    public let onSubscribe: Hook?
    /// Decides who may publish what; `nil` if none does.
    public let onPublish: Hook?

    /// Names them.
    public init(onSubscribe: Hook? = nil, onPublish: Hook? = nil) {
        self.onSubscribe = onSubscribe
        self.onPublish = onPublish
    }

    /// Whether there are none.
    public var isEmpty: Bool { self.onSubscribe == nil && self.onPublish == nil }
}
