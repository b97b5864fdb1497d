import ByteStrings

/// The numbers of a hub's `/metrics` at one time.
struct MetricsReading {
    private static let lineFeed = UInt8(ascii: "\n")
    private static let space = UInt8(ascii: " ")

    private var numbers: [ByteString: Double] = [:]
    private(set) var version = "?"
    /// The buckets of the histograms, in the order of their bounds.
    private var buckets: [ByteString: [Bucket]] = [:]

    /// How many observations were not above a bound, in seconds.
    struct Bucket {
        let bound: Double
        let count: Double
    }

    /// Reads Prometheus's text format; what is none is passed over.
    init(_ text: String) {
        for line in text.utf8.split(separator: Self.lineFeed) where line.first != UInt8(ascii: "#") {
            guard let space = line.lastIndex(of: Self.space),
                let number = Double(String(Substring(line[line.index(after: space)...])))
            else { continue }
            self.take(ByteString(line[..<space]), number)
        }
    }

    /// The number of a series; 0 if there is none.
    subscript(_ series: ByteString) -> Double { self.numbers[series] ?? 0 }

    /// The sum of the series of a metric whose labels say something.
    func sum(of metric: ByteString, where label: ByteString = "") -> Double {
        self.numbers.reduce(0) { sum, entry in
            let (name, labels) = entry.key.cut(at: UInt8(ascii: "{"))
            return name == metric && (label.isEmpty || labels?.contains(label) == true) ? sum + entry.value : sum
        }
    }

    /// The buckets of a histogram.
    func buckets(of metric: ByteString) -> [Bucket] { self.buckets[metric] ?? [] }

    private mutating func take(_ series: ByteString, _ number: Double) {
        let (name, labels) = series.cut(at: UInt8(ascii: "{"))
        if name == "hub_build_info", let version = labels.flatMap(Self.value) { self.version = version.string }
        guard name.hasSuffix("_bucket"), let bound = labels.flatMap(Self.value) else {
            self.numbers[series] = number
            return
        }
        let bucket = Bucket(bound: bound == "+Inf" ? .infinity : Double(bound.string) ?? .infinity, count: number)
        self.buckets[name.dropLast(7), default: []].append(bucket)
    }

    /// The value of the only label.
    private static func value(in labels: ByteString) -> ByteString? {
        let quote = UInt8(ascii: "\"")
        return labels.cut(at: quote).after?.cut(at: quote).before
    }
}
