/// Why a WebSocket connection ends (RFC 6455, 7.4).
struct CloseCode: RawRepresentable, Hashable, Sendable {
    let rawValue: UInt16

    /// The purpose is fulfilled.
    static let normal = CloseCode(rawValue: 1000)
    /// The endpoint goes away.
    static let goingAway = CloseCode(rawValue: 1001)
    /// The peer broke the protocol.
    static let protocolError = CloseCode(rawValue: 1002)
    /// A text is not UTF-8, or what was compressed is damaged.
    static let invalidData = CloseCode(rawValue: 1007)
    /// The peer broke a rule of the hub: it did not take what it was sent.
    static let policy = CloseCode(rawValue: 1008)
    /// A message is larger than it may be.
    static let tooBig = CloseCode(rawValue: 1009)
    /// The server failed.
    static let serverError = CloseCode(rawValue: 1011)
    /// The server has more connections than it should.
    static let tryAgainLater = CloseCode(rawValue: 1013)

    /// Whether a peer may send it: the codes that are registered, and those that are free for use.
    var isAllowedOnTheWire: Bool {
        switch self.rawValue {
        case 1000...1003, 1007...1014, 3000...4999: true
        default: false
        }
    }
}
