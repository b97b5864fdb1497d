#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Why a load can't be made, in one line that a person can act on.
public struct LoadFailure: Error, CustomStringConvertible {
    public let description: String

    /// Makes a failure.
    public init(_ description: String) {
        self.description = description
    }

    /// A system call failed.
    static func system(_ call: String, _ code: CInt = errno) -> LoadFailure {
        LoadFailure("\(call): \(String(cString: strerror(code)))")
    }
}
