import Foundation
import Logging
import TestSupport
import Testing

@testable import HubServer

@Suite(.timeLimit(.minutes(1)))
struct LogFormatTests {
    private let metadata: Logger.Metadata = [
        "address": "127.0.0.1:8080", "forged": "a\nb \"c\" \u{1B}[31m\u{9B}", "level": "mine",
        "count": .stringConvertible(7), "share": .stringConvertible(0.5), "isIt": .stringConvertible(true),
        "list": ["a", "b"], "nested": ["x": "y"],
    ]

    @Test func jsonIsOneObjectALineWithTheMetadataAsMembers() throws {
        let line = LogFormat.json.line(.warning, label: "hub", "it \"happened\"", self.metadata)
        let text = String(decoding: line, as: UTF8.self)
        #expect(text.hasSuffix("}\n") && text.utf8.allSatisfy { $0 >= 0x20 || $0 == 0x0A })
        #expect(text.filter { $0 == "\n" }.count == 1 && !text.unicodeScalars.contains("\u{9B}"))
        let object = try #require(try JSONSerialization.jsonObject(with: Data(line)) as? [String: Any])
        #expect(object["level"] as? String == "warning" && object["_level"] as? String == "mine")
        #expect(object["label"] as? String == "hub" && object["message"] as? String == "it \"happened\"")
        #expect(object["address"] as? String == "127.0.0.1:8080")
        #expect(object["forged"] as? String == "a\nb \"c\" \u{1B}[31m\u{9B}")
        #expect(object["count"] as? Int == 7 && object["share"] as? Double == 0.5 && object["isIt"] as? Bool == true)
        #expect(object["list"] as? [String] == ["a", "b"] && object["nested"] as? [String: String] == ["x": "y"])
        let time = try #require(object["time"] as? String)
        let date = try Date(time, strategy: .iso8601.year().month().day().time(includingFractionalSeconds: true))
        #expect(abs(date.timeIntervalSinceNow) < 60)
    }

    @Test func textIsWhatItWas() {
        let line = LogFormat.text.line(.notice, label: "hub", "listening", ["b": "x y", "a": .stringConvertible(1)])
        let text = String(decoding: line, as: UTF8.self)
        #expect(text.hasSuffix("Z notice listening a=1 b=\"x y\"\n"), "\(text)")
    }

    @Test func theWritersOwnLinesAreOfItsFormat() async throws {
        let pipe = try UnreadPipe()
        pipe.fill()
        let descriptor = pipe.openForWriting()
        defer { close(descriptor) }
        let writer = LogWriter(descriptor: descriptor, maximumLines: 2)
        writer.format = .json
        for number in 0..<10 { writer.write(LogFormat.json.line(.info, label: "access", "request \(number)")) }
        try await eventually("the loss should be told, but: \(pipe.read())") {
            pipe.read().contains(#""message":"log lines were dropped","lines":""#)
        }
    }

    @Test func theProcessWritesJSONAlone() async throws {
        try await HubBinary.run(["--port", "0", "--log-format", "json", "--access-log"]) { hub in
            try await hub.waitForLog(#""message":"listening""#)
            let address = try #require(hub.standardError.firstMatch(of: /"address":"127\.0\.0\.1:([0-9]+)"/)?.1)
            let client = try await RawClient.connect(port: try #require(Int(address)))
            client.send("GET", "/health/live")
            _ = try await client.readAnswer(isHead: false)
            await client.close()
            try await hub.waitForLog(#""path":"/health/live""#)
            try await HubBinary.run(["--log-format", "json", "--port", String(address)]) { second in
                let status = try await second.exitStatus()
                #expect(status == 69)
                try await second.waitForLog(#""level":"critical""#)
            }
            hub.signal(SIGTERM)
            let status = try await hub.exitStatus()
            #expect(status == 0)
            for line in hub.standardError.split(separator: "\n") {
                #expect((try? JSONSerialization.jsonObject(with: Data(line.utf8))) != nil, "\(line)")
            }
        }
    }
}
