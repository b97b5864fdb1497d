/// What a row has shown so far.
struct RowResult {
    let row: Row
    private(set) var samples: [Contender: [Measure: Samples]] = [:]

    init(_ row: Row) {
        self.row = row
    }

    mutating func add(_ figures: Row.Figures, of contender: Contender) {
        for (measure, value) in figures {
            self.samples[contender, default: [:]][measure, default: Samples()].append(value)
        }
    }

    /// The contenders that were measured, in their order.
    var contenders: [Contender] { Contender.allCases.filter { self.samples[$0] != nil } }

    /// The measures that were taken, in their order.
    var measures: [Measure] {
        Measure.allCases.filter { measure in self.samples.values.contains { $0[measure] != nil } }
    }

    /// How many times the floor's the hub's values are.
    func ratio(of measure: Measure) -> Samples? {
        guard let hub = self.samples[.hub]?[measure], let floor = self.samples[.floor]?[measure] else { return nil }
        let ratios = hub.ratios(to: floor)
        return ratios.values.isEmpty ? nil : ratios
    }
}
