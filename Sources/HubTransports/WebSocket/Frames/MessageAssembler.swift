import ByteStrings
import NIOCore
import NIOWebSocket

/// Makes messages of a client's frames, and holds the client to the protocol (RFC 6455, 5 and 7; RFC 7692, 6).
struct MessageAssembler {
    /// What the caller has to do next.
    enum Action: Hashable {
        case nothing
        case text([UInt8])
        case binary([UInt8])
        case pong([UInt8])
        /// The client ends the connection.
        case close(CloseCode?)
        /// The client broke a rule.
        case fail(CloseCode, String)
    }

    private struct Message {
        let isText: Bool
        let isCompressed: Bool
        var bytes: [UInt8] = []
        private(set) var frameCount = 0
        private var validator = UTF8Validator()

        init(isText: Bool, isCompressed: Bool) {
            self.isText = isText
            self.isCompressed = isCompressed
        }

        /// Takes what a frame adds.
        /// - Returns: Whether it can be what it says it is.
        mutating func take(_ frame: WebSocketFrame) -> Bool {
            let start = self.bytes.count
            self.frameCount += 1
            frame.appendUnmasked(to: &self.bytes)
            guard self.isText, !self.isCompressed else { return true }
            let isText = self.bytes.withUnsafeBytes { bytes in
                self.validator.take(UnsafeRawBufferPointer(rebasing: bytes[start...]))
            }
            return isText && (!frame.fin || self.validator.isComplete)
        }
    }

    private let limit: MessageLimit
    private let inflates: Bool
    private var message: Message?

    /// Makes an assembler.
    /// - Parameters:
    ///   - limit: How large a message may be.
    ///   - inflates: Whether the client may compress messages.
    init(limit: MessageLimit, inflates: Bool) {
        self.limit = limit
        self.inflates = inflates
    }

    /// Whether a message has begun and not ended.
    var isWithinMessage: Bool { self.message != nil }

    /// How much of it has come, in bytes.
    var byteCount: Int { self.message?.bytes.count ?? 0 }

    /// Takes a frame in.
    mutating func receive(_ frame: WebSocketFrame) -> Action {
        guard frame.maskKey != nil else { return .fail(.protocolError, "a client must mask its frames") }
        let beginsMessage = frame.opcode == .text || frame.opcode == .binary
        guard !frame.rsv2, !frame.rsv3, !frame.rsv1 || (self.inflates && beginsMessage) else {
            return .fail(.protocolError, "a reserved bit is set")
        }
        switch frame.opcode {
        case .text, .binary: return self.begin(frame)
        case .continuation: return self.append(frame)
        case .ping: return .pong(Array(frame.unmaskedData.readableBytesView))
        case .pong: return .nothing
        case .connectionClose: return Self.close(Array(frame.unmaskedData.readableBytesView))
        default: return .fail(.protocolError, "the opcode is reserved")
        }
    }

    private mutating func begin(_ frame: WebSocketFrame) -> Action {
        guard self.message == nil else {
            return .fail(.protocolError, "a message begins before the last one has ended")
        }
        self.message = Message(isText: frame.opcode == .text, isCompressed: frame.rsv1)
        return self.append(frame)
    }

    private mutating func append(_ frame: WebSocketFrame) -> Action {
        guard var message = self.message.take() else {
            return .fail(.protocolError, "there is no message that could be continued")
        }
        guard message.bytes.count + frame.length <= self.limit.bytes else { return self.tooBig }
        guard message.frameCount < self.limit.frames else { return .fail(.tooBig, self.limit.tooManyFrames) }
        // What can't become text is refused before its end (RFC 6455, 8.1).
        guard message.take(frame) else { return Self.notText }
        guard frame.fin else {
            self.message = message
            return .nothing
        }
        return message.isCompressed ? self.inflate(message) : Self.deliver(message)
    }

    private func inflate(_ message: Message) -> Action {
        var message = message
        do throws(MessageInflater.Failure) {
            message.bytes = try MessageInflater.inflate(message.bytes, maximumBytes: self.limit.bytes)
        } catch {
            return switch error {
            case .tooBig: self.tooBig
            case .damaged: .fail(.invalidData, "a compressed message is damaged")
            }
        }
        guard !message.isText || String(validating: message.bytes, as: UTF8.self) != nil else { return Self.notText }
        return Self.deliver(message)
    }

    private var tooBig: Action {
        .fail(.tooBig, self.limit.tooBig)
    }

    private static let notText = Action.fail(.invalidData, "a text message is not UTF-8")

    private static func deliver(_ message: Message) -> Action {
        message.isText ? .text(message.bytes) : .binary(message.bytes)
    }

    private static func close(_ payload: [UInt8]) -> Action {
        guard !payload.isEmpty else { return .close(nil) }
        guard payload.count >= 2 else { return .fail(.protocolError, "a close code has two bytes") }
        let code = CloseCode(rawValue: UInt16(payload[0]) << 8 | UInt16(payload[1]))
        guard code.isAllowedOnTheWire else { return .fail(.protocolError, "the close code is not one to be sent") }
        guard String(validating: payload.dropFirst(2), as: UTF8.self) != nil else {
            return .fail(.invalidData, "the reason for the end is not UTF-8")
        }
        return .close(code)
    }
}
