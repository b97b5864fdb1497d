#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// How many files, and so connections, the process may have open at once (getrlimit(2)).
public enum OpenFileLimit {
    /// The limit in force.
    public static var current: Int { Int(clamping: self.limits.rlim_cur) }

    /// Raises the limit in force to the highest that the system lets the process have.
    /// - Returns: The limit in force afterwards.
    @discardableResult
    public static func raise() -> Int {
        var limits = self.limits
        limits.rlim_cur = limits.rlim_max
        _ = setrlimit(self.resource, &limits)
        return self.current
    }

    private static var limits: rlimit {
        var limits = rlimit()
        getrlimit(self.resource, &limits)
        return limits
    }

    #if canImport(Glibc)
        private static let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    #else
        private static let resource = RLIMIT_NOFILE
    #endif
}
