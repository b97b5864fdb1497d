import HTTPWire

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
        ] + self.memory + self.openFiles
    }

    /// The first two numbers of `/proc/self/statm` are pages (proc_pid_statm(5)). Where there is no such file there is no metric.
    private static var memory: [Metric] {
        guard let file = fopen("/proc/self/statm", "r") else { return [] }
        defer { fclose(file) }
        var buffer = [CChar](repeating: 0, count: 256)
        guard fgets(&buffer, CInt(buffer.count), file) != nil else { return [] }
        let text = String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        let pages = text.split(separator: " ").prefix(2).compactMap { Int($0) }
        guard pages.count == 2 else { return [] }
        let pageSize = sysconf(CInt(_SC_PAGESIZE))
        return [
            Metric(
                "process_virtual_memory_bytes", .gauge, help: "Memory that is reserved, in bytes.", pages[0] * pageSize),
            Metric(
                "process_resident_memory_bytes", .gauge, help: "Memory that is in use, in bytes.", pages[1] * pageSize),
        ]
    }

    private static var openFiles: [Metric] {
        self.openFileCount.map { [Metric("process_open_fds", .gauge, help: "Files that are open.", $0)] } ?? []
    }

    /// Since Linux 6.2 the folder's size is the number. To list it takes 27 ms of CPU where there are 10,000.
    private static var openFileCount: Int? {
        var status = stat()
        if stat("/proc/self/fd", &status) == 0, status.st_size > 0 { return Int(status.st_size) }
        guard let directory = opendir("/proc/self/fd") else { return nil }
        defer { closedir(directory) }
        // Itself, its parent, and the file that reads it.
        var count = -3
        while readdir(directory) != nil { count += 1 }
        return count
    }

    private static func seconds(_ time: timeval) -> Double {
        Double(time.tv_sec) + Double(time.tv_usec) / 1_000_000
    }
}
