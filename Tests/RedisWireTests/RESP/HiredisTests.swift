import CHiredis
import Foundation
import NIOCore
import Testing

@testable import RedisWire

/// The versions of hiredis differ in what they take; the reader does not.
@Suite struct HiredisTests {
    /// Values of every type that RESP3 added.
    private static let unasked = [
        "_\r\n", ",1.5\r\n", ",-0\r\n", ",inf\r\n", ",nan\r\n", "#t\r\n", "#f\r\n", "(3492890328409238509\r\n",
        "=7\r\ntxt:abc\r\n", "!5\r\nERR a\r\n", "%1\r\n+a\r\n+b\r\n", "%0\r\n", "%-1\r\n", "~1\r\n+a\r\n", "~0\r\n",
        "|1\r\n+a\r\n+b\r\n+c\r\n", ">3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$1\r\nx\r\n", ">0\r\n",
    ]

    private func refusal(ofType type: Character) -> RedisError {
        .protocolViolation("Protocol error, got \"\(type)\" as reply type byte")
    }

    private func nested(_ depth: Int, around inner: String) -> String {
        String(repeating: "*1\r\n", count: depth) + inner
    }

    /// Code that was compiled with the headers of one version and is linked with another runs, and reads nonsense. It comes
    /// about where headers are exchanged under a build folder, whose cache of modules does not notice.
    @Test func theLibraryIsTheOneOfTheHeaders() throws {
        // To its end: of a file without a size, String(contentsOfFile:) reads the beginning.
        let maps = try FileHandle(forReadingFrom: URL(fileURLWithPath: "/proc/self/maps")).readToEnd() ?? Data()
        let text = String(decoding: maps, as: UTF8.self)
        let loaded = Set(text.matches(of: /\/libhiredis\.so\.(\d+)/).map { Int32($0.1) })
        #expect(loaded == [HIREDIS_MAJOR])
    }

    @Test(arguments: Self.unasked) func typesOfRESP3AreRefused(text: String) throws {
        let type = try #require(text.first)
        #expect(Refusal.of(text) == self.refusal(ofType: type))
        #expect(Refusal.of("+OK\r\n" + text, before: 1) == self.refusal(ofType: type))
        #expect(Refusal.of("*2\r\n:1\r\n" + text) == self.refusal(ofType: type))
        #expect(Refusal.of(self.nested(7, around: text)) == self.refusal(ofType: type))
    }

    @Test(arguments: Set(Self.unasked.compactMap(\.first))) func aTypeOfRESP3IsRefusedBeforeItsValueIsThere(
        type: Character
    ) {
        #expect(Refusal.of(String(type)) == self.refusal(ofType: type))
        #expect(Refusal.of("*2\r\n:1\r\n\(type)1") == self.refusal(ofType: type))
    }

    @Test(arguments: [",x\r\n", ",\r\n", "#x\r\n", "_x\r\n", "(1.5\r\n", "=1\r\nx\r\n", "%x\r\n", ">-2\r\n"])
    func aMalformedValueOfRESP3IsRefused(text: String) {
        guard case .protocolViolation = Refusal.of(text) else {
            Issue.record("it is taken")
            return
        }
    }

    @Test(arguments: ["+x\r\n", "*1\r\n+x\r\n", "*0\r\n", "$-1\r\n", "*-1\r\n"])
    func arraysNestEightDeep(inner: String) throws {
        let depth = inner.hasPrefix("*") ? 7 : 8
        let text = self.nested(depth, around: inner)
        let reader = RESPReader()
        var replies: [RESPValue] = []
        // Each lets go of what the one before it has taken.
        for _ in 0..<3 {
            try reader.read(ByteBuffer(string: text)) { reply in
                replies.append(reply)
                return true
            }
        }
        #expect(replies.count == 3 && Set(replies).count == 1)
    }

    @Test(arguments: ["*1\r\n+x\r\n", "*0\r\n", "*-1\r\n"]) func arraysNestedDeeperAreRefused(inner: String) {
        let refusal = RedisError.protocolViolation("No support for nested multi bulk replies with depth > 7")
        #expect(Refusal.of(self.nested(8, around: inner)) == refusal)
        #expect(Refusal.of(self.nested(100_000, around: inner)) == refusal)
        let pair = "*2\r\n" + self.nested(7, around: "+x\r\n") + self.nested(7, around: inner)
        #expect(Refusal.of(pair) == refusal)
    }

    @Test(arguments: ["+a\rb\r\n", "+\r\r\n", "+a\nb\r\n", "-ERR a\rb\r\n", "-\n\r\n"])
    func aLineHoldsNoOtherEnd(text: String) {
        #expect(Refusal.of(text) == .protocolViolation("Bad simple string value"))
        #expect(Refusal.of("*1\r\n" + text) == .protocolViolation("Bad simple string value"))
    }
}
