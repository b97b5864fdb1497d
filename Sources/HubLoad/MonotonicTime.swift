#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The clock that marks are made and read with. It is the same for all processes of a machine.
public enum MonotonicTime {
    /// Nanoseconds since some moment in the past.
    public static var now: UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    /// Sleeps until a moment of this clock, or not at all if it has passed.
    public static func sleep(until moment: UInt64) {
        var time = timespec(tv_sec: Int(moment / 1_000_000_000), tv_nsec: Int(moment % 1_000_000_000))
        while clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, nil) == EINTR {}
    }

    /// Sleeps for a number of nanoseconds.
    public static func sleep(_ nanoseconds: UInt64) {
        self.sleep(until: self.now + nanoseconds)
    }
}
