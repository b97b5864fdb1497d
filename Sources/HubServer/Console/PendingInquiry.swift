import ByteStrings
import HTTPWire
import NIOCore

/// A question whose answers come in.
struct PendingInquiry: Sendable {
    private var awaited: Set<ByteString>
    /// Whether nobody else is expected than those who are awaited.
    private let isWholeKnown: Bool
    private let promise: EventLoopPromise<PendingInquiry>
    private var answers: [[UInt8]] = []
    /// Who has answered, if only that there is nothing to say.
    private(set) var heard: Set<ByteString> = []
    /// Why the others could not be asked.
    private(set) var unreached: String?

    init(awaited: Set<ByteString>, isWholeKnown: Bool, _ promise: EventLoopPromise<PendingInquiry>) {
        self.awaited = awaited
        self.isWholeKnown = isWholeKnown
        self.promise = promise
    }

    /// Whether there is nothing to wait for.
    var isComplete: Bool { self.awaited.isEmpty && self.isWholeKnown || self.unreached != nil && !self.heard.isEmpty }

    /// A member has answered.
    mutating func take(_ answer: [UInt8]?, from member: ByteString, limit: Int) {
        guard self.heard.count < limit, self.heard.insert(member).inserted else { return }
        self.awaited.remove(member)
        if let answer { self.answers.append(answer) }
    }

    /// The others can't be asked.
    mutating func fail(_ reason: String) { self.unreached = reason }

    func succeed() { self.promise.succeed(self) }

    /// All answers.
    /// - Parameter asked: The member that was asked.
    func response(asked: ByteString) -> Response {
        var json = JSONText()
        json.object { json in
            json.member("asked", asked.string)
            json.member("unreached", orNull: self.unreached)
            json.name("members")
            json.array { json in for answer in self.answers { json.value(answer) } }
        }
        return .json(json)
    }
}
