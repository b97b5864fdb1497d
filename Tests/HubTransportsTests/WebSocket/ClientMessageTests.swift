import HubCore
import TestSupport
import Testing

@testable import HubTransports

struct ClientMessageTests {
    private static func read(_ text: String) -> ClientMessage {
        ClientMessage(Array(text.utf8), maximumTopics: 2)
    }

    private static func ref(_ text: String) -> String? {
        self.read(text).ref.map { String(decoding: $0, as: UTF8.self) }
    }

    private static func complaint(_ text: String) -> String? {
        guard case .failure(let invalid) = self.read(text).request else { return nil }
        return invalid.description
    }

    @Test func publishIsAnEnvelope() throws {
        let text = #"{"ref":7,"type":"publish","topic":["a","b"],"event":"e","data":{"x":[1, 2]},"retry":5,"key":"k"}"#
        guard case .success(.publish(let publication)) = Self.read(text).request else {
            Issue.record("it was not read")
            return
        }
        #expect(publication.topics.map(\.name) == ["a", "b"])
        #expect(publication.name?.name == "e")
        #expect(publication.data.text == #"{"x":[1, 2]}"#)
        #expect(publication.retry?.milliseconds == 5)
        #expect(publication.key == (try IdempotencyKey("k")))
    }

    @Test func subscribeAndUnsubscribeNameATopic() throws {
        guard
            case .success(.subscribe(let topic, let cursor)) = Self.read(#"{"type":"subscribe","topic":"a"}"#).request,
            case .success(.subscribe(_, let earliest)) =
                Self.read(#"{"cursor":"earliest","topic":"a","type":"subscribe"}"#).request,
            case .success(.unsubscribe(let other)) = Self.read(#"{"type":"unsubscribe","topic":"é"}"#).request
        else {
            Issue.record("they were not read")
            return
        }
        #expect(topic.name == "a")
        #expect(cursor == nil)
        #expect(earliest == "earliest")
        #expect(other.name == "é")
    }

    @Test(arguments: [
        (#""x""#, #""x""#), ("7", "7"), ("-1.5e3", "-1.5e3"), (#""\u00e9\"""#, #""\u00e9\"""#),
    ])
    func aRefComesBackAsItWasWritten(_ ref: String, _ expected: String) {
        #expect(Self.ref(#"{"type":"unsubscribe","topic":"a","ref":\#(ref)}"#) == expected)
        #expect(Self.ref(#"{"ref":\#(ref),"type":"nonsense"}"#) == expected)
        let answer = HubMessage.error("no", Array(ref.utf8)[...])
        #expect(String(decoding: answer, as: UTF8.self) == #"{"type":"error","message":"no","ref":\#(expected)}"#)
    }

    @Test(arguments: [
        ("", "not well-formed"), ("[]", "an object expected"), ("{}", "'type' must be"),
        (#"{"type":1}"#, "'type' must be"),
        (#"{"type":"ping"}"#, "'type' must be"), (#"{"type":"subscribe"}"#, "'topic' is missing"),
        (#"{"type":"subscribe","topic":""}"#, "must not be empty"),
        (#"{"type":"subscribe","topic":"a","cursor":5}"#, "'cursor' must be a string"),
        (#"{"type":"subscribe","topic":"a","since":"5m"}"#, "known are type, topic, cursor, ref"),
        (#"{"type":"subscribe","topic":["a"]}"#, "'topic' must be a string"),
        (#"{"type":"unsubscribe","topic":"a","cursor":"x"}"#, "unknown"),
        (#"{"type":"publish","topic":"a"}"#, "'data' is missing"),
        (#"{"type":"publish","topic":["a","b","c"],"data":""}"#, "2 topics at most"),
        (#"{"type":"publish","topic":"a","data":"","event":"hub.x"}"#, "reserved"),
        (#"{"type":"unsubscribe","topic":"a","ref":{}}"#, "'ref' must be"),
        (#"{"type":"unsubscribe","topic":"a","ref":true}"#, "'ref' must be"),
        (#"{"type":"unsubscribe","topic":"a","topic":"b"}"#, "there twice"),
        (#"{"type":"unsubscribe","topic":"a"} x"#, "not well-formed"),
    ])
    func whatIsWrongIsSaid(_ text: String, _ expected: String) {
        #expect(Self.complaint(text)?.contains(expected) == true, "\(Self.complaint(text) ?? "nothing")")
    }

    @Test func aRefIsShort() {
        let long = String(repeating: "x", count: 300)
        #expect(Self.ref(#"{"type":"unsubscribe","topic":"a","ref":"\#(long)"}"#) == nil)
        #expect(Self.complaint(#"{"type":"unsubscribe","topic":"a","ref":"\#(long)"}"#)?.contains("'ref'") == true)
    }

    @Test("Generated garbage is answered, whatever it is", arguments: 0..<10)
    func garbage(seed: UInt64) {
        var random = SeededGenerator(seed: 970 + seed)
        let parts = [
            #"{"type":"publish""#, #","topic":"#, #""a""#, "[", "]", "{", "}", ",", ":", #""ref":1"#, "null", "1e",
            "\\u", "\u{0}",
            #""data":"#, "\"", "é", "-", " ",
        ]
        for _ in 0..<1000 {
            let text = (0..<Int.random(in: 0...12, using: &random)).map { _ in parts.randomElement(using: &random)! }
            _ = Self.read(text.joined())
        }
    }
}
