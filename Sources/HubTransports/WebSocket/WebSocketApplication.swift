/// What a WebSocket connection serves. Used only on the channel's loop.
protocol WebSocketApplication: AnyObject {
    /// Whether more may be asked for; otherwise the client's messages stay in the kernel until the connection's `resume`
    /// is called.
    var takesMessages: Bool { get }

    /// How many bytes of messages are still being dealt with.
    var heldBytes: Int { get }

    /// A text message has come.
    func receive(text: [UInt8])

    /// A binary message has come.
    func receive(binary: [UInt8])

    /// The client ended the connection, or broke the protocol: nothing more is sent.
    func ended()
}
