/// An endpoint whose answer is a stream: one transport of the hub. Called on the loop of the exchange's channel.
public protocol StreamEndpoint: Sendable {
    /// The media type of the stream, which a client's `Accept` must allow.
    var mediaType: String { get }

    /// Answers a GET with a stream, which ends when the client leaves or the hub ends it.
    func open(_ request: StreamRequest, _ exchange: any StreamExchange)

    /// Answers a HEAD: what GET would, without a body, and without a subscription.
    func describe(_ request: StreamRequest, _ exchange: any StreamExchange)
}
