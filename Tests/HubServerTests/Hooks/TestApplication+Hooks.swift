import ByteStrings
import HubHooks
import Logging
import NIOCore
import TestSupport
import Testing

extension TestApplication {
    /// Runs a test beside an application, with the hooks that ask it.
    static func run(
        timeout: TimeAmount = .milliseconds(Patience.milliseconds(10_000)), secret: HookSecret? = nil,
        _ answer: @escaping @Sendable (Request) -> Answer, _ test: (TestApplication, Hooks) async throws -> Void
    ) async throws {
        try await self.run(answer) { application in
            let url = try #require(HookURL(application.url))
            try await self.withCaller(timeout: timeout, secret: secret) { caller in
                let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
                let hooks = Hooks(
                    onSubscribe: Hook(url, caller, logger: logger), onPublish: Hook(url, caller, logger: logger))
                try await test(application, hooks)
            }
        }
    }

    /// Runs a test beside an application that is told what happens.
    static func runTold(
        _ answer: @escaping @Sendable (Request) -> Answer, _ test: (TestApplication, EventHook) async throws -> Void
    ) async throws {
        try await self.run(answer) { application in
            let url = try #require(HookURL(application.url))
            try await self.withCaller(timeout: .milliseconds(Patience.milliseconds(10_000)), secret: nil) { caller in
                try await test(
                    application,
                    EventHook(
                        url, caller, member: "m1", logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }))
            }
        }
    }

    private static func withCaller(
        timeout: TimeAmount, secret: HookSecret?, _ body: (HookCaller) async throws -> Void
    ) async throws {
        let caller = HookCaller(timeout: timeout, secret: secret)
        let result: Result<Void, any Error>
        do { result = .success(try await body(caller)) } catch { result = .failure(error) }
        await caller.shutdown()
        try result.get()
    }
}
