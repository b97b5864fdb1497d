#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// What the system counts of the process, under the names that all Prometheus clients use.
enum ProcessMetrics {
    /// The metrics of now.
    /// - Parameter startTime: When the process began, in seconds since 1970.
    static func all(startTime: Double) -> [Metric] {
        var usage = rusage()
        getrusage(RUSAGE_SELF.rawValue, &usage)
        return [
            Metric(
                "process_start_time_seconds", .gauge, help: "When the process began, in seconds since 1970.",
                samples: [.init(startTime)]),
            Metric(
                "process_cpu_seconds_total", .counter, help: "CPU time that was used, in seconds.",
                samples: [.init(self.seconds(usage.ru_utime) + self.seconds(usage.ru_stime))]),
            Metric("process_max_fds", .gauge, help: "The most files that may be open.", OpenFileLimit.current),
        ]
    }

    private static func seconds(_ time: timeval) -> Double {
        Double(time.tv_sec) + Double(time.tv_usec) / 1_000_000
    }
}
