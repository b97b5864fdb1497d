import Histogram

/// How long many things took: percentiles to three digits, whatever their number, in a fixed amount of memory.
public struct LatencyDistribution: Sendable {
    private var microseconds = Histogram<UInt64>(
        highestTrackableValue: 3_600_000_000, numberOfSignificantValueDigits: .three)

    /// How many things.
    public var count: Int { Int(self.microseconds.totalCount) }

    /// How long some part of them took at most, in milliseconds; 0 if there was nothing.
    /// - Parameter percentile: The part, of 100.
    public func milliseconds(_ percentile: Double) -> Double {
        guard self.count > 0 else { return 0 }
        return Double(self.microseconds.valueAtPercentile(percentile)) / 1000
    }

    /// Counts something that began and ended at these moments of ``MonotonicTime``.
    mutating func record(from begin: UInt64, to end: UInt64) {
        self.microseconds.record(end > begin ? min((end - begin) / 1000, 3_600_000_000) : 0)
    }

    mutating func add(_ other: LatencyDistribution) {
        self.microseconds.add(other.microseconds)
    }
}
