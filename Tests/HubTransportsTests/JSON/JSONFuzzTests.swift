import ByteStrings
import TestSupport
import Testing

@testable import HubTransports

@Suite(.timeLimit(.minutes(Patience.minutes(90))))
struct JSONFuzzTests {
    private static let samples = [
        #"{"topic":"a","event":"e","data":"x\n\u00e9\ud83d\ude00","retry":1000,"key":"k"}"#,
        #"{"topic":["a","b"],"data":{"a":[1,-2.5e+10,true,false,null,{}],"é":"\"\\\/\b\f\n\r\t"}}"#,
        #"{"type":"subscribe","topic":"t","cursor":"0","ref":7}"#, "[]", " { } ", "[[[[1]]]]", "\u{FEFF}{}",
    ]
    private static let words = [
        "{", "}", "[", "]", ":", ",", "\"", "\\", "\\u0301", "\\ud83d", "\\ude00", "1e999", "-0", "0.1", "null", "true",
        "\u{301}", "\u{316}", "\"topic\":", "\"data\":", "\"type\":\"publish\",", "\u{FEFF}", "\u{0}", " \n\t\r",
    ]

    @Test func whatIsReadIsReadTheSameAgain() async throws {
        var fuzzer = Fuzzer(samples: Self.samples.map { Array($0.utf8) }, words: Self.words)
        try await fuzzer.run { bytes, _ in
            // A reader gets what has been checked to be UTF-8.
            let text = Array(String(decoding: bytes, as: UTF8.self).utf8)
            _ = ClientMessage(text, maximumTopics: 10)
            _ = try? Envelope(text[...], maximumTopics: 10)
            return try Self.readsAgain(text)
        }
    }

    /// Whether a text is JSON. What has been read of it, written, must be the same when it is read.
    private static func readsAgain(_ text: [UInt8]) throws -> Bool {
        guard let value = Self.value(text) else { return false }
        guard let again = Self.value(Array(value.text)), again.form == value.form, again.string == value.string else {
            throw Fuzzer.Difference("a value's own text is another value")
        }
        if let string = value.string {
            var json = JSONText()
            json.string(String(decoding: string, as: UTF8.self))
            guard Self.value(json.bytes)?.string == string else { throw Fuzzer.Difference("a string changes") }
        }
        guard value.form == .object, let members = try? JSONReader.members(text[...]) else { return true }
        var json = JSONText()
        json.object { json in
            for member in members { json.member(member.name.string, json: member.value.text) }
        }
        let copy = try JSONReader.members(json.bytes[...])
        guard copy.map(\.name) == members.map(\.name), copy.map(\.value.text) == members.map(\.value.text) else {
            throw Fuzzer.Difference("an object changes")
        }
        return true
    }

    private static func value(_ text: [UInt8]) -> JSONReader.Value? {
        var reader = JSONReader(text[...])
        guard let value = try? reader.readValue(), (try? reader.readEnd()) != nil else { return nil }
        return value
    }
}
