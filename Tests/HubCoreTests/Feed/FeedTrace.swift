import Testing

@testable import HubCore

/// What happens to a feed, and what it is to answer: one line of a trace.
enum FeedInput: Sendable {
    case subscribed
    case lost
    case entered
    case event(UInt64, after: UInt64, head: UInt64 = 0)
    /// The read that was asked for last is answered with the topic's last events.
    case page(clock: UInt64, base: UInt64 = 0, [UInt64])
    /// It is answered that the topic's log is empty.
    case empty(clock: UInt64, last: UInt64?, floor: UInt64 = 0)
    /// The read that was asked for before the last is answered.
    case latePage(clock: UInt64, [UInt64])
    /// The read that was asked for last failed.
    case failed
    case deleted(last: UInt64)
    case retired(last: UInt64)
    /// The ring holds these.
    case ring
}

/// A sequence of inputs with the answers that are right, in words.
struct FeedTrace: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let steps: [(input: FeedInput, answer: String)]

    init(_ name: String, _ steps: [(FeedInput, String)]) {
        self.testDescription = name
        self.steps = steps.map { (input: $0.0, answer: $0.1) }
    }
}

/// A feed that is put through a trace.
struct TracedFeed {
    private var feed = TopicFeed(limit: RingLimit(count: 8), backlogLimit: RingLimit(count: 3))
    private var token = 0

    /// Lets something happen.
    /// - Returns: What the feed answers, in words.
    mutating func take(_ input: FeedInput) throws -> String {
        switch input {
        case .subscribed: return self.tell(self.feed.subscribed())
        case .lost:
            self.feed.lost()
            return "none"
        case .entered: return self.tell(self.feed.entered())
        case .event(let offset, let previous, let head):
            let event = try Sample.event(offset, after: previous)
            return self.tell(self.feed.appended(event, head: Offset(rawValue: head)))
        case .page(let clock, let base, let offsets):
            return self.tell(self.feed.page(try Self.page(clock, base, offsets), token: self.token))
        case .empty(let clock, let last, let floor):
            var page = try Self.page(clock, 0, [])
            page.last = last.map { Offset(rawValue: $0) }
            page.floor = Offset(rawValue: floor)
            return self.tell(self.feed.page(page, token: self.token))
        case .latePage(let clock, let offsets):
            return self.tell(self.feed.page(try Self.page(clock, 0, offsets), token: self.token - 1))
        case .failed: return self.tell(self.feed.readAgain(token: self.token))
        case .deleted(let last): return self.tell(self.feed.deleted(last: Offset(rawValue: last)))
        case .retired(let last): return self.tell(self.feed.retired(last: Offset(rawValue: last)))
        case .ring: return self.feed.ring.events.offsets.map(String.init).joined(separator: " ")
        }
    }

    private mutating func tell(_ action: TopicFeed.Action) -> String {
        switch action {
        case .none: return "none"
        case .read(let token):
            self.token = token
            return "read"
        case .deliver(let event): return "deliver \(event.offset.rawValue)"
        case .goLive: return "go live"
        case .replaceRing: return "replace the ring"
        case .rollback(let token):
            self.token = token
            return "rollback"
        }
    }

    private static func page(_ clock: UInt64, _ base: UInt64, _ offsets: [UInt64]) throws -> LogPage {
        LogPage(
            epoch: Sample.epoch, clock: Offset(rawValue: clock), floor: .zero,
            last: offsets.last.map { Offset(rawValue: $0) }, entries: try Sample.chain(after: base, offsets),
            hasMore: base > 0)
    }
}
