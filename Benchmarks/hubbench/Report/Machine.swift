import Foundation

/// Where it was measured, without which the figures say little.
struct Machine: Encodable {
    let processor: String
    let cores: Int
    let memoryGigabytes: Int
    let kernel: String
    let date: String

    /// This machine, now.
    init() {
        let cpu = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
        self.processor = cpu.firstMatch(of: /model name\s*: (.*)/).map { String($0.1) } ?? "unknown processor"
        self.cores = ProcessInfo.processInfo.activeProcessorCount
        self.memoryGigabytes = Int((Double(ProcessInfo.processInfo.physicalMemory) / 1e9).rounded())
        let release = (try? String(contentsOfFile: "/proc/sys/kernel/osrelease", encoding: .utf8)) ?? ""
        self.kernel = release.trimmingCharacters(in: .whitespacesAndNewlines)
        self.date = Date().formatted(.iso8601.year().month().day())
    }

    /// One line.
    var summary: String {
        "\(self.processor), \(self.cores) cores, \(self.memoryGigabytes) GB, Linux \(self.kernel), \(self.date)"
    }
}
