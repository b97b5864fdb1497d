import ByteStrings
import HubCore
import Testing

@testable import HubDoor

@Suite struct RevocationsTests {
    @Test func whatAMemberHasRevokedItselfDoesNotStandForWhatItHasNotHeardOf() async throws {
        try await TestServer.run { server in
            let revocations = Revocations()
            revocations.take([Revocation(subject: "ada", time: 1_800_000_000_000)], server.hub)
            #expect(revocations.since == 0, "the bus was never heard")
            revocations.takeAll([Revocation(subject: "bob", time: 1_700_000_000_000)], server.hub)
            #expect(revocations.since == 1_699_999_940_000)
        }
    }
}
