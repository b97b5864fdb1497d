public import ByteStrings
public import HubHooks
public import Logging
public import NIOCore

/// Which applications are asked about whoever shows neither key nor token, and how.
public struct HookSettings: Sendable {
    /// Where it is asked who may subscribe; `nil` if nowhere.
    public internal(set) var onSubscribe: HookURL?
    /// Where it is asked who may publish; `nil` if nowhere.
    public internal(set) var onPublish: HookURL?
    /// Where it is told what has streams; `nil` if nowhere.
    public internal(set) var onEvent: HookURL?
    /// How long an application may take.
    public internal(set) var timeout = TimeAmount.zero
    /// What requests to them are signed with; `nil` if they are not.
    public internal(set) var secret: HookSecret?

    /// Whether nobody is asked.
    public var isEmpty: Bool { self.onSubscribe == nil && self.onPublish == nil }

    /// What tells what has streams; `nil` if nothing does.
    public func eventHook(_ caller: HookCaller, member: ByteString, logger: Logger) -> EventHook? {
        self.onEvent.map { EventHook($0, caller, member: member, logger: logger) }
    }

    /// What asks them.
    /// - Parameters:
    ///   - caller: Sends the requests.
    ///   - logger: Is told if they do not answer.
    public func hooks(_ caller: HookCaller, logger: Logger) -> Hooks {
        Hooks(
            onSubscribe: self.onSubscribe.map { Hook($0, caller, logger: logger) },
            onPublish: self.onPublish.map { Hook($0, caller, logger: logger) })
    }
}
