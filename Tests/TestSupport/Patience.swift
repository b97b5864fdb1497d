#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// How much longer than usual everything may take: under a sanitizer programs are many times slower, which is no fault
/// of theirs. `HUB_TEST_PATIENCE` says how many times.
public enum Patience {
    private static let factor = getenv("HUB_TEST_PATIENCE").flatMap { Int(String(cString: $0)) } ?? 1

    /// Minutes, for a time limit.
    public static func minutes(_ minutes: Int) -> Int { minutes * self.factor }

    /// Seconds, for a deadline.
    public static func seconds(_ seconds: Double) -> Double { seconds * Double(self.factor) }

    /// Milliseconds, for a timeout.
    public static func milliseconds(_ milliseconds: Int64) -> Int64 { milliseconds * Int64(self.factor) }

    /// Kilobytes of memory, for a bound: what is freed is held back for a while, to be watched.
    public static func kilobytes(_ kilobytes: Int) -> Int { kilobytes * self.factor }

    /// A deadline.
    public static func duration(_ duration: Duration) -> Duration { duration * self.factor }
}
