import TestSupport
import Testing

@testable import HubTransports

struct CompressionTests {
    @Test("What was compressed is expanded to the same", arguments: 0..<20)
    func roundTrip(seed: UInt64) throws {
        var random = SeededGenerator(seed: 900 + seed)
        for _ in 0..<20 {
            let alphabet = UInt8.random(in: 1...255, using: &random)
            let count = [0, 1, 5, 200, 70_000].randomElement(using: &random)!
            let message = (0..<count).map { _ in UInt8.random(in: 0...alphabet, using: &random) }
            let payload = MessageDeflater.shared.compress(message)
            #expect(try MessageInflater.inflate(payload, maximumBytes: count) == message)
            guard count > 0 else { continue }
            #expect(throws: MessageInflater.Failure.tooBig) {
                try MessageInflater.inflate(payload, maximumBytes: count - 1)
            }
        }
    }

    @Test func theExamplesOfTheStandardAreRead() throws {
        let hello = Array("Hello".utf8)
        // RFC 7692, 7.2.3.1, 7.2.3.3 (stored), 7.2.3.4 (a final block), 7.2.3.5 (two blocks).
        let payloads: [[UInt8]] = [
            [0xF2, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00],
            [0x00, 0x05, 0x00, 0xFA, 0xFF, 0x48, 0x65, 0x6C, 0x6C, 0x6F, 0x00],
            [0xF3, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00, 0x00],
            [0xF2, 0x48, 0x05, 0x00, 0x00, 0x00, 0xFF, 0xFF, 0xCA, 0xC9, 0xC9, 0x07, 0x00],
        ]
        for payload in payloads { #expect(try MessageInflater.inflate(payload, maximumBytes: 100) == hello) }
        #expect(try MessageInflater.inflate([0x00], maximumBytes: 100) == [])
        #expect(MessageDeflater.shared.compress([]) == [0x00])
        #expect(MessageDeflater.shared.compress(hello) == payloads[0])
    }

    @Test("Garbage ends, in an error or in bytes within the limit", arguments: 0..<10)
    func garbage(seed: UInt64) {
        var random = SeededGenerator(seed: 950 + seed)
        for _ in 0..<500 {
            let payload = (0..<Int.random(in: 0...60, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            guard let message = try? MessageInflater.inflate(payload, maximumBytes: 1000) else { continue }
            #expect(message.count <= 1000)
        }
    }
}
