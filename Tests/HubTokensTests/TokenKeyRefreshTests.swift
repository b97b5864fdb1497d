import ByteStrings
import Foundation
import Logging
import NIOCore
import NIOPosix
import TestSupport
import Testing

@testable import HubTokens

/// A set of keys that is read again and again, from a file and from a real server.
@Suite(.timeLimit(.minutes(2)))
struct TokenKeyRefreshTests {
    /// A key set in a file of a folder, which a server can serve.
    private final class KeyFolder {
        let path = NSTemporaryDirectory() + "keys-\(UUID().uuidString)"
        var file: String { self.path + "/jwks.json" }

        init() throws { try FileManager.default.createDirectory(atPath: self.path, withIntermediateDirectories: true) }

        deinit { try? FileManager.default.removeItem(atPath: self.path) }

        func write(_ text: String) throws { try text.write(toFile: self.file, atomically: true, encoding: .utf8) }

        /// Writes the public halves of new keys.
        /// - Returns: The private ones.
        func writeKeys(_ ids: String...) async throws -> [TokenKey] {
            var signers: [TokenKey] = []
            var members: [String] = []
            for id in ids {
                let own = try TokenWorkshop.privateKey(.es256)
                signers.append(try await TokenKey(.es256, id: ByteString(id), text: own))
                members.append(try WebKeyJSON.publicKey(.es256, of: own, id: id))
            }
            try self.write(#"{"keys":[\#(members.joined(separator: ","))]}"#)
            return signers
        }
    }

    private let keyring = TokenKeyring(on: MultiThreadedEventLoopGroup.singleton.next())
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    private let quick = TokenKeyRefresh.Pace(interval: .milliseconds(50), shortInterval: .milliseconds(50))
    private let slow = TokenKeyRefresh.Pace(interval: .seconds(600), shortInterval: .seconds(600))

    private func holds(_ signer: TokenKey) throws -> Bool {
        let token = try TokenWorkshop.token(by: signer)
        return (try? TokenVerifier().verify(token, by: self.keyring.current.keys, now: TokenWorkshop.now)) != nil
    }

    private func running(_ refresh: TokenKeyRefresh, _ body: () async throws -> Void) async throws {
        try await refresh.begin()
        let task = Task { await refresh.run() }
        defer { task.cancel() }
        try await body()
    }

    @Test func aFileIsReadAgainAndABrokenOneChangesNothing() async throws {
        let folder = try KeyFolder()
        await #expect(throws: InvalidKey.self) {
            try await TokenKeyRefresh(.file(folder.file), self.keyring, logger: self.logger).begin()
        }
        let old = try await folder.writeKeys("a")
        try await self.running(TokenKeyRefresh(.file(folder.file), self.keyring, logger: self.logger, pace: self.quick))
        {
            #expect(try self.holds(old[0]))
            let new = try await folder.writeKeys("b", "c")
            try await eventually("the new keys count") { try self.holds(new[0]) && self.holds(new[1]) }
            #expect(try !self.holds(old[0]))
            let generation = self.keyring.current.generation
            try folder.write("{")
            try await Task.sleep(for: .milliseconds(200))
            #expect(try self.holds(new[0]) && self.keyring.current.generation == generation)
            // The same keys in a new file are no others.
            let text = #"{"keys":[]}"#
            try folder.write(text)
            try await Task.sleep(for: .milliseconds(100))
            #expect(self.keyring.current.generation == generation)
            let newest = try await folder.writeKeys("d")
            try await eventually("the newest key counts") { try self.holds(newest[0]) }
        }
    }

    @Test func anUnknownKeyAsksTheServerOnceInAWhile() async throws {
        let folder = try KeyFolder()
        let old = try await folder.writeKeys("a")
        let port = try await FreePort.find()
        let server = try await ChildProcess.start(
            ["python3", "-u", "-m", "http.server", "--bind", "127.0.0.1", "--directory", folder.path, "\(port)"],
            output: folder.path + "/server.log")
        defer { server.signal(SIGKILL) }
        try await eventually("the server is there") { server.text.contains("Serving") }
        let url = "http://127.0.0.1:\(port)/jwks.json"
        try await self.running(TokenKeyRefresh(.url(url), self.keyring, logger: self.logger, pace: self.slow)) {
            #expect(try self.holds(old[0]))
            let new = try await folder.writeKeys("b")
            #expect(self.keyring.readAgain() == nil, "it was read a moment ago")
            let later = NIODeadline.now() + TokenKeyring.patience
            let waiting = (0..<10).map { _ in self.keyring.readAgain(now: later) }
            for read in waiting { try await #require(read).get() }
            #expect(try self.holds(new[0]) && !self.holds(old[0]))
            #expect(server.text.matches(of: /GET/).count == 2, "all that wait wait for one answer")
        }
    }

    @Test func theKeysOfAServerThatIsAwayCountForAWhile() async throws {
        let folder = try KeyFolder()
        let keys = try await folder.writeKeys("a")
        let port = try await FreePort.find()
        let start = {
            try await ChildProcess.start(
                ["python3", "-u", "-m", "http.server", "--bind", "127.0.0.1", "--directory", folder.path, "\(port)"],
                output: folder.path + "/server.log")
        }
        var pace = self.quick
        pace.lifetime = .milliseconds(1500)
        // A server that is away at first keeps nobody from starting.
        let url = "http://127.0.0.1:\(port)/jwks.json"
        try await self.running(TokenKeyRefresh(.url(url), self.keyring, logger: self.logger, pace: pace)) {
            #expect(try !self.holds(keys[0]))
            let server = try await start()
            try await eventually("the keys count") { try self.holds(keys[0]) }
            server.signal(SIGKILL)
            _ = server.waitForEnd()
            try await Task.sleep(for: .milliseconds(300))
            #expect(try self.holds(keys[0]), "for a while they do so without the server")
            try await eventually("not for ever") { try !self.holds(keys[0]) }
            let again = try await start()
            defer { again.signal(SIGKILL) }
            try await eventually("they count again") { try self.holds(keys[0]) }
        }
    }
}
