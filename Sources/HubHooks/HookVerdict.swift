/// What an application has decided.
public enum HookVerdict: Sendable {
    /// It allows what it was asked about.
    case allowed(Approval)
    /// It does not.
    case refused
}
