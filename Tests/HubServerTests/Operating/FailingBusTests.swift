import HubCore
import Testing

@testable import HubServer

@Suite(.timeLimit(.minutes(1)))
struct FailingBusTests {
    @Test(arguments: [
        (BusError.unavailable(reason: "secret-host is down"), 503),
        (BusError.unknownOutcome(reason: "secret-host was lost"), 504),
        (BusError.refused(reason: "too long a topic"), 400),
    ])
    func whatTheBusSaysBecomesTheStatus(_ error: BusError, _ status: Int) async throws {
        try await TestServer.run(bus: { FailingBus(error, on: $0) }) { server in
            let answer = try await server.request("POST", "/publish?topic=a", body: "x")
            #expect(answer.status == status)
            #expect((answer["retry-after"] != nil) == (status >= 500))
            #expect(!answer.body.contains("secret-host"))
            let list = try await server.request("GET", "/topics")
            #expect(list.status == status)
            let deletion = try await server.request("DELETE", "/topics?topic=a")
            #expect(deletion.status == status)
        }
    }

    @Test func readinessFailsWithTheReasonWhileLivenessHolds() async throws {
        try await TestServer.run(bus: { FailingBus(.unavailable(reason: ""), on: $0) }) { server in
            let ready = try await server.request("GET", "/health/ready")
            #expect(ready.status == 503)
            #expect(ready.body.contains("the bus is not delivering: it fails"))
            let live = try await server.request("GET", "/health/live")
            #expect(live.status == 200)
            let metrics = try await server.request("GET", "/metrics")
            #expect(metrics.body.contains("\nhub_bus_ready 0\n"))
        }
    }
}
