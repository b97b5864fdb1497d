/// Puts one reply together from the pieces that hiredis's reader finds, and refuses what is absurd before memory is
/// taken for it.
///
/// The reader goes through a reply depth first, so a stack of the arrays that are not full yet is all there is to know.
final class RESPReplyBuilder {
    /// The first words of every published message: shared, so that they are not allocated anew for each.
    static let messageWord = Array("message".utf8)
    static let shardedMessageWord = Array("smessage".utf8)
    /// How deep arrays nest: what hiredis 0.14 bounds, and 1.x does not.
    private static let maximumDepth = 8

    /// Why the last piece was refused. The reader itself would report it as out of memory.
    private(set) var refusal: String?

    private struct OpenArray {
        var elements: [RESPValue]
        let count: Int
    }

    private let limits: RESPLimits
    private let messageWord = RESPReplyBuilder.messageWord
    private let shardedMessageWord = RESPReplyBuilder.shardedMessageWord
    private var openArrays: [OpenArray] = []
    private var elementsLeft: Int
    private var reply: RESPValue?

    init(limits: RESPLimits) {
        self.limits = limits
        self.elementsLeft = limits.elements
    }

    /// Hands over the reply that is complete.
    func takeReply() -> RESPValue? {
        self.elementsLeft = self.limits.elements
        return self.reply.take()
    }

    /// Begins an array; its elements follow.
    /// - Returns: Whether it is accepted.
    func beginArray(count: Int) -> Bool {
        guard self.hasRoomBelow else { return self.refuse(Self.refusalOfDepth) }
        guard count <= self.elementsLeft else {
            return self.refuse(
                "an array of \(count) elements exceeds the limit of \(self.limits.elements) in one reply")
        }
        self.elementsLeft -= count
        guard count > 0 else { return self.add(.array([])) }
        var elements: [RESPValue] = []
        // The count is a claim; memory for more is taken as elements come.
        elements.reserveCapacity(min(count, 1024))
        self.openArrays.append(OpenArray(elements: elements, count: count))
        return true
    }

    /// Adds the array that is none.
    /// - Returns: Whether it is accepted.
    func addNullArray() -> Bool {
        guard self.hasRoomBelow else { return self.refuse(Self.refusalOfDepth) }
        return self.add(.null)
    }

    /// Adds the text of a status or an error. It ends with its line: hiredis 0.14 also takes a CR or LF alone, 1.x does not.
    /// - Returns: Whether it is accepted.
    func addLine(_ bytes: UnsafeRawBufferPointer, _ make: (String) -> RESPValue) -> Bool {
        guard !bytes.contains(where: { $0 == UInt8(ascii: "\r") || $0 == UInt8(ascii: "\n") }) else {
            return self.refuse("Bad simple string value")
        }
        return self.add(make(Self.ascii(bytes)))
    }

    /// Adds the bytes of a bulk string. They are copied once, here.
    /// - Returns: Whether it is accepted.
    func addBulk(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard bytes.count <= self.limits.stringBytes else { return self.add(.null) }
        guard bytes.count <= self.limits.replyBytes else {
            return self.refuse(Self.refusalOfBulk(length: bytes.count, limits: self.limits))
        }
        if bytes.count == self.messageWord.count, bytes.elementsEqual(self.messageWord) {
            return self.add(.bulk(self.messageWord))
        }
        if bytes.count == self.shardedMessageWord.count, bytes.elementsEqual(self.shardedMessageWord) {
            return self.add(.bulk(self.shardedMessageWord))
        }
        return self.add(.bulk(Array(bytes)))
    }

    /// Adds a piece that holds no other.
    /// - Returns: Always true: it is accepted.
    @discardableResult
    func add(_ piece: RESPValue) -> Bool {
        var piece = piece
        while let last = self.openArrays.indices.last {
            self.openArrays[last].elements.append(piece)
            guard self.openArrays[last].elements.count == self.openArrays[last].count else { return true }
            piece = .array(self.openArrays.removeLast().elements)
        }
        self.reply = piece
        return true
    }

    /// Accepts nothing more, for a reason.
    /// - Returns: Always false.
    func refuse(_ reason: String) -> Bool {
        self.refusal = reason
        return false
    }

    /// Only of ASCII does a String compare by its bytes.
    private static func ascii(_ bytes: UnsafeRawBufferPointer) -> String {
        guard bytes.contains(where: { $0 >= 0x80 }) else { return String(decoding: bytes, as: UTF8.self) }
        return String(decoding: bytes.lazy.map { $0 < 0x80 ? $0 : UInt8(ascii: "?") }, as: UTF8.self)
    }

    private var hasRoomBelow: Bool { self.openArrays.count < Self.maximumDepth }

    private static var refusalOfDepth: String {
        "No support for nested multi bulk replies with depth > \(self.maximumDepth - 1)"
    }

    static func refusalOfBulk(length: Int, limits: RESPLimits) -> String {
        "a string of \(length) bytes exceeds the limit of \(limits.replyBytes)"
    }
}
