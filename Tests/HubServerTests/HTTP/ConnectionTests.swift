import HTTPWire
import Testing

@testable import HubServer

@Suite(.timeLimit(.minutes(1)))
struct ConnectionTests {
    @Test func pipelinedRequestsAreAnsweredInOrderOnOneConnection() async throws {
        try await TestServer.run { server in
            try await server.connect { client in
                let publish = "POST /publish?topic=a HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi"
                let live = "GET /health/live HTTP/1.1\r\nHost: h\r\n\r\n"
                client.send(publish + live + publish + "GET /nothing HTTP/1.1\r\nHost: h\r\n\r\n" + live)
                var statuses: [Int] = []
                for _ in 0..<5 { statuses.append(try await client.readAnswer().status) }
                #expect(statuses == [200, 200, 200, 404, 200])
                #expect(!client.isClosed)
            }
        }
    }

    @Test func aRequestThatComesByteByByteIsAnswered() async throws {
        try await TestServer.run { server in
            try await server.connect { client in
                for byte in "POST /publish?topic=a HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello".utf8 {
                    client.send([byte])
                }
                let answer3 = try await client.readAnswer()
                #expect(answer3.status == 200)
            }
        }
    }

    @Test func headIsAnsweredLikeGetWithoutABody() async throws {
        try await TestServer.run { server in
            try await server.connect { client in
                client.send("HEAD", "/health/live")
                client.send("GET", "/health/live")
                let head = try await client.readAnswer(isHead: true)
                let get = try await client.readAnswer()
                #expect(head.status == 200)
                #expect(head["content-length"] == get["content-length"])
                #expect(get.body == #"{"status":"live"}"#)
                client.send("HEAD", "/nothing")
                let answer4 = try await client.readAnswer(isHead: true)
                #expect(answer4.status == 404)
                client.send("HEAD", "/sse?topic=a")
                let stream = try await client.readAnswer(isHead: true)
                #expect(stream.status == 200)
                #expect(stream["content-type"] == "text/event-stream")
                client.send("GET", "/health/live")
                let answer5 = try await client.readAnswer()
                #expect(answer5.status == 200)
            }
        }
    }

    @Test func aClientOfHTTP10GetsItsConnectionClosedUnlessItAsksToKeepIt() async throws {
        try await TestServer.run { server in
            try await server.connect { client in
                client.send("GET /health/live HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
                let first = try await client.readAnswer()
                #expect(first["connection"] == "keep-alive")
                client.send("GET /health/live HTTP/1.0\r\n\r\n")
                let second = try await client.readAnswer()
                #expect(second.status == 200)
                #expect(second["connection"] == "close")
                try await client.waitForClose()
            }
        }
    }

    @Test func connectionCloseIsHonoured() async throws {
        try await TestServer.run { server in
            try await server.connect { client in
                client.send("GET", "/health/live", headers: ["Connection: close"])
                let answer6 = try await client.readAnswer()
                #expect(answer6["connection"] == "close")
                try await client.waitForClose()
            }
        }
    }

    @Test func anExpectedContinueIsGivenAndAnAcceptedBodyFollows() async throws {
        try await TestServer.run { server in
            try await server.connect { client in
                client.send("POST", "/publish?topic=a", headers: ["Expect: 100-continue", "Content-Length: 5"])
                let answer7 = try await client.readAnswer()
                #expect(answer7.status == 100)
                client.send("hello")
                let answer8 = try await client.readAnswer()
                #expect(answer8.status == 200)
            }
        }
    }

    @Test func anExpectedContinueIsRefusedWithTheAnswerWhereTheBodyWouldBe() async throws {
        try await TestServer.run({ $0.limits.bodyBytes = 10 }) { server in
            try await server.connect { client in
                client.send("POST", "/publish?topic=a", headers: ["Expect: 100-continue", "Content-Length: 11"])
                let answer9 = try await client.readAnswer()
                #expect(answer9.status == 413)
                try await client.waitForClose()
            }
            let other = try await server.request("GET", "/health/live", headers: ["Expect: the-unexpected"])
            #expect(other.status == 417)
        }
    }
}
