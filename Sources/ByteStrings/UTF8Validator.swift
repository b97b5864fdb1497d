/// Tells whether bytes that come in pieces are UTF-8 (RFC 3629, 4): a character may be cut between two pieces, and one that
/// can't be completed is known for one at its first wrong byte. Nothing is copied.
public struct UTF8Validator: Sendable {
    /// How many bytes the character needs that has begun.
    private var due = 0
    /// The least and the greatest byte that may come next in it.
    private var next: ClosedRange<UInt8> = Self.continuation

    private static let continuation: ClosedRange<UInt8> = 0x80...0xBF

    /// Nothing has come yet.
    public init() {}

    /// Whether all characters that have begun are complete.
    public var isComplete: Bool { self.due == 0 }

    /// Takes the next piece.
    /// - Returns: Whether all that has come so far is UTF-8, or its beginning; if not, nothing more can be told.
    public mutating func take(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var index = bytes.startIndex
        while index < bytes.endIndex {
            if self.due == 0 {
                index = bytes.firstBeyondASCII(from: index)
                guard index < bytes.endIndex else { return true }
            }
            guard self.take(bytes[index]) else { return false }
            index += 1
        }
        return true
    }

    /// Takes the next byte.
    /// - Returns: Whether it may stand there. If not, it has not been taken, and a character begins anew.
    mutating func take(_ byte: UInt8) -> Bool {
        if self.due > 0 {
            let isNext = self.next.contains(byte)
            self.due = isNext ? self.due - 1 : 0
            self.next = Self.continuation
            return isNext
        }
        switch byte {
        case 0x00...0x7F: return true
        case 0xC2...0xDF: self.begin(1)
        case 0xE0: self.begin(2, 0xA0...0xBF)
        case 0xED: self.begin(2, 0x80...0x9F)
        case 0xE1...0xEF: self.begin(2)
        case 0xF0: self.begin(3, 0x90...0xBF)
        case 0xF1...0xF3: self.begin(3)
        case 0xF4: self.begin(3, 0x80...0x8F)
        default: return false
        }
        return true
    }

    private mutating func begin(_ due: Int, _ next: ClosedRange<UInt8> = Self.continuation) {
        self.due = due
        self.next = next
    }
}

extension UnsafeRawBufferPointer {
    /// Where the first byte stands that is not ASCII, from a place on; the end if there is none.
    func firstBeyondASCII(from start: Int) -> Int {
        var index = start
        while index + 8 <= self.count {
            let word = self.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            guard word & 0x8080_8080_8080_8080 == 0 else { break }
            index += 8
        }
        while index < self.count, self[index] < 0x80 { index += 1 }
        return index
    }
}
