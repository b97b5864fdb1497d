import NIOCore
import NIOSSL
import Synchronization

/// The client's end of TLS, and a look at what the server puts on the wire: records of TLS (RFC 8446, 5.1) and nothing else.
final class EncryptedWire: Sendable {
    private struct State {
        var isBroken = false
        var byteCount = 0
    }

    private let serverName: String?
    private let speaksHTTP2: Bool
    private let state = Mutex(State())
    private let certificates = Mutex<[[UInt8]]>([])

    /// - Parameters:
    ///   - serverName: The name that is asked for.
    ///   - speaksHTTP2: Whether it is HTTP/2 that is offered.
    init(serverName: String? = nil, speaksHTTP2: Bool = false) {
        self.serverName = serverName
        self.speaksHTTP2 = speaksHTTP2
    }

    /// One for all: to make it takes longer than a handshake.
    private static let context = Result { try EncryptedWire.makeContext(["http/1.1"]) }
    private static let contextForHTTP2 = Result { try EncryptedWire.makeContext(["h2"]) }

    private static func makeContext(_ protocols: [String]) throws -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.certificateVerification = .noHostnameVerification
        configuration.trustRoots = .certificates([])
        configuration.applicationProtocols = protocols
        return try NIOSSLContext(configuration: configuration)
    }

    /// Whether everything that came was a record.
    var isSound: Bool { self.state.withLock { !$0.isBroken && $0.byteCount > 0 } }
    /// What the server has shown of itself last, as DER.
    var certificate: [UInt8] { self.certificates.withLock { $0.last ?? [] } }

    /// The first handlers of a channel.
    func handlers() throws -> [any ChannelHandler] {
        let context = try (self.speaksHTTP2 ? Self.contextForHTTP2 : Self.context).get()
        let client = try NIOSSLClientHandler(context: context, serverHostname: self.serverName) { chain, promise in
            if let own = try? chain.first?.toDERBytes() { self.certificates.withLock { $0.append(own) } }
            promise.succeed(.certificateVerified)
        }
        return [RecordCheck(self), client]
    }

    private final class RecordCheck: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias InboundOut = ByteBuffer
        private let wire: EncryptedWire
        private var bytes = ByteBuffer()

        init(_ wire: EncryptedWire) { self.wire = wire }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let new = Self.unwrapInboundIn(data)
            self.wire.state.withLock { $0.byteCount += new.readableBytes }
            self.bytes.writeImmutableBuffer(new)
            while let isSound = self.takeRecord() {
                if !isSound { self.wire.state.withLock { $0.isBroken = true } }
            }
            context.fireChannelRead(data)
        }

        /// - Returns: Whether it is one; `nil` if it has yet to come.
        private func takeRecord() -> Bool? {
            guard let header = self.bytes.getBytes(at: self.bytes.readerIndex, length: 5) else { return nil }
            let length = Int(header[3]) << 8 | Int(header[4])
            guard (20...23).contains(header[0]), header[1] == 3, header[2] <= 3, length <= 1 << 14 + 256 else {
                self.bytes.clear()
                return false
            }
            guard self.bytes.readableBytes >= 5 + length else { return nil }
            self.bytes.moveReaderIndex(forwardBy: 5 + length)
            self.bytes.discardReadBytes()
            return true
        }
    }
}
