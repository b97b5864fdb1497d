import AsyncHTTPClient
import ByteStreams
import Crypto
import HubCore
public import Logging
public import NIOCore
import Synchronization

/// Asks an application whether somebody may do something. Without an answer in time that is refused.
public final class Hook: Sendable {
    /// What became of a question.
    public enum Outcome: String, CaseIterable, Sendable {
        /// It was allowed.
        case allowed
        /// It was refused.
        case refused
        /// The answer was known.
        case remembered
        /// The application gave none that counts.
        case failed
        /// It was not asked, since too many wait.
        case dropped
    }

    private struct State {
        var waiting = WaitingQuestions()
        var answers = RememberedAnswers()
        var counts: [Outcome: Int] = [:]
    }

    private let url: HookURL
    private let caller: HookCaller
    private let logger: Logger
    private let interval = LogInterval()
    private let state = Mutex(State())

    /// Makes a hook.
    /// - Parameters:
    ///   - url: Where the application is asked.
    ///   - caller: Asks it.
    ///   - logger: Is told if it does not answer.
    public init(_ url: HookURL, _ caller: HookCaller, logger: Logger) {
        self.url = url
        self.caller = caller
        self.logger = logger
    }

    /// What became of questions so far.
    public var counts: [Outcome: Int] { self.state.withLock { $0.counts } }

    /// How many questions wait for an answer.
    public var waitingCount: Int { self.state.withLock { $0.waiting.count } }

    /// Asks whether somebody may do something.
    /// - Parameters:
    ///   - question: What they want to do.
    ///   - asker: Who they are.
    ///   - isAskedAnew: Whether an answer that is remembered does not count.
    /// - Returns: The verdict; or an error if there is none, which has been logged.
    public func ask(
        _ question: HookQuestion, of asker: Asker, isAskedAnew: Bool = false
    ) -> EventLoopFuture<HookVerdict> {
        let body = question.body(of: asker)
        let key = question.isRepeatable ? Self.digest(body, asker) : nil
        let now = Double(WallClock.milliseconds) / 1000
        if let key, !isAskedAnew, let verdict = self.state.withLock({ $0.answers.verdict(key, now: now) }) {
            self.count(.remembered)
            return self.caller.loop.makeSucceededFuture(verdict)
        }
        guard self.state.withLock({ $0.waiting.enter(asker.client, byteCount: body.count) }) else {
            self.failed(.tooMany, .dropped)
            return self.caller.loop.makeFailedFuture(HookFault.tooMany)
        }
        return self.send(question, body, asker, key, now: now)
    }

    private func send(
        _ question: HookQuestion, _ body: [UInt8], _ asker: Asker, _ key: SHA256Digest?, now: Double
    ) -> EventLoopFuture<HookVerdict> {
        self.caller.send(body, to: self.url, asker.fields + asker.context, id: HookCaller.newID()).flatMapThrowing {
            response in
            let answer = try HookAnswer(
                status: response.status, headers: response.headers,
                body: response.body.map { Array($0.readableBytesView) } ?? [])
            let verdict = answer.verdict(on: question, now: now)
            if let key, answer.maximumAge > 0 {
                self.state.withLock { $0.answers.remember(verdict, to: key, until: now + Double(answer.maximumAge)) }
            }
            return verdict
        }.always { result in
            self.state.withLock { $0.waiting.leave(asker.client, byteCount: body.count) }
            switch result {
            case .success(.allowed): self.count(.allowed)
            case .success(.refused): self.count(.refused)
            case .failure(let error): self.failed(error as? HookFault ?? .unreachable("\(error)"), .failed)
            }
        }
    }

    private func failed(_ fault: HookFault, _ outcome: Outcome) {
        self.count(outcome)
        guard let times = self.interval.pass() else { return }
        self.logger.warning(
            "the application that decides gives no answer, so that what it is asked about is refused",
            metadata: ["hook": "\(self.url.shown)", "reason": "\(fault)", "times": "\(times)"])
    }

    private func count(_ outcome: Outcome) { self.state.withLock { $0.counts[outcome, default: 0] += 1 } }

    /// What makes two questions the same: all that the application gets to see but the trace.
    private static func digest(_ body: [UInt8], _ asker: Asker) -> SHA256Digest {
        var hash = SHA256()
        for (name, value) in asker.fields {
            hash.update(data: Array("\(name): \(value)\n".utf8))
        }
        hash.update(data: body)
        return hash.finalize()
    }
}

/// The applications that are asked, each about one thing.
public struct Hooks: Sendable {
    /// Decides who may subscribe to what; `nil` if none does.
    public let onSubscribe: Hook?
    /// Decides who may publish what; `nil` if none does.
    public let onPublish: Hook?

    /// Names them.
    public init(onSubscribe: Hook? = nil, onPublish: Hook? = nil) {
        self.onSubscribe = onSubscribe
        self.onPublish = onPublish
    }

    /// Whether there are none.
    public var isEmpty: Bool { self.onSubscribe == nil && self.onPublish == nil }
}
