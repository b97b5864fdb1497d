public import HubCore
public import NIOCore

/// A metric with all its samples, as Prometheus knows them.
public struct Metric: Sendable {
    /// How a metric behaves.
    public enum Kind: String, Sendable {
        /// It only rises, and begins at 0 with the process. Its name ends in `_total`.
        case counter
        /// It rises and falls.
        case gauge
        /// Observations in cumulative buckets, with their sum and number; all of them only rise.
        case histogram
    }

    /// A number and the labels that tell it from the others of its metric.
    public struct Sample: Sendable {
        /// What follows the metric's name; empty but for a histogram's `_bucket`, `_sum` and `_count`.
        public var suffix: String
        /// Names and values, in order.
        public var labels: KeyValuePairs<String, String>
        /// The number.
        public var value: Double

        /// Makes a sample.
        public init(_ value: Double, labels: KeyValuePairs<String, String> = [:], suffix: String = "") {
            self.suffix = suffix
            self.labels = labels
            self.value = value
        }
    }

    /// The name, which begins with `hub_`.
    public let name: String
    /// What is counted, in one line.
    public let help: String
    /// How it behaves.
    public let kind: Kind
    /// The numbers.
    public var samples: [Sample]

    /// Makes a metric.
    public init(_ name: String, _ kind: Kind, help: String, samples: [Sample]) {
        self.name = name
        self.help = help
        self.kind = kind
        self.samples = samples
    }

    /// Makes a metric of one number.
    public init(_ name: String, _ kind: Kind, help: String, _ value: Int) {
        self.init(name, kind, help: help, samples: [Sample(Double(value))])
    }
}

/// Something that can be asked for its metrics.
public protocol MetricsSource: Sendable {
    /// The metrics of now.
    /// - Parameter loop: A loop for the answer.
    func metrics(on loop: any EventLoop) -> EventLoopFuture<[Metric]>
}

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
