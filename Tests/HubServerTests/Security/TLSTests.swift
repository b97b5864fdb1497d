import Foundation
import HTTPWire
import HubCore
import NIOCore
import TestSupport
import Testing

@testable import HubServer

/// TLS, from the wire up.
@Suite(.timeLimit(.minutes(2)))
struct TLSTests {
    private static func with(
        _ credentials: TLSCredentials? = nil, loops: Int = 1, _ test: (TestServer) async throws -> Void
    ) async throws {
        let credentials = try credentials ?? TLSCredentials([.selfSigned(host: "hub.example")])
        try await TestServer.run(
            loops: loops,
            {
                $0.tls = credentials
                $0.strictTransport = .hours(1)
            }
        ) { try await test($0) }
    }

    @Test func everyTransportWorksAndNoPlainByteIsEverOnTheWire() async throws {
        try await Self.with { server in
            let wire = EncryptedWire()
            let published = try await server.request("POST", "/publish?topic=a", body: "first", wire: wire)
            #expect(published.status == 200 && published["strict-transport-security"] == "max-age=3600")
            let poll = try await server.request("GET", "/poll?topic=a&cursor=earliest", wire: wire)
            #expect(poll.body.contains("first"))
            for path in ["/sse?topic=a", "/iframe?topic=a&origin=http://127.0.0.1", "/long-poll?topic=a"] {
                try await server.connect(wire: wire) { client in
                    client.send("GET", path)
                    // A stream has its head at once; a long poll is there when somebody listens.
                    try await eventually("somebody listens") {
                        try await server.request("GET", "/topics?topic=a", wire: wire).body.contains(
                            #""subscribers":1"#)
                    }
                    _ = try await server.request("POST", "/publish?topic=a", body: "live\(path.count)", wire: wire)
                    try await client.wait("the event comes by \(path)") { text, _ in text.contains("live\(path.count)")
                    }
                }
            }
            try await server.connect(wire: wire) { raw in
                let (client, _) = try await WebSocketClient.open(raw)
                _ = try await client.message()
                client.send(#"{"type":"publish","topic":"a","data":"both ways"}"#)
                let (one, two) = (try await client.message(), try await client.message())
                #expect((one + two).contains("both ways") && (one + two).contains("published"))
            }
            #expect(wire.isSound)
        }
    }

    @Test func noPlainByteIsOnTheWireWhileStreamsComeAndGo() async throws {
        try await Self.with(loops: 2) { server in
            let wire = EncryptedWire()
            let publisher = Task {
                for number in 0... {
                    let event = try Publication(topics: [Topic("a")], data: EventData("event \(number)"))
                    _ = try await server.hub.bus.publish([event]).get()
                    try await Task.sleep(for: .milliseconds(10))
                }
            }
            defer { publisher.cancel() }
            try await withThrowingTaskGroup { group in
                for reader in 0..<4 {
                    group.addTask {
                        for round in 0..<6 {
                            let path =
                                (reader + round) % 2 == 0 ? "/sse?topic=a" : "/iframe?topic=a&origin=http://127.0.0.1"
                            try await server.connect(wire: wire) { client in
                                client.send("GET", path)
                                try await client.wait("events come", seconds: 30) { text, _ in
                                    text.matches(of: /event \d+/).count >= 1 + round % 3
                                }
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(wire.isSound)
        }
    }

    @Test func whoDoesNotSpeakTLSIsCountedAndCloses() async throws {
        try await Self.with { server in
            try await server.connect { client in
                client.send("GET", "/health/live")
                try await client.waitForClose()
                #expect(!client.text.contains("HTTP/1.1"))
            }
            let metrics = try await server.request("GET", "/metrics", wire: EncryptedWire()).body
            #expect(metrics.contains(#"hub_tls_handshakes_total{outcome="not_tls"} 1"#), "\(metrics)")
            #expect(metrics.contains("hub_tls_certificate_expiry_seconds "))
        }
    }

    // MARK: Files

    @Test func clientsAreShownTheCertificateOfTheNameTheyAskFor() async throws {
        let folder = try CertificateFolder()
        let pairs = try ["a.example", "*.b.example", "c.example"].map { try folder.makePair($0) }
        let credentials = try TLSCredentials(pairs.map { TLSPair(certificate: $0.certificate, key: $0.key) })
        try await Self.with(credentials) { server in
            for (name, index) in [
                ("a.example", 0), ("x.b.example", 1), ("X.B.example", 1), ("c.example", 2), ("x.y.b.example", 0),
                ("b.example", 0), ("other.example", 0),
            ] {
                let wire = EncryptedWire(serverName: name)
                #expect(try await server.request("GET", "/health/live", wire: wire).status == 200)
                let expected = try folder.der(pairs[index].certificate)
                #expect(wire.certificate == expected, "\(name)")
            }
        }
    }

    @Test func filesAreReadAgainAndABrokenPairChangesNothing() async throws {
        let folder = try CertificateFolder()
        let (old, new) = (try folder.makePair("a.example"), try folder.makePair("b.example"))
        let credentials = try TLSCredentials([TLSPair(certificate: old.certificate, key: old.key)])
        try await Self.with(credentials) { server in
            let shown = { () async throws -> [UInt8] in
                let wire = EncryptedWire()
                #expect(try await server.request("GET", "/health/live", wire: wire).status == 200)
                return wire.certificate
            }
            let (first, second) = (try folder.der(old.certificate), try folder.der(new.certificate))
            #expect(try await shown() == first && !credentials.haveChanged())
            try folder.copy(new.certificate, to: old.certificate)
            #expect(credentials.haveChanged())
            #expect(throws: InvalidCredentials.self, "the key is another's") { try credentials.reload() }
            #expect(try await shown() == first)
            try folder.copy(new.key, to: old.key)
            #expect(credentials.haveChanged() && !credentials.haveChanged())
            try credentials.reload()
            #expect(try await shown() == second)
            for text in ["", "nonsense"] {
                try text.write(toFile: old.certificate, atomically: true, encoding: .utf8)
                #expect(throws: InvalidCredentials.self) { try credentials.reload() }
            }
            try FileManager.default.removeItem(atPath: old.certificate)
            #expect(throws: InvalidCredentials.self) { try credentials.reload() }
            #expect(try await shown() == second)
        }
    }

    @Test func clientsWithoutACertificateStayOutsideWhereOneIsNeeded() async throws {
        let folder = try CertificateFolder()
        let (own, client) = (try folder.makePair("a.example"), try folder.makePair("client"))
        let credentials = try TLSCredentials(
            [TLSPair(certificate: own.certificate, key: own.key)], clientAuthority: client.certificate)
        try await Self.with(credentials) { server in
            let ask = { (extra: [String]) in
                try ChildProcess.run(
                    ["curl", "-sk", "-o", "/dev/null", "-w", "%{http_code}"] + extra
                        + ["https://127.0.0.1:\(server.port)/health/live"]
                ).output
            }
            let (none, foreign) = (try ask([]), try ask(["--cert", own.certificate, "--key", own.key]))
            let right = try ask(["--cert", client.certificate, "--key", client.key])
            #expect([none, foreign, right] == ["000", "000", "200"])
        }
    }
}

/// Certificates that openssl makes.
private final class CertificateFolder {
    let path = NSTemporaryDirectory() + "tls-\(UUID().uuidString)"
    private var count = 0

    init() throws { try FileManager.default.createDirectory(atPath: self.path, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(atPath: self.path) }

    func makePair(_ name: String) throws -> (certificate: String, key: String) {
        self.count += 1
        let (certificate, key) = ("\(self.path)/\(self.count).pem", "\(self.path)/\(self.count).key")
        let (end, _) = try ChildProcess.run([
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
            "-subj", "/CN=test", "-addext", "subjectAltName=DNS:\(name)", "-keyout", key, "-out", certificate,
        ])
        #expect(end == .exited(0))
        return (certificate, key)
    }

    func der(_ certificate: String) throws -> [UInt8] {
        let file = self.path + "/der"
        _ = try ChildProcess.run(["openssl", "x509", "-in", certificate, "-outform", "DER", "-out", file])
        return Array(try Data(contentsOf: URL(filePath: file)))
    }

    func copy(_ source: String, to target: String) throws {
        try Data(contentsOf: URL(filePath: source)).write(to: URL(filePath: target), options: .atomic)
    }
}
