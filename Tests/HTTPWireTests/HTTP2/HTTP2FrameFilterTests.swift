import NIOCore
import TestSupport
import Testing

@testable import HTTPWire

struct HTTP2FrameFilterTests {
    private struct Result: Equatable {
        var passed: [UInt8] = []
        /// The updates, and how much had been passed before each.
        var updates: [[Int]] = []
        var isExcessive = false
    }

    private static func frame(_ kind: UInt8, flags: UInt8 = 0, on id: UInt32 = 1, _ payload: [UInt8]) -> [UInt8] {
        [0, UInt8(payload.count >> 8), UInt8(payload.count & 0xFF), kind, flags] + self.bytes(id) + payload
    }

    private static func bytes(_ number: UInt32) -> [UInt8] { (0..<4).map { UInt8(number >> (24 - 8 * $0) & 0xFF) } }

    private static func update(_ id: UInt32, _ increment: UInt32) -> [UInt8] {
        self.frame(8, on: id, self.bytes(increment))
    }

    private static let start = Array("PRI".utf8) + Self.frame(4, on: 0, [0, 3, 0, 0, 0, 9])
    private static let acknowledgement = Self.frame(4, flags: 1, on: 0, [])

    /// Gives a filter bytes in parts, after what a client begins with.
    private static func run(_ parts: [ArraySlice<UInt8>]) -> (Result, HTTP2FrameFilter) {
        var filter = HTTP2FrameFilter(prefaceBytes: 3)
        let beginning = Self.take(Self.start[...], &filter)
        #expect(beginning == Result(passed: Self.start + Self.acknowledgement))
        var result = Result()
        for part in parts {
            let more = Self.take(part, &filter)
            result.updates += more.updates.map { [$0[0], $0[1], $0[2] + result.passed.count] }
            result.passed += more.passed
            result.isExcessive = result.isExcessive || more.isExcessive
        }
        return (result, filter)
    }

    private static func take(_ part: ArraySlice<UInt8>, _ filter: inout HTTP2FrameFilter) -> Result {
        var result = Result()
        filter.append(ByteBuffer(bytes: part))
        while let next = filter.next(isKnown: { $0 <= 3 }) {
            switch next {
            case .bytes(let bytes): result.passed += bytes.readableBytesView
            case .windowUpdate(let id, let increment): result.updates.append([Int(id), increment, result.passed.count])
            case .tooManySettings:
                result.isExcessive = true
                return result
            }
        }
        return result
    }

    @Test func theClientAgreesToTheSettingsOnceAndAtOnce() {
        let ping = Self.frame(6, on: 0, [1, 2, 3, 4, 5, 6, 7, 8])
        let input = ping + Self.acknowledgement + Self.update(0, 1) + Self.acknowledgement + ping
        #expect(Self.run([input[...]]).0.passed == ping + Self.acknowledgement + ping)
        // One with a payload breaks a rule.
        let wrong = Self.frame(4, flags: 1, on: 0, [1])
        #expect(Self.run([(wrong + ping)[...]]).0.passed == wrong + ping)
    }

    @Test func updatesOfWindowsThatCountAreTakenOutWhereTheyStand() {
        let (ping, data) = (
            Self.frame(6, on: 0, [1, 2, 3, 4, 5, 6, 7, 8]), Self.frame(0, [UInt8](repeating: 8, count: 300))
        )
        let input =
            Self.update(0, 5) + ping + Self.update(3, 7) + Self.update(1, 1 << 31 | 9) + data + Self.update(0, 1)
        let (result, filter) = Self.run([input[...]])
        #expect(result.passed == ping + data)
        let ends = [0, ping.count, ping.count, ping.count + data.count]
        #expect(result.updates == [[0, 5, ends[0]], [3, 7, ends[1]], [1, 9, ends[2]], [0, 1, ends[3]]])
        #expect(filter.heldByteCount == 0)
    }

    @Test(arguments: [
        update(5, 1), update(1, 0), frame(8, [0, 0, 1]), frame(8, [0, 0, 0, 1, 0]), frame(9, [0, 0, 0, 1]),
        // In the middle of a head, where no other frame may be.
        frame(1, [0x82]) + update(1, 1),
    ])
    func whatBreaksARuleIsLeftToOthers(input: [UInt8]) {
        #expect(Self.run([input[...]]).0 == Result(passed: input))
    }

    @Test func noClientHasSoManySettings() {
        let (few, many) = ([UInt8](repeating: 0, count: 192), [UInt8](repeating: 0, count: 198))
        #expect(!Self.run([Self.frame(4, on: 0, few)[...]]).0.isExcessive)
        #expect(Self.run([Self.frame(4, on: 0, many).prefix(9)]).0.isExcessive)
    }

    @Test func howItIsCutMakesNoDifference() {
        var random = SeededGenerator(seed: 7)
        for _ in 0..<200 {
            var input: [UInt8] = []
            for _ in 0..<Int.random(in: 1...12, using: &random) { input += Self.randomFrame(&random) }
            let (whole, filter) = Self.run([input[...]])
            var (parts, start): ([ArraySlice<UInt8>], Int) = ([], 0)
            while start < input.count {
                let end = min(input.count, start + Int.random(in: 1...40, using: &random))
                parts.append(input[start..<end])
                start = end
            }
            #expect(Self.run(parts).0 == whole)
            #expect(filter.heldByteCount == 0)
        }
    }

    private static func randomFrame(_ random: inout SeededGenerator) -> [UInt8] {
        switch Int.random(in: 0..<3, using: &random) {
        case 0: return self.update(.random(in: 0...5, using: &random), .random(in: 0...9, using: &random))
        case 1: return self.frame(1, flags: 4, [UInt8](repeating: 8, count: .random(in: 0...50, using: &random)))
        default:
            let kind = UInt8.random(in: 0...20, using: &random)
            guard kind != 1, kind != 9 else { return [] }
            return self.frame(kind, [UInt8](repeating: kind, count: .random(in: 0...50, using: &random)))
        }
    }

    @Test func whatIsNotCompleteIsCounted() {
        let head = Self.frame(1, [UInt8](repeating: 1, count: 100))
        // A head that goes on, and what has come of the next frame.
        #expect(Self.run([head[...]]).1.heldByteCount == 100)
        #expect(Self.run([(head + Self.frame(9, [1, 2, 3]))[...]]).1.heldByteCount == 103)
        #expect(Self.run([(head + Self.frame(9, flags: 4, [1, 2, 3]))[...]]).1.heldByteCount == 0)
        #expect(Self.run([Self.frame(6, [UInt8](repeating: 1, count: 8)).dropLast(3)]).1.heldByteCount == 14)
        #expect(Self.run([Self.update(1, 1).prefix(5)]).1.heldByteCount == 5)
        // Data is used as it comes.
        #expect(Self.run([Self.frame(0, [UInt8](repeating: 1, count: 80)).dropLast(70)]).1.heldByteCount == 0)
    }
}
