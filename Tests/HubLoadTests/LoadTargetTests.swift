import Testing

@testable import HubLoad

struct LoadTargetTests {
    @Test func aStreamIsAskedForAsTheServerWantsIt() throws {
        let hub = try LoadTarget(url: "http://127.0.0.1:8080/base/", topicPrefix: "t", token: "k")
        let request = String(decoding: hub.subscribing(to: [0, 2], lastEventID: "a-1"), as: UTF8.self)
        #expect(request.hasPrefix("GET /base/sse?topic=t-0&topic=t-2 HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n"))
        #expect(request.contains("\r\nLast-Event-ID: a-1\r\n") && request.hasSuffix("\r\n\r\n"))
        #expect(!request.contains("Bearer"))
        let own = String(decoding: hub.subscribing(to: [0], lastEventID: nil, token: "abc"), as: UTF8.self)
        #expect(own.hasSuffix("\r\nAuthorization: Bearer abc\r\n\r\n"))
        let nchan = try LoadTarget(url: "http://127.0.0.1:8080", dialect: .nchan)
        #expect(nchan.subscribing(to: [3], lastEventID: nil).starts(with: "GET /sub/bench-3 HTTP/1.1\r\n".utf8))
    }

    @Test func eventsArePublishedAsTheyAreOrAsABatch() throws {
        let hub = try LoadTarget(url: "http://127.0.0.1:8080", topicPrefix: "t", token: "k")
        let one = String(decoding: hub.publishing([Array("abc".utf8)], to: 1), as: UTF8.self)
        #expect(one.hasPrefix("POST /publish?topic=t-1 HTTP/1.1\r\n") && one.hasSuffix("\r\n\r\nabc"))
        #expect(one.contains("\r\nAuthorization: Bearer k\r\n") && one.contains("\r\nContent-Length: 3\r\n"))
        let batch = String(decoding: hub.publishing([Array("a".utf8), Array("b".utf8)], to: 1), as: UTF8.self)
        #expect(batch.hasPrefix("POST /publish HTTP/1.1\r\n") && batch.contains("application/x-ndjson"))
        #expect(
            batch.hasSuffix("\r\n\r\n" + #"{"topic":"t-1","data":"a"}"# + "\n" + #"{"topic":"t-1","data":"b"}"# + "\n"))
    }

    @Test(arguments: [
        ("https://localhost", "https is not measured"), ("localhost:80", "not an http:// address"),
        ("http://:80", "names no host"), ("http:///x", "names no host"), ("http://localhost:0", "no valid port"),
        ("http://localhost:x", "no valid port"), ("http://no-such-host.invalid", "has no address"),
    ])
    func aWrongAddressIsRefusedWithItsReason(url: String, reason: String) {
        do {
            _ = try LoadTarget(url: url)
            Issue.record("\(url) should be refused")
        } catch {
            #expect(error.description.contains(reason), "\(error)")
        }
    }

    @Test func anAddressMayBeOfTheSixthVersion() throws {
        let target = try LoadTarget(url: "http://[::1]:8080")
        #expect(
            target.subscribing(to: [0], lastEventID: nil).starts(
                with: "GET /sse?topic=bench-0 HTTP/1.1\r\nHost: [::1]:8080".utf8))
    }
}
