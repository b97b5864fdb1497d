public import HubCore
public import HubTokens

/// Why the door does not do what it was asked for: one line for the person who asked.
public enum Refusal: Error, Hashable, Sendable, CustomStringConvertible {
    /// Only who shows a publish key may do this.
    case needsKey
    /// Only who shows a token that grants it may do this (`subscribing to`, say), to that topic.
    case needsToken(String, Topic?)
    /// The token that was shown does not grant this (`subscribe to`, say), for that topic.
    case notGranted(String, Topic)
    /// The token that was shown does not let its bearer look after the hub.
    case notAdmin
    /// The token that was shown does not hold.
    case invalidToken(TokenFault)
    /// Too much was shown that was wrong: in so many seconds more may be.
    case tooManyGuesses(seconds: Int)
    /// Whether this is allowed (`subscribe to`, say), for that topic, is for an application to say, which was not asked.
    case needsApproval(String, Topic)
    /// The application does not allow this (`subscribe to 'a'`, say).
    case notApproved(String)
    /// The application that decides gives no answer.
    case noApproval
    /// The bus can't remember what is revoked.
    case noRevocations
    /// No topic was named.
    case noTopic
    /// What was named is no topic.
    case invalid(InvalidEvent)
    /// Topics of this kind are the hub's own, and this is none of them.
    case reserved(Topic)
    /// A stream may have fewer; the count is that of a request for all at once.
    case tooManyTopics(maximum: Int, count: Int?)
    /// This member listens to as many topics as it may.
    case noRoom
    /// The stream has the topic.
    case isSubscribed(Topic)
    /// The stream has not got the topic.
    case isNotSubscribed(Topic)
    /// The token is somebody else's than the stream.
    case anotherSubject

    /// That line.
    public var description: String {
        switch self {
        case .needsKey: "this needs a publish key: Authorization: Bearer KEY"
        case .needsToken(let action, let topic):
            "\(action)\(topic.map { " '\($0)'" } ?? "") needs a token: Authorization: Bearer TOKEN, or ?access_token=TOKEN"
        case .notGranted(let action, let topic): "the token does not allow to \(action) '\(topic)'"
        case .notAdmin: "the token does not allow this; it takes one with \"admin\": true"
        case .invalidToken(let fault): fault.description
        case .tooManyGuesses(let seconds):
            "too many wrong keys came from your address; another may be tried in \(seconds) s"
        case .needsApproval(let action, let topic):
            "an application decides who may \(action) '\(topic)', and can't be asked here"
        case .notApproved(let action): "the application does not allow to \(action)"
        case .noApproval:
            "the application that decides whether this is allowed gives no answer; nothing was done, try again"
        case .noRevocations: "the bus of this hub can't remember what is revoked"
        case .noTopic: "no topic: give ?topic=…, again for more topics"
        case .invalid(let error): error.description
        case .reserved(let topic): "topics that start with '$' are reserved, and there is no '\(topic)'"
        case .tooManyTopics(let maximum, let count):
            "a stream may have \(maximum) topics at most\(count.map { ", not \($0)" } ?? "") (--max-topics-per-stream)"
        case .noRoom: "this member listens to as many topics as it may (--max-feeds); try again later"
        case .isSubscribed(let topic):
            "'\(topic)' is subscribed to; to read it from elsewhere, unsubscribe from it first"
        case .isNotSubscribed(let topic): "'\(topic)' is not subscribed to"
        case .anotherSubject: "the token is of another subject than the one that this connection was opened with"
        }
    }
}
