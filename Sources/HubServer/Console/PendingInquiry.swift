import ByteStrings
import HTTPWire
import NIOCore

/// A question whose answers come in.
struct PendingInquiry: Sendable {
    private let asker: ByteString
    private var awaited: Set<ByteString>
    /// Whether nobody else is expected than those who are awaited.
    private let areAllKnown: Bool
    private let promise: EventLoopPromise<PendingInquiry>
    private var answers: [[UInt8]] = []
    private var isAnsweredByAsker = false
    /// Whether the bus has passed the question on, if there may be others.
    private var hasReachedOthers: Bool
    /// Which others have answered, if only that there is nothing to say.
    private(set) var heard: Set<ByteString> = []
    /// Why the others could not be asked.
    private(set) var unreached: String?

    /// - Parameters:
    ///   - asker: The member that asks, and answers too.
    ///   - others: The other members that are awaited.
    ///   - areAllKnown: Whether these are all.
    ///   - isAlone: Whether there can't be any.
    init(
        asker: ByteString, others: Set<ByteString>, areAllKnown: Bool, isAlone: Bool,
        _ promise: EventLoopPromise<PendingInquiry>
    ) {
        self.hasReachedOthers = isAlone
        self.asker = asker
        self.awaited = others
        self.areAllKnown = areAllKnown
        self.promise = promise
    }

    /// Whether there is nothing to wait for.
    var isComplete: Bool {
        self.isAnsweredByAsker
            && (self.unreached != nil || self.hasReachedOthers && self.awaited.isEmpty && self.areAllKnown)
    }

    /// A member has answered.
    mutating func take(_ answer: [UInt8]?, from member: ByteString) {
        if member == self.asker {
            self.isAnsweredByAsker = true
        } else {
            guard self.heard.count < KnownMembers.limit, self.heard.insert(member).inserted else { return }
            self.awaited.remove(member)
        }
        if let answer { self.answers.append(answer) }
    }

    /// The bus has passed the question on.
    mutating func reachOthers() { self.hasReachedOthers = true }

    /// The others can't be asked.
    mutating func fail(_ reason: String) { self.unreached = reason }

    /// There is no more time.
    mutating func end() {
        if !self.hasReachedOthers, self.heard.isEmpty, self.unreached == nil {
            self.unreached = "the bus has not passed the question on in time"
        }
    }

    func succeed() { self.promise.succeed(self) }

    /// All answers.
    /// - Parameter asked: The member that was asked.
    func response(asked: ByteString) -> Response {
        var json = JSONText()
        json.object { json in
            json.member("asked", asked.string)
            json.member("unreached", orNull: self.unreached)
            json.name("members")
            json.array { json in for answer in self.answers { json.value(json: answer) } }
        }
        return .json(json)
    }
}
