import ByteStrings
import HTTPTypes
import HTTPWire
import HubCore
import NIOCore
import Synchronization

/// Asks all members of the cluster what the console wants to know, and answers what others ask.
///
/// A question goes to all members and its answers come back over the bus's channel for members, which keeps nothing; while nobody
/// asks, nothing is sent.
final class MemberInquiry: Sendable {
    /// For how long answers are waited for.
    private static let patience = TimeAmount.milliseconds(700)
    /// How many questions may be under way: each is answered by all members.
    private static let maximumPending = 16
    /// How many questions of other members are answered in a second.
    private static let maximumRate = 20

    private struct State {
        var pending: [ByteString: PendingInquiry] = [:]
        var members = KnownMembers()
        var count = 0
        var second: UInt64 = 0
        var answered = 0
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

    /// Which member this is.
    var member: ByteString { self.answerer.member }

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
            self.update(id) { $0.take((try? result.get()) ?? nil, from: self.answerer.member) }
        }
        self.tellOthers(MemberMessage.question(id, body), of: id)
        loop.scheduleTask(in: Self.patience) { self.finish(id, isTimeUp: true) }
        return response
    }

    /// - Returns: What the question is known by; `nil` if too many are under way.
    private func begin(_ promise: EventLoopPromise<PendingInquiry>) -> ByteString? {
        self.state.withLock { state in
            guard state.pending.count < Self.maximumPending else { return nil }
            state.count += 1
            let id = ByteString("\(self.answerer.member)-\(state.count)")
            let isAlone = self.channel == nil
            state.pending[id] = PendingInquiry(
                asker: self.answerer.member, others: isAlone ? [] : state.members.all,
                areAllKnown: isAlone || state.members.areAll(at: .now()), isAlone: isAlone, promise)
            return id
        }
    }

    private func tellOthers(_ message: MemberMessage, of id: ByteString) {
        guard let channel = self.channel else { return }
        channel.tellMembers(message.bytes).whenComplete { result in
            self.update(id) { pending in
                switch result {
                case .success: pending.reachOthers()
                case .failure(let error): pending.fail((error as? BusError)?.reason ?? "\(error)")
                }
            }
        }
    }

    private func update(_ id: ByteString, _ change: (inout PendingInquiry) -> Void) {
        let isComplete = self.state.withLock { state in
            guard var pending = state.pending[id] else { return false }
            change(&pending)
            state.pending[id] = pending
            return pending.isComplete
        }
        if isComplete { self.finish(id, isTimeUp: false) }
    }

    private func finish(_ id: ByteString, isTimeUp: Bool) {
        let pending = self.state.withLock { state -> PendingInquiry? in
            guard var pending = state.pending.removeValue(forKey: id) else { return nil }
            if self.channel != nil { pending.end() }
            if pending.unreached == nil { state.members.take(pending.heard, wereAllAwaited: isTimeUp, at: .now()) }
            return pending
        }
        pending?.succeed()
    }

    // MARK: Hearing

    private func hear(_ bytes: [UInt8]) {
        guard let message = MemberMessage(bytes) else { return }
        let isOwn = message.id.hasPrefix(ByteString("\(self.answerer.member)-"))
        switch message {
        case .answer(let id, let member, let answer): if isOwn { self.take(answer, from: member, to: id) }
        case .question(let id, let body): if !isOwn { self.answer(body, id) }
        }
    }

    /// Whoever answers too late for this question is awaited at the next.
    private func take(_ answer: [UInt8]?, from member: ByteString, to id: ByteString) {
        guard member != self.answerer.member else { return }
        let isAwaited = self.state.withLock { state in
            if state.pending[id] == nil { state.members.add(member) }
            return state.pending[id] != nil
        }
        guard isAwaited, answer.map({ MemberMessage.isAnswer($0, of: member) }) ?? true else { return }
        self.update(id) { $0.take(answer, from: member) }
    }

    private func answer(_ body: [UInt8], _ id: ByteString) {
        // One of a later release may be unknown here.
        guard self.mayAnswer(at: WallClock.milliseconds), let question = try? MemberQuestion(body) else { return }
        self.answerer.answer(question).whenSuccess { answer in
            let message = MemberMessage.answer(id, self.answerer.member, answer)
            self.channel?.tellMembers(message.bytes).whenFailure { _ in }
        }
    }

    private func mayAnswer(at time: UInt64) -> Bool {
        self.state.withLock { state in
            if state.second != time / 1000 { (state.second, state.answered) = (time / 1000, 0) }
            state.answered += 1
            return state.answered <= Self.maximumRate
        }
    }
}

extension Problem {
    fileprivate static var tooManyQuestions: Problem {
        .later(.serviceUnavailable, "too many questions are under way; ask again in a moment", after: 1)
    }
}
