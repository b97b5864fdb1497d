/// What Prometheus takes from an answer, read as strictly as its text format 0.0.4 allows.
struct Scrape {
    /// The answer breaks the format.
    struct Malformed: Error, CustomStringConvertible {
        let description: String
    }

    /// Types by metric.
    private(set) var types: [String: String] = [:]
    /// Numbers by series: the name with its labels, as it is written.
    private(set) var series: [String: Double] = [:]
    /// Names of series without labels, in the order of their first appearance.
    private var names: [String] = []

    /// Reads an answer.
    /// - Throws: ``Malformed``.
    init(_ text: String) throws {
        guard text.hasSuffix("\n") else { throw Malformed(description: "the last line is not ended") }
        var current: (name: String, type: String?)?
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
            if line.hasPrefix("# HELP ") {
                let name = String(line.dropFirst(7).prefix { $0 != " " })
                guard self.types[name] == nil, line.count > 8 + name.count else { throw Malformed(line) }
                current = (name, nil)
            } else if line.hasPrefix("# TYPE ") {
                let words = line.split(separator: " ")
                guard words.count == 4, let name = current?.name, name == words[2] else { throw Malformed(line) }
                self.types[name] = String(words[3])
                current?.type = String(words[3])
            } else {
                guard let current, let type = current.type else { throw Malformed(line) }
                try self.read(line, of: current.name, type)
            }
        }
        for (name, type) in self.types where type == "histogram" { try self.check(histogram: name) }
    }

    /// The number of a series, such as `hub_resets_total{reason="lost"}`.
    subscript(_ series: String) -> Double? { self.series[series] }

    private mutating func read(_ line: Substring, of metric: String, _ type: String) throws {
        let pattern =
            /([a-z0-9_]+)((?:\{[a-z]+="(?:[^"\\]|\\[\\n"])*"(?:,[a-z]+="(?:[^"\\]|\\[\\n"])*")*\})?) ([0-9.e+-]+)/
        guard let match = line.wholeMatch(of: pattern), let value = Double(match.3) else { throw Malformed(line) }
        let suffix = String(match.1).dropFirst(metric.count)
        guard match.1.hasPrefix(metric), self.series.updateValue(value, forKey: "\(match.1)\(match.2)") == nil else {
            throw Malformed(line)
        }
        switch type {
        case "counter": guard suffix.isEmpty, metric.hasSuffix("_total"), value >= 0 else { throw Malformed(line) }
        case "gauge": guard suffix.isEmpty, !metric.hasSuffix("_total") else { throw Malformed(line) }
        case "histogram": guard ["_bucket", "_sum", "_count"].contains(suffix) else { throw Malformed(line) }
        default: throw Malformed(line)
        }
    }

    /// Buckets are cumulative, and the last of them holds everything.
    private func check(histogram name: String) throws {
        let buckets = self.series.compactMap { series, count -> (bound: Double, count: Double)? in
            guard let match = series.wholeMatch(of: /(.*)_bucket\{le="(.*)"\}/), match.1 == name else { return nil }
            return (Double(match.2 == "+Inf" ? "inf" : match.2) ?? .nan, count)
        }.sorted { $0.bound < $1.bound }
        let counts = buckets.map(\.count)
        guard buckets.last?.bound == .infinity, counts == counts.sorted(), counts.last == self["\(name)_count"],
            self["\(name)_sum"] != nil
        else { throw Malformed(description: "\(name) is no histogram: \(buckets)") }
    }
}

extension Scrape.Malformed {
    fileprivate init(_ line: Substring) {
        self.init(description: "Prometheus does not take the line '\(line)'")
    }
}
