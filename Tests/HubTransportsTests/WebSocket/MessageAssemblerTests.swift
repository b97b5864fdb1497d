import NIOCore
import NIOWebSocket
import Testing

@testable import HubTransports

struct MessageAssemblerTests {
    private static func frame(
        _ opcode: WebSocketOpcode, _ payload: [UInt8], fin: Bool = true, rsv1: Bool = false, isMasked: Bool = true
    ) -> WebSocketFrame {
        let key: WebSocketMaskingKey = [7, 77, 177, 250]
        var bytes = ByteBuffer(bytes: payload)
        if isMasked { bytes.webSocketMask(key) }
        return WebSocketFrame(fin: fin, rsv1: rsv1, opcode: opcode, maskKey: isMasked ? key : nil, data: bytes)
    }

    private static func actions(
        _ frames: [WebSocketFrame], maximumBytes: Int = 100, inflates: Bool = false
    ) -> [MessageAssembler.Action] {
        let limit = MessageLimit(WebSocketConfiguration(maximumMessageBytes: maximumBytes), mayPublish: true)
        var assembler = MessageAssembler(limit: limit, inflates: inflates)
        return frames.map { assembler.receive($0) }
    }

    /// The code of the last action, if it is a failure.
    private static func failure(
        _ frames: [WebSocketFrame], maximumBytes: Int = 100, inflates: Bool = false
    ) -> CloseCode? {
        let actions = self.actions(frames, maximumBytes: maximumBytes, inflates: inflates)
        guard case .fail(let code, _) = actions.last else { return nil }
        return code
    }

    @Test func messagesComeWholeOrInFragmentsWithControlFramesBetween() {
        let frames = [
            Self.frame(.text, Array("ab".utf8)), Self.frame(.binary, [1, 2], fin: false), Self.frame(.ping, [9]),
            Self.frame(.continuation, [], fin: false), Self.frame(.pong, [8]), Self.frame(.continuation, [3]),
            Self.frame(.text, []),
        ]
        #expect(
            Self.actions(frames) == [
                .text(Array("ab".utf8)), .nothing, .pong([9]), .nothing, .nothing, .binary([1, 2, 3]), .text([]),
            ])
    }

    @Test func theRulesOfFramesAreEnforced() {
        #expect(Self.failure([Self.frame(.text, [65], isMasked: false)]) == .protocolError)
        #expect(Self.failure([Self.frame(.continuation, [65])]) == .protocolError)
        #expect(Self.failure([Self.frame(.text, [65], fin: false), Self.frame(.text, [65])]) == .protocolError)
        #expect(Self.failure([Self.frame(.text, [65], rsv1: true)]) == .protocolError)
        #expect(Self.failure([Self.frame(.ping, [], rsv1: true)], inflates: true) == .protocolError)
        let second = [Self.frame(.text, [0], fin: false, rsv1: true), Self.frame(.continuation, [0], rsv1: true)]
        #expect(Self.failure(second, inflates: true) == .protocolError)
        for code: UInt8 in [3, 4, 5, 6, 7, 11, 12, 13, 14, 15] {
            #expect(Self.failure([Self.frame(WebSocketOpcode(encodedWebSocketOpcode: code)!, [])]) == .protocolError)
        }
    }

    @Test func aMessageIsNoLargerThanAllowedHoweverItIsCut() {
        let half = [UInt8](repeating: 65, count: 51)
        #expect(Self.failure([Self.frame(.text, half + half)]) == .tooBig)
        #expect(Self.failure([Self.frame(.text, half, fin: false), Self.frame(.continuation, half)]) == .tooBig)
        #expect(Self.failure([Self.frame(.text, half + half)], maximumBytes: 102) == nil)
    }

    @Test(arguments: [(maximumBytes: 100, count: 1024), (maximumBytes: 128 << 10, count: 2048)])
    func aMessageHasSoManyFramesHoweverLittleTheyHold(maximumBytes: Int, count: Int) {
        let rest = [WebSocketFrame](repeating: Self.frame(.continuation, [], fin: false), count: count - 2)
        let most = [Self.frame(.text, [65], fin: false)] + rest
        #expect(Self.failure(most + [Self.frame(.continuation, [])], maximumBytes: maximumBytes) == nil)
        let tooMany = most + [Self.frame(.continuation, [], fin: false), Self.frame(.continuation, [])]
        #expect(Self.failure(tooMany, maximumBytes: maximumBytes) == .tooBig)
        let next = Array(tooMany.dropLast()) + [Self.frame(.ping, [])]
        #expect(Self.failure(next, maximumBytes: maximumBytes) == nil, "frames between them do not count")
    }

    @Test func ofWhoMayNotPublishAMessageIsSmallAlsoOnceItIsExpanded() {
        let limit = MessageLimit(WebSocketConfiguration(), mayPublish: false)
        for (count, isTaken) in [(16 << 10, true), ((16 << 10) + 1, false)] {
            let text = [UInt8](repeating: 0x20, count: count)
            for frame in [
                Self.frame(.text, text), Self.frame(.text, MessageDeflater.shared.compress(text), rsv1: true),
            ] {
                var assembler = MessageAssembler(limit: limit, inflates: true)
                let action = assembler.receive(frame)
                #expect(action == (isTaken ? .text(text) : .fail(.tooBig, limit.tooBig)))
            }
        }
        #expect(limit.tooBig.utf8.count <= 123, "it must fit into a control frame")
    }

    @Test(
        arguments: [
            [0xFF], [0xC0, 0xAF], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0x41, 0xE2, 0x82], [0x80],
            [0xE2, 0x28],
        ] as [[UInt8]])
    func textThatIsNotUTF8FailsWithTheFragmentThatShowsIt(_ bytes: [UInt8]) {
        #expect(Self.failure([Self.frame(.text, bytes)]) == .invalidData)
        let fragments = bytes.map { Self.frame(.continuation, [$0], fin: false) }
        let frames = [Self.frame(.text, [], fin: false)] + fragments + [Self.frame(.continuation, [])]
        #expect(Self.actions(frames).contains { if case .fail(.invalidData, _) = $0 { true } else { false } })
        #expect(Self.failure([Self.frame(.binary, bytes)]) == nil)
    }

    @Test func aCharacterMayBeCutBetweenFragments() {
        let text = Array("κόσμε 日本 🎉".utf8)
        let frames =
            [Self.frame(.text, [], fin: false)] + text.map { Self.frame(.continuation, [$0], fin: false) }
            + [Self.frame(.continuation, [])]
        #expect(Self.actions(frames).last == .text(text))
    }

    @Test(arguments: [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999])
    func codesThatMayBeSentAreTaken(_ code: UInt16) {
        let payload = [UInt8(code >> 8), UInt8(code & 0xFF)] + Array("gone ✓".utf8)
        #expect(Self.actions([Self.frame(.connectionClose, payload)]) == [.close(CloseCode(rawValue: code))])
    }

    @Test(arguments: [0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535])
    func otherCodesAreRefused(_ code: UInt16) {
        let payload = [UInt8(code >> 8), UInt8(code & 0xFF)]
        #expect(Self.failure([Self.frame(.connectionClose, payload)]) == .protocolError)
    }

    @Test func aCloseMayBeEmptyButNotOneByteNorBadText() {
        #expect(Self.actions([Self.frame(.connectionClose, [])]) == [.close(nil)])
        #expect(Self.failure([Self.frame(.connectionClose, [3])]) == .protocolError)
        #expect(Self.failure([Self.frame(.connectionClose, [3, 232, 0xC3])]) == .invalidData)
    }

    @Test func compressedMessagesAreExpandedAndCheckedAsText() {
        let text = Array("Hello Hello Hello ✓".utf8)
        let payload = MessageDeflater.shared.compress(text)
        #expect(Self.actions([Self.frame(.text, payload, rsv1: true)], inflates: true) == [.text(text)])
        let bad = MessageDeflater.shared.compress([0x41, 0xFF])
        #expect(Self.failure([Self.frame(.text, bad, rsv1: true)], inflates: true) == .invalidData)
        #expect(Self.failure([Self.frame(.text, [0xFF, 0xFF, 0xFF], rsv1: true)], inflates: true) == .invalidData)
    }

    @Test func aBombIsTooBigAndNotExpandedFurther() {
        let bomb = MessageDeflater.shared.compress([UInt8](repeating: 0, count: 50_000_000))
        #expect(bomb.count < 60_000)
        let frames = [Self.frame(.binary, bomb, rsv1: true)]
        #expect(Self.failure(frames, maximumBytes: 60_000, inflates: true) == .tooBig)
    }
}
