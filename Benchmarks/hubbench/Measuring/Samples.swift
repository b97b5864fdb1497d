/// The same thing measured in several rounds.
struct Samples {
    private(set) var values: [Double] = []

    mutating func append(_ value: Double) { self.values.append(value) }

    /// The middle one, or the mean of the middle two; 0 if there is none.
    var median: Double {
        let sorted = self.values.sorted()
        guard !sorted.isEmpty else { return 0 }
        return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
    }

    var least: Double { self.values.min() ?? 0 }
    var greatest: Double { self.values.max() ?? 0 }

    /// Round by round, how many times another's values these are: what disturbs a round disturbs both.
    func ratios(to other: Samples) -> Samples {
        var ratios = Samples()
        for (own, others) in zip(self.values, other.values) where others > 0 { ratios.append(own / others) }
        return ratios
    }
}
