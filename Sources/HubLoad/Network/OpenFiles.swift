#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// How many files, and so connections, this process may have open (getrlimit(2)).
public enum OpenFiles {
    /// Raises the limit in force to the highest that the system lets the process have.
    /// - Returns: The limit in force afterwards.
    @discardableResult
    public static func raiseLimit() -> Int {
        var limits = rlimit()
        getrlimit(self.resource, &limits)
        limits.rlim_cur = limits.rlim_max
        setrlimit(self.resource, &limits)
        return Int(clamping: limits.rlim_cur)
    }

    /// Makes sure that a number of connections is possible.
    /// - Throws: ``LoadFailure`` that says what to raise.
    public static func require(connections: Int) throws(LoadFailure) {
        let limit = self.raiseLimit()
        guard connections + 64 > limit else { return }
        throw LoadFailure(
            "\(connections) connections need more than the \(limit) open files that this process may have: "
                + "raise the limit (ulimit -Hn), or take fewer")
    }

    #if canImport(Glibc)
        private static let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    #else
        private static let resource = RLIMIT_NOFILE
    #endif
}
