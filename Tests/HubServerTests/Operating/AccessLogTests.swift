import Foundation
import HubDoor
import Logging
import TestSupport
import Testing

@testable import HubServer

@Suite(.timeLimit(.minutes(1)))
struct AccessLogTests {
    /// A log in a file, as lines of JSON.
    private final class LogFile {
        private let path = NSTemporaryDirectory() + "access-\(UUID().uuidString).log"
        private let descriptor: Int32
        let logger: Logger

        init() {
            self.descriptor = open(self.path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
            let writer = LogWriter(descriptor: self.descriptor)
            writer.format = .json
            self.logger = Logger(label: "access") { LineLogHandler(label: $0, level: .info, writer: writer) }
        }

        deinit {
            close(self.descriptor)
            unlink(self.path)
        }

        var text: String { (try? String(contentsOfFile: self.path, encoding: .utf8)) ?? "" }

        /// The entries, once there are so many.
        func entries(_ count: Int) async throws -> [[String: String]] {
            try await eventually("there should be \(count) lines, but: \(self.text)") {
                self.text.utf8.count { $0 == UInt8(ascii: "\n") } >= count
            }
            return try self.text.split(separator: "\n").map { line in
                let object = try JSONSerialization.jsonObject(with: Data(line.utf8))
                return try #require(object as? [String: Any]).mapValues { "\($0)" }
            }
        }
    }

    @Test func aRequestIsALineWithoutItsQuery() async throws {
        let log = LogFile()
        try await TestServer.run({ $0.accessLog = log.logger }) { server in
            _ = try await server.request("POST", "/publish?topic=private/inbox&access_token=s3cret", body: "payload")
            let entry = try #require(try await log.entries(1).first)
            #expect(entry["label"] == "access" && entry["level"] == "info" && entry["message"] == "request")
            #expect(entry["method"] == "POST" && entry["path"] == "/publish" && entry["protocol"] == "HTTP/1.1")
            #expect(entry["status"] == "200" && entry["client"] == "127.0.0.1", "\(entry)")
            #expect(Int(entry["bytes"] ?? "") ?? 0 > 10 && Int(entry["duration-ms"] ?? "") ?? -1 >= 0, "\(entry)")
            #expect(entry["time"]?.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/) != nil)
            for secret in ["s3cret", "inbox", "payload"] { #expect(!log.text.contains(secret), "\(log.text)") }
        }
    }

    @Test func aRequestThatIsPartOfATraceNamesIt() async throws {
        let log = LogFile()
        let (trace, span) = ("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7")
        let valid = ["00-\(trace)-\(span)-01", "cc-\(trace)-\(span)-00-what-comes"]
        let invalid = [
            "00-\(trace)-\(span)-01-x", "ff-\(trace)-\(span)-01", "00-\(trace.uppercased())-\(span)-01",
            "00-\(String(repeating: "0", count: 32))-\(span)-01", "00-\(trace)-\(String(repeating: "0", count: 16))-01",
            "00-\(trace)-\(span)", "", String(repeating: "-", count: 55),
        ]
        try await TestServer.run({ $0.accessLog = log.logger }) { server in
            for field in valid + invalid {
                _ = try await server.request("GET", "/health/live", headers: ["traceparent: \(field)"])
            }
            let entries = try await log.entries(valid.count + invalid.count)
            #expect(entries.prefix(valid.count).allSatisfy { $0["trace-id"] == trace && $0["span-id"] == span })
            #expect(entries.dropFirst(valid.count).allSatisfy { $0["trace-id"] == nil && $0["span-id"] == nil })
        }
    }

    @Test(arguments: [
        "/sse?authorization=s3cret&topic=inbox", "/sse%3Faccess_token=s3cret&topic=inbox", "/sse&access_token=s3cret",
        "/sse;access_token=s3cret", "/?access_token=s3cret", "http://127.0.0.1/sse?access_token=s3cret",
        "http://s3cret@127.0.0.1/sse", "/sse#access_token=s3cret", "/sse?topic=a#s3cret",
        "/sse?access_token=s3cret&access_token=s3cret", "/\(String(repeating: "a", count: 64))s3cret",
    ])
    func whatAClientMisspellsIsNotShownEither(_ target: String) async throws {
        let log = LogFile()
        try await TestServer.run({ $0.accessLog = log.logger }) { server in
            _ = try await server.request("PUT", target, headers: ["Authorization: Bearer s3cret", "Cookie: a=s3cret"])
            let entry = try #require(try await log.entries(1).first)
            #expect(entry["message"] == "request" && entry["status"]?.hasPrefix("4") == true, "\(entry)")
            #expect(!log.text.contains("s3cret") && !log.text.contains("inbox"), "\(log.text)")
        }
    }

    @Test func aStreamIsALineWhenItHasEnded() async throws {
        let log = LogFile()
        let tokens = try await TestTokens(publishKeys: ["key"], isTimeStill: true)
        let token = try tokens.token(#""subscribe":["*"]"#, subject: "ada\\nlovelace")
        try await TestServer.run({
            $0.accessLog = log.logger
            $0.access = tokens.rules
        }) { server in
            try await server.connect { client in
                client.send("GET", "/sse?topic=a", headers: ["Authorization: Bearer \(token)"])
                try await client.wait("the stream should begin") { text, _ in text.contains(":\n") }
                _ = try await server.request("GET", "/health/live")
                let first = try await log.entries(1)
                #expect(first.map { $0["path"] } == ["/health/live"], "the stream has not ended")
            }
            let entry = try #require(try await log.entries(2).last)
            #expect(entry["message"] == "stream" && entry["transport"] == "sse" && entry["status"] == "200", "\(entry)")
            #expect(entry["subject"] == "ada\nlovelace" && entry["bytes"] == nil, "\(entry)")
            #expect(!log.text.contains(token))
        }
    }

    @Test func aWebSocketAndAStreamOfHTTP2AreToo() async throws {
        let log = LogFile()
        try await TestServer.run({ $0.accessLog = log.logger }) { server in
            try await server.connect { client in
                client.send(
                    "GET", "/ws?topic=a",
                    headers: [
                        "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13",
                        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
                    ])
                try await client.wait("it should switch") { text, _ in text.contains("101") }
            }
            let socket = try #require(try await log.entries(1).last)
            #expect(
                socket["message"] == "stream" && socket["transport"] == "ws" && socket["status"] == "101", "\(socket)")
            try await server.speakHTTP2 { client in
                let stream = client.request("GET", "/sse?topic=a")
                _ = try await client.response(client.request("GET", "/health/live"))
                let request = try #require(try await log.entries(2).last)
                #expect(request["protocol"] == "HTTP/2" && request["path"] == "/health/live", "\(request)")
                client.send(.reset, on: stream, [0, 0, 0, 8])
                let end = try #require(try await log.entries(3).last)
                #expect(
                    end["message"] == "stream" && end["transport"] == "sse" && end["protocol"] == "HTTP/2", "\(end)")
            }
        }
    }

    @Test func whatIsNoRequestIsALineOfItsOwn() async throws {
        let log = LogFile()
        try await TestServer.run({ $0.accessLog = log.logger }) { server in
            try await server.connect { client in
                client.send([0x16, 3, 1, 0, 5, 1, 0, 0, 1, 0])
                try await client.waitForClose()
            }
            let entry = try #require(try await log.entries(1).last)
            #expect(entry["message"] == "unreadable request" && entry["client"] == "127.0.0.1", "\(entry)")
            #expect(entry["status"]?.count == 3 && entry["path"] == nil, "\(entry)")
        }
    }

    @Test func aClientThatLeavesHasAskedInVain() async throws {
        let log = LogFile()
        try await TestServer.run({ $0.accessLog = log.logger }) { server in
            try await server.speakHTTP2 { client in
                let poll = client.request("GET", "/long-poll?topic=a&timeout=60")
                try await server.wait("it should wait") { $0[#"hub_streams{transport="long-poll"}"#] == 1 }
                client.send(.reset, on: poll, [0, 0, 0, 8])
                try await server.wait("it should be gone") { $0[#"hub_streams{transport="long-poll"}"#] == 0 }
            }
            try await eventually("it should be told, but: \(log.text)") { log.text.contains("abandoned request") }
            let entry = try await log.entries(2).first { $0["message"] == "abandoned request" }
            #expect(entry?["path"] == "/long-poll" && entry?["status"] == nil, "\(log.text)")
        }
    }
}
