import HTTPWire
import NIOCore
import TestSupport
import Testing

@testable import HubServer

@Suite(.timeLimit(.minutes(1)))
struct LimitTests {
    @Test func aDeclaredBodyOverTheLimitIsRefusedBeforeItIsRead() async throws {
        try await TestServer.run({ $0.limits.bodyBytes = 1000 }) { server in
            try await server.connect { client in
                client.send("POST", "/publish?topic=a", headers: ["Content-Length: 1001"])
                let answer = try await client.readAnswer()
                #expect(answer.status == 413)
                #expect(answer["content-type"] == "application/problem+json")
                #expect(answer["connection"] == "close")
            }
        }
    }

    @Test func aChunkedBodyOverTheLimitIsRefusedAndReadOnSoThatTheClientSeesTheAnswer() async throws {
        try await TestServer.run({ $0.limits.bodyBytes = 1000 }) { server in
            try await server.connect { client in
                client.send("POST /publish?topic=a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n")
                let chunk = "10000\r\n" + String(repeating: "x", count: 0x10000) + "\r\n"
                for _ in 0..<64 { client.send(chunk) }
                client.send("0\r\n\r\n")
                let answer10 = try await client.readAnswer()
                #expect(answer10.status == 413)
                try await client.waitForClose()
            }
        }
    }

    @Test func chunksMayBeSmallButNotMostlyOfSomethingElse() async throws {
        let head = "POST /publish?topic=a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
        try await TestServer.run { server in
            try await server.connect { client in
                for _ in 0..<2 {
                    client.send(head + String(repeating: "1\r\nx\r\n", count: 20_000) + "0\r\n\r\n")
                    let taken = try await client.readAnswer()
                    #expect(taken.status == 200)
                }
            }
            for (beginning, piece) in [
                ("1;", "x"), ("", "1;abcdefghijklmnopqrstuvwxyz\r\nx\r\n"), ("0\r\nTrailer:", "x"),
            ] {
                try await server.connect { client in
                    client.send(head + beginning)
                    for _ in 0..<20 { client.send(String(repeating: piece, count: 1000)) }
                    let answer = try await client.readAnswer()
                    #expect(answer.status == 413, "\(beginning)\(piece)")
                    #expect(answer.body.contains("chunk extensions"))
                    try await client.waitForClose()
                }
            }
        }
    }

    @Test func aBodyOfExactlyTheLimitIsTaken() async throws {
        try await TestServer.run({ $0.limits.bodyBytes = 1000 }) { server in
            let body = String(repeating: "x", count: 1000)
            let answer11 = try await server.request("POST", "/publish?topic=a", body: body)
            #expect(answer11.status == 200)
        }
    }

    @Test func aTargetThatIsTooLongIsRefused() async throws {
        try await TestServer.run { server in
            let long = "/sse?topic=" + String(repeating: "a", count: 66_000)
            let answer12 = try await server.request("GET", long)
            #expect(answer12.status == 414)
            let absurd = "/sse?topic=" + String(repeating: "a", count: 200_000)
            let answer13 = try await server.request("GET", absurd)
            #expect(answer13.status == 414)
        }
    }

    @Test func aHundredTopicsOfTheGreatestLengthFitInATarget() async throws {
        let topics = (100..<200).map { "topic=\($0)" + String(repeating: "t", count: 509) }.joined(separator: "&")
        let large = ["Cookie: " + String(repeating: "c", count: 60_000)]
        try await TestServer.run { server in
            for path in ["/poll", "/long-poll?timeout=1"] {
                let target = path + (path.contains("?") ? "&" : "?") + topics
                let answer = try await server.request("GET", target, headers: large)
                #expect(answer.status == 200, "\(answer.body)")
            }
            let stream = try await server.request("HEAD", "/sse?" + topics, headers: large)
            #expect(stream.status == 200)
        }
    }

    @Test func aHeadThatIsTooLargeIsRefused() async throws {
        try await TestServer.run { server in
            let large = ["X-Large: " + String(repeating: "a", count: 70_000)]
            let answer14 = try await server.request("GET", "/health/live", headers: large)
            #expect(answer14.status == 431)
            let many = (0..<150).map { "X-Field-\($0): 1" }
            let answer15 = try await server.request("GET", "/health/live", headers: many)
            #expect(answer15.status == 431)
        }
    }

    @Test func aHeadThatComesTooSlowlyIsToldSo() async throws {
        try await TestServer.run({ $0.limits.headTime = .seconds(2) }) { server in
            try await eventually("a head that has begun should be refused", seconds: 30) {
                let text = try await server.connect { client in
                    client.send("GET /health/live HTTP/1.1\r\nHo")
                    try await client.waitForClose()
                    return client.text
                }
                // On a machine that is busy enough even the beginning comes too late, and is closed without a word.
                guard !text.isEmpty else { return false }
                #expect(text.hasPrefix("HTTP/1.1 408 "))
                return true
            }
        }
    }

    @Test func aConnectionThatSaysNothingIsClosedWithoutAWord() async throws {
        try await TestServer.run({ $0.limits.headTime = .milliseconds(300) }) { server in
            try await server.connect { client in
                try await client.waitForClose()
                #expect(client.text.isEmpty)
            }
        }
    }

    @Test func aKeptConnectionIsClosedWhenItIdlesTooLong() async throws {
        try await TestServer.run({ $0.limits.idleTime = .milliseconds(300) }) { server in
            try await server.connect { client in
                client.send("GET", "/health/live")
                let answer17 = try await client.readAnswer()
                #expect(answer17.status == 200)
                try await client.waitForClose()
                #expect(client.text.isEmpty)
            }
        }
    }

    @Test func aBodyThatComesTooSlowlyIsToldSo() async throws {
        try await TestServer.run({
            $0.limits.bodyTime = .milliseconds(300)
            $0.limits.lingerTime = .milliseconds(300)
        }) { server in
            try await server.connect { client in
                client.send("POST", "/publish?topic=a", headers: ["Content-Length: 5"])
                client.send("he")
                let answer18 = try await client.readAnswer()
                #expect(answer18.status == 408)
                try await client.waitForClose()
            }
        }
    }

    @Test func aRefusedClientThatNeverStopsSendingIsCutOff() async throws {
        try await TestServer.run({
            $0.limits.bodyBytes = 10
            $0.limits.lingerTime = .seconds(60)
            $0.limits.lingerBytes = 100_000
        }) { server in
            try await server.connect { client in
                client.send("POST", "/publish?topic=a", headers: ["Content-Length: 100000000"])
                let piece = String(repeating: "x", count: 50_000)
                for _ in 0..<20 { client.send(piece) }
                try await client.waitForClose()
            }
        }
    }
}
