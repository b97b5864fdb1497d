import Testing

@testable import RedisWire

@Suite struct RedisHandshakeTests {
    private func handshake(_ url: String) throws -> RedisHandshake {
        try RedisHandshake(endpoint: RedisEndpoint(url), name: "n")
    }

    @Test func itLogsInChoosesTheDatabaseAndAsks() throws {
        #expect(
            try self.handshake("redis://u:p@h/3").commands == [
                ["AUTH", "u", "p"], ["SELECT", .integer(3)], ["PING"], ["CLIENT", "SETNAME", "n"],
            ])
        #expect(try self.handshake("redis://:p@h").commands.first == ["AUTH", "p"])
        #expect(try self.handshake("redis://h").commands == [["PING"], ["CLIENT", "SETNAME", "n"]])
    }

    @Test func itNeverAsksForRESP3() throws {
        let words = try self.handshake("redis://u:p@h/3").commands.joined()
        #expect(!words.contains("HELLO"))
    }

    @Test func itIsCompleteWithTheLastReply() throws {
        var handshake = try self.handshake("redis://u:p@h/3")
        let isComplete = try [RESPValue.simple("OK"), .simple("OK"), .simple("PONG"), .error("ERR unknown")].map {
            try handshake.receive($0)
        }
        #expect(isComplete == [false, false, false, true])
    }

    @Test(
        arguments: [
            ([.error("WRONGPASS no")], "login refused: WRONGPASS no"),
            ([.simple("OK"), .error("ERR DB index")], "database refused: ERR DB index"),
            ([.simple("OK"), .simple("OK"), .error("LOADING data")], "LOADING data"),
            (
                [.simple("OK"), .simple("OK"), .integer(1)],
                "the answer to PING is no PONG; is it a Redis server?"
            ),
        ] as [([RESPValue], String)]) func aRefusalSaysWhatWasRefused(replies: [RESPValue], reason: String) throws
    {
        var handshake = try self.handshake("redis://u:p@h/3")
        for reply in replies.dropLast() { #expect(try !handshake.receive(reply)) }
        #expect(throws: RedisError.connectFailed(reason)) { try handshake.receive(replies[replies.count - 1]) }
    }

    @Test func aUserThatMayNotPingIsServed() throws {
        var handshake = try self.handshake("redis://h")
        #expect(try !handshake.receive(.error("NOPERM this user has no permissions")))
        #expect(try handshake.receive(.error("NOPERM this user has no permissions")))
    }
}
