import CHiredis
import NIOCore

/// Reads replies with hiredis's `redisReader`.
///
/// It is fed slices, and all replies of a slice are taken before the next: hiredis moves the rest of its buffer for
/// every kilobyte of replies, which would be quadratic in the size of what it was fed. After an error it is dead: the
/// place in the stream is lost, and every further read fails with the same error.
final class RESPReader {
    /// The bytes of a slice.
    static let sliceBytes = 16 * 1024

    private let limits: RESPLimits
    private let builder: RESPReplyBuilder
    private let reader: UnsafeMutablePointer<redisReader>
    private var failure: RedisError?
    /// What was fed since the last complete reply, give or take a slice.
    private var partialBytes = 0
    /// What is still to come of a string that is passed over, its CRLF included.
    private var unwantedBytes = 0

    init(limits: RESPLimits = RESPLimits()) {
        guard let reader = redisReaderCreateWithFunctions(ReplyObjectFunctions.table) else {
            fatalError("out of memory")
        }
        self.limits = limits
        self.builder = RESPReplyBuilder(limits: limits)
        self.reader = reader
        reader.pointee.privdata = Unmanaged.passUnretained(self.builder).toOpaque()
    }

    deinit {
        redisReaderFree(self.reader)
    }

    /// Reads bytes, and hands over each reply that is complete.
    /// - Parameters:
    ///   - bytes: What came next on the connection.
    ///   - body: Is given the replies in order; returns whether it wants more. After false the reader is done with.
    /// - Throws: `RedisError.protocolViolation`, after the replies before the malformed one.
    func read(_ bytes: ByteBuffer, _ body: (RESPValue) -> Bool) throws(RedisError) {
        if let failure = self.failure { throw failure }
        do throws(RedisError) {
            try self.readSlices(of: bytes, body)
        } catch {
            self.failure = error
            throw error
        }
    }

    private func readSlices(of bytes: ByteBuffer, _ body: (RESPValue) -> Bool) throws(RedisError) {
        var rest = bytes
        while rest.readableBytes > 0 {
            guard let slice = self.nextSlice(of: &rest) else { continue }
            try self.feed(slice)
            while let reply = try self.nextReply() {
                guard body(reply) else { return }
            }
            try self.checkUnfinishedReply()
        }
    }

    /// What hiredis is to be fed next; of a string that is passed over, only a null once all of it has come.
    private func nextSlice(of rest: inout ByteBuffer) -> ByteBuffer? {
        guard self.unwantedBytes > 0 else { return rest.readSlice(length: min(rest.readableBytes, Self.sliceBytes)) }
        let count = min(rest.readableBytes, self.unwantedBytes)
        rest.moveReaderIndex(forwardBy: count)
        self.unwantedBytes -= count
        return self.unwantedBytes == 0 ? Self.lengthOfNull : nil
    }

    private func feed(_ slice: ByteBuffer) throws(RedisError) {
        self.partialBytes += slice.readableBytes
        guard self.partialBytes <= self.limits.replyBytes + Self.sliceBytes else {
            throw .protocolViolation("a reply exceeds the limit of \(self.limits.replyBytes) bytes")
        }
        let status = slice.withUnsafeReadableBytes { bytes in
            redisReaderFeed(self.reader, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count)
        }
        guard status == REDIS_OK else { throw self.readerError }
    }

    private func nextReply() throws(RedisError) -> RESPValue? {
        var object: UnsafeMutableRawPointer?
        guard redisReaderGetReply(self.reader, &object) == REDIS_OK else { throw self.readerError }
        guard object != nil else { return nil }
        self.partialBytes = self.unparsed.count
        return self.builder.takeReply()
    }

    private var readerError: RedisError {
        if let refusal = self.builder.refusal { return .protocolViolation(refusal) }
        return withUnsafeBytes(of: &self.reader.pointee.errstr) { text in
            .protocolViolation(String(decoding: text.prefix { $0 != 0 }, as: UTF8.self))
        }
    }
}

// MARK: - What hiredis would wait for

extension RESPReader {
    /// "$", at most 20 characters of a number, and CRLF make no longer head than this.
    private static let bulkHeadBytes = 24
    /// The longest string that Redis knows (`proto-max-bulk-len`).
    private static let longestString = 512 << 20
    /// What follows the `$` of a null.
    private static let lengthOfNull = ByteBuffer(string: "-1\r\n")

    /// The bytes that hiredis holds and hasn't used yet. Valid until the reader is next called.
    private var unparsed: UnsafeRawBufferPointer {
        let position = self.reader.pointee.pos
        return UnsafeRawBufferPointer(
            start: self.reader.pointee.buf + position, count: self.reader.pointee.len - position)
    }

    /// Refuses what hiredis would wait for, or search through again with every slice: a type that can't be taken, a line
    /// without an end, and a string whose length is known to be too much.
    private func checkUnfinishedReply() throws(RedisError) {
        let unparsed = self.unparsed
        let type = chiredis_unfinished_type(self.reader)
        if let refusal = RESP3.refusal(of: type) { throw .protocolViolation(refusal) }
        guard type == REDIS_REPLY_STRING else {
            guard unparsed.count <= self.limits.lineBytes else {
                throw .protocolViolation("a line exceeds the limit of \(self.limits.lineBytes) bytes")
            }
            return
        }
        let head = unparsed.prefix(Self.bulkHeadBytes)
        guard let end = head.firstIndex(of: UInt8(ascii: "\r")) else {
            guard head.count < Self.bulkHeadBytes else { throw .protocolViolation("Bad bulk string length") }
            return
        }
        // A CR that is not followed by LF doesn't end the line for hiredis.
        guard end + 1 == unparsed.count || unparsed[end + 1] == UInt8(ascii: "\n") else {
            throw .protocolViolation("Bad bulk string length")
        }
        guard let length = Int(String(decoding: head[..<end], as: UTF8.self)) else { return }
        if length > self.limits.stringBytes, length <= Self.longestString {
            guard unparsed.count >= end + 2 else { return }
            return self.passOver(length + 2 - (unparsed.count - end - 2))
        }
        guard length <= self.limits.replyBytes else {
            throw .protocolViolation(RESPReplyBuilder.refusalOfBulk(length: length, limits: self.limits))
        }
    }
}

extension RESPReader {
    /// Lets go of the string that hiredis is inside of: it has used nothing of it but the `$`, and is to see all that it holds
    /// as used, as after a reply that ends there.
    private func passOver(_ count: Int) {
        self.unwantedBytes = count
        self.partialBytes = 0
        self.reader.pointee.pos = self.reader.pointee.len
    }
}

@available(*, unavailable)
extension RESPReader: Sendable {}

/// What one reply may cost before the connection is given up.
public struct RESPLimits: Sendable, Hashable {
    /// Bytes of one reply. Default: 64 MiB.
    public var replyBytes: Int
    /// Bytes of a string that is kept. A longer one, up to the 512 MiB that Redis knows, is passed over as it comes, and reads
    /// as null. At least 16 KiB; default: 33 MiB.
    public var stringBytes: Int
    /// Elements of all arrays in one reply together. Default: 1,048,576.
    public var elements: Int
    /// Bytes of a line: a status, an error, a number. Default: 64 KiB.
    public var lineBytes: Int

    /// Makes the limits; each is more than zero.
    public init(
        replyBytes: Int = 64 << 20, stringBytes: Int = 33 << 20, elements: Int = 1 << 20, lineBytes: Int = 64 << 10
    ) {
        self.replyBytes = replyBytes
        self.stringBytes = stringBytes
        self.elements = elements
        self.lineBytes = lineBytes
    }
}
