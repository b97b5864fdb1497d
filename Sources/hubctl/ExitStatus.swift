import ArgumentParser
import HubClient
import HubLoad

/// What the exit status tells a script, after the numbers of sysexits.h, and that of timeout(1).
enum ExitStatus: Int32 {
    case refused = 1
    case usage = 64
    case noInput = 66
    case unavailable = 69
    case inputOutput = 74
    case outcomeUnknown = 75
    case unexpectedAnswer = 76
    case timedOut = 124

    /// The status that goes with an error; `nil` if it is one of the argument parser's own.
    init?(_ error: any Error) {
        switch error {
        case let error as HubClientError: self.init(error.code)
        case let error as NDJSONPublisher.Failure: self.init(error.cause.code)
        case is UnknownTopic, is IncompleteDelivery, is FaultyToken: self = .refused
        case is UnusableTokenKey, is DashedWords.Unknown: self = .usage
        case is TooFewEvents: self = .timedOut
        case is LoadFailure: self = .unavailable
        case let error as InputError: self = error.isMissing ? .noInput : .inputOutput
        default: return nil
        }
    }

    init(_ code: HubClientError.Code) {
        switch code {
        case .invalidArgument: self = .usage
        case .unreachable, .unavailable, .noToken: self = .unavailable
        case .outcomeUnknown, .streamEnded, .cancelled: self = .outcomeUnknown
        case .unexpectedAnswer: self = .unexpectedAnswer
        default: self = .refused
        }
    }

    var code: ExitCode { ExitCode(self.rawValue) }
}
