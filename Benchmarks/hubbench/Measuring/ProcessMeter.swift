import Foundation

/// What processes and their children have cost, as the kernel counts it (proc(5)).
struct ProcessMeter {
    private let pids: [pid_t]

    init(of pids: [pid_t]) {
        self.pids = pids.flatMap { [$0] + Self.children(of: $0) }
    }

    /// Processor time in microseconds. The scheduler counts nanoseconds for each thread; its ticks of 10 ms would be noise.
    var cpuMicroseconds: Double {
        self.pids.reduce(0) { sum, pid in
            let threads = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/task")) ?? []
            return threads.reduce(sum) { $0 + Self.nanoseconds(of: "/proc/\(pid)/task/\($1)/schedstat") / 1000 }
        }
    }

    /// Memory in KiB; what several processes share is divided between them.
    var proportionalKilobytes: Double {
        self.pids.reduce(0) { sum, pid in
            let rollup = (try? String(contentsOfFile: "/proc/\(pid)/smaps_rollup", encoding: .utf8)) ?? ""
            return sum + (rollup.firstMatch(of: /\nPss: +(\d+) kB/).flatMap { Double($0.1) } ?? 0)
        }
    }

    /// The processes that a process has begun.
    static func children(of pid: pid_t) -> [pid_t] {
        let text = (try? String(contentsOfFile: "/proc/\(pid)/task/\(pid)/children", encoding: .utf8)) ?? ""
        return text.split(separator: " ").compactMap { pid_t($0) }
    }

    private static func nanoseconds(of file: String) -> Double {
        let text = (try? String(contentsOfFile: file, encoding: .utf8)) ?? ""
        return text.split(separator: " ").first.flatMap { Double($0) } ?? 0
    }
}
