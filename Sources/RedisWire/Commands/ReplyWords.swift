import NIOCore

/// Makes the words that the server is asked to repeat after each command, so that a reply is known to be its command's: what
/// comes between two words is exactly one reply, and a word is given only once.
struct ReplyWords {
    /// The command that a server repeats a word by.
    enum Question: String {
        case echo = "ECHO"
        /// For sentinels, which know no ECHO.
        case ping = "PING"
    }

    private static let digits = Array("0123456789abcdef".utf8)

    /// Random, so that no reply is a word by chance.
    private var number = UInt64.random(in: .min ... .max)
    private let question: [UInt8]

    init(_ question: Question) {
        self.question = Array("*2\r\n$4\r\n\(question.rawValue)\r\n$16\r\n".utf8)
    }

    /// The next word.
    mutating func next() -> UInt64 {
        self.number &+= 1
        return self.number
    }

    /// Appends the command that asks for a word.
    func append(_ word: UInt64, to frame: inout ByteBuffer) {
        frame.writeBytes(self.question)
        frame.writeBytes(Self.bytes(of: word))
        frame.writeBytes([0x0D, 0x0A])
    }

    /// 16 hexadecimal digits.
    static func bytes(of word: UInt64) -> [UInt8] {
        (0..<16).map { self.digits[Int(word >> (60 - 4 * UInt64($0)) & 15)] }
    }
}
