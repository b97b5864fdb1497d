/// How long something took between two readings of a histogram, as far as its buckets tell.
struct Percentiles {
    private let buckets: [MetricsReading.Bucket]

    /// What was observed between two readings.
    init(_ now: [MetricsReading.Bucket], since before: [MetricsReading.Bucket]) {
        let counts = before.count == now.count ? before.map(\.count) : now.map { _ in 0 }
        self.buckets = zip(now, counts).map { .init(bound: $0.bound, count: max(0, $0.count - $1)) }
    }

    private init(_ buckets: [MetricsReading.Bucket]) {
        self.buckets = buckets
    }

    /// The same of several hubs together, whose bounds are the same.
    static func sum(_ all: [Percentiles]) -> Percentiles {
        guard let first = all.first(where: { !$0.buckets.isEmpty }) else { return Percentiles([]) }
        let same = all.filter { $0.buckets.count == first.buckets.count }
        return Percentiles(
            first.buckets.indices.map { index in
                .init(bound: first.buckets[index].bound, count: same.reduce(0) { $0 + $1.buckets[index].count })
            })
    }

    /// Within how many seconds a part of them was done, supposing that they are spread evenly within a bucket; `nil` if there were none.
    func seconds(_ part: Double) -> Double? {
        guard let total = self.buckets.last?.count, total > 0 else { return nil }
        var (lower, before) = (0.0, 0.0)
        for bucket in self.buckets {
            // Beyond the last bound nothing is known.
            guard bucket.bound.isFinite else { break }
            if bucket.count >= part * total {
                let share = bucket.count > before ? (part * total - before) / (bucket.count - before) : 0
                return lower + (bucket.bound - lower) * share
            }
            (lower, before) = (bucket.bound, bucket.count)
        }
        return lower
    }
}
