public import HubCore
import NIOCore

extension Metric {
    /// Makes a metric of how long something took. The name ends in `_seconds`.
    public init(_ name: String, help: String, _ histogram: LatencyHistogram) {
        var samples: [Sample] = []
        var count = 0
        for (bound, more) in zip(LatencyHistogram.bounds, histogram.counts) {
            count += more
            samples.append(Sample(Double(count), labels: ["le": "\(bound.seconds)"], suffix: "_bucket"))
        }
        count = histogram.count
        samples.append(Sample(Double(count), labels: ["le": "+Inf"], suffix: "_bucket"))
        samples.append(Sample(histogram.sum.seconds, suffix: "_sum"))
        samples.append(Sample(Double(count), suffix: "_count"))
        self.init(name, .histogram, help: help, samples: samples)
    }
}

extension TimeAmount {
    fileprivate var seconds: Double { Double(self.nanoseconds) / 1_000_000_000 }
}
