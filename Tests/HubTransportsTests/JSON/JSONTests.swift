import ByteStrings
import Foundation
import HubCore
import TestSupport
import Testing

@testable import HubTransports

/// What is written is read back by Foundation's reader.
@Suite struct JSONTests {
    @Test func eventsReadBack() throws {
        var random = SeededGenerator(seed: 11)
        for _ in 0..<2000 {
            let event = try GeneratedEvent.event(&random)
            let json = try Self.object(EventJSON.encode(event))
            #expect(Self.bytes(json["id"]) == Array(event.id.description.utf8))
            #expect(Self.bytes(json["topic"]) == Self.bytes(event.topic.name))
            #expect(Self.bytes(json["event"]) == Self.bytes(event.name))
            #expect(Self.bytes(json["data"]) == Self.bytes(event.data.text))
            #expect(json["retry"] as? Int == event.retry.map(Int.init))
            #expect(json.count == 3 + (event.name == nil ? 0 : 1) + (event.retry == nil ? 0 : 1))
        }
    }

    @Test func resetsReadBack() throws {
        var random = SeededGenerator(seed: 12)
        for _ in 0..<1000 {
            let event = try GeneratedEvent.event(&random)
            let requested = GeneratedEvent.text(&random)
            let notice = ResetNotice(
                topic: event.topic, reason: [.trimmed, .lost, .unknown].randomElement(using: &random)!,
                requested: requested, oldest: Bool.random(using: &random) ? event.id : nil,
                latest: Bool.random(using: &random) ? event.id : nil, cursor: nil)
            let json = try Self.object(ResetJSON.encode(notice))
            #expect(Self.bytes(json["topic"]) == Self.bytes(event.topic.name))
            #expect(json["reason"] as? String == notice.reason.rawValue)
            #expect(Self.bytes(json["requested"]) == Self.bytes(requested))
            #expect(json["oldest"] as? String == notice.oldest?.description)
            #expect(json["latest"] as? String == notice.latest?.description)
            // An event that there isn't is null, and not left out.
            #expect(json.count == 5)
        }
    }

    @Test func everyCharacterBelowASpaceIsEscaped() throws {
        for scalar in (0..<0x20).map({ Unicode.Scalar(UInt8($0)) }) {
            var json = JSONText(capacity: 8)
            json.string(utf8: "a\(scalar)b".utf8)
            #expect(json.bytes.allSatisfy { $0 >= 0x20 })
            let read = try JSONSerialization.jsonObject(with: Data(json.bytes), options: .fragmentsAllowed)
            #expect(Self.bytes(read) == Array("a\(scalar)b".utf8))
        }
    }

    @Test func whatNeedsNoEscapeStaysAsItIs() throws {
        for text in ["\u{FEFF}", "\u{2028}", "\u{7F}", "\u{10FFFF}", "é", "/"] {
            var json = JSONText(capacity: 8)
            json.string(utf8: text.utf8)
            #expect(json.bytes == Array("\"\(text)\"".utf8))
        }
    }

    private static func object(_ bytes: [UInt8]) throws -> [String: Any] {
        // One line, so that it fits in one field of an event stream.
        #expect(!bytes.contains(0x0A) && !bytes.contains(0x0D))
        return try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
    }

    /// By bytes, since Swift's strings take é and e + U+0301 for one; and without U+FEFF, which Foundation drops from strings.
    private static func bytes(_ value: Any?) -> [UInt8]? {
        (value as? String).map {
            Array(String(String.UnicodeScalarView($0.unicodeScalars.filter { $0 != "\u{FEFF}" })).utf8)
        }
    }
}
