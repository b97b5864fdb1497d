public import NIOCore
public import NIOHTTP1

/// A stream that says at once why it ends: what a client gets that can't make anything of a refusal.
public struct StreamFarewell: Sendable {
    /// The header fields.
    public let headers: HTTPHeaders
    /// The whole body.
    public let body: ByteBuffer
}
