import ByteStrings
import HTTPTypes
import HTTPWire
import HubCore
import NIOCore
import Synchronization

/// Asks all members of the cluster what the console wants to know, and answers what others ask.
///
/// A question goes to all members and its answers come back over the bus's channel for members, which keeps nothing; while nobody
/// asks, nothing is sent. Who has answered lately is waited for; a member that does not is waited for once.
final class MemberInquiry: Sendable {
    /// For how long answers are waited for.
    private static let patience = TimeAmount.milliseconds(700)
    /// How many questions may be under way.
    private static let maximumPending = 64
    /// How many members may answer.
    private static let maximumMembers = 256

    private struct State {
        var pending: [ByteString: PendingInquiry] = [:]
        /// Who has answered the last question that all were asked.
        var known: Set<ByteString> = []
        var count = 0
    }

    private let hub: Hub
    private let answerer: MemberAnswerer
    private let channel: (any MemberChannel)?
    private let state = Mutex(State())

    init(_ hub: Hub, _ answerer: MemberAnswerer) {
        self.hub = hub
        self.answerer = answerer
        self.channel = hub.bus as? any MemberChannel
    }

    /// Begins to hear what other members ask.
    func start() {
        self.channel?.hearMembers { [weak self] in self?.hear($0) }
    }

    // MARK: Asking

    /// Asks all members.
    /// - Parameters:
    ///   - question: What is asked.
    ///   - body: The same as it came.
    /// - Returns: What all have answered; or a `Problem`.
    func ask(_ question: MemberQuestion, _ body: [UInt8]) -> EventLoopFuture<Response> {
        let loop = self.hub.bus.eventLoop
        let promise = loop.makePromise(of: PendingInquiry.self)
        let response = promise.futureResult.map { $0.response(asked: self.answerer.member) }
        guard let id = self.begin(promise) else {
            promise.fail(Problem.tooManyQuestions)
            return response
        }
        self.answerer.answer(question).whenComplete { result in
            self.take((try? result.get()) ?? nil, from: self.answerer.member, to: id)
        }
        self.tellOthers(MemberMessage.question(id, body), of: id)
        loop.scheduleTask(in: Self.patience) { self.finish(id) }
        return response
    }

    /// - Returns: What the question is known by; `nil` if too many are under way.
    private func begin(_ promise: EventLoopPromise<PendingInquiry>) -> ByteString? {
        self.state.withLock { state in
            guard state.pending.count < Self.maximumPending else { return nil }
            state.count += 1
            let id = ByteString("\(self.answerer.member)-\(state.count)")
            let others = self.channel == nil ? [] : state.known
            state.pending[id] = PendingInquiry(
                awaited: others.union([self.answerer.member]), isWholeKnown: self.channel == nil || !others.isEmpty,
                promise)
            return id
        }
    }

    private func tellOthers(_ message: MemberMessage, of id: ByteString) {
        guard let channel = self.channel else { return }
        channel.tellMembers(message.bytes).whenFailure { error in
            let reason = (error as? BusError)?.reason ?? "\(error)"
            self.update(id) { $0.fail(reason) }
        }
    }

    private func take(_ answer: [UInt8]?, from member: ByteString, to id: ByteString) {
        self.update(id) { $0.take(answer, from: member, limit: Self.maximumMembers) }
    }

    private func update(_ id: ByteString, _ change: (inout PendingInquiry) -> Void) {
        let isComplete = self.state.withLock { state in
            guard var pending = state.pending[id] else { return false }
            change(&pending)
            state.pending[id] = pending
            return pending.isComplete
        }
        if isComplete { self.finish(id) }
    }

    private func finish(_ id: ByteString) {
        let pending = self.state.withLock { state -> PendingInquiry? in
            guard let pending = state.pending.removeValue(forKey: id) else { return nil }
            if pending.unreached == nil { state.known = pending.heard.subtracting([self.answerer.member]) }
            return pending
        }
        pending?.succeed()
    }

    // MARK: Answering

    private func hear(_ bytes: [UInt8]) {
        guard let message = MemberMessage(bytes) else { return }
        switch message {
        case .answer(let id, let member, let answer): self.take(answer, from: member, to: id)
        case .question(let id, let body):
            // One's own is answered already. One of a later release may be unknown here.
            guard !id.hasPrefix(ByteString("\(self.answerer.member)-")), let question = try? MemberQuestion(body) else {
                return
            }
            self.answerer.answer(question).whenSuccess { answer in
                let message = MemberMessage.answer(id, self.answerer.member, answer)
                self.channel?.tellMembers(message.bytes).whenFailure { _ in }
            }
        }
    }
}

extension Problem {
    fileprivate static var tooManyQuestions: Problem {
        .later(.serviceUnavailable, "too many questions are under way; ask again in a moment", after: 1)
    }
}
