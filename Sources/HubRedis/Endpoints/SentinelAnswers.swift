import ByteStrings

/// What sentinels have said of a primary, and whom to believe. A sentinel may be behind, gone, or wrong.
struct SentinelAnswers {
    /// Where a sentinel says that the primary is.
    struct Address: Hashable {
        let host: String
        let port: Int
    }

    /// What one sentinel has said last.
    struct Answer: Hashable {
        let address: Address
        /// Rises with each failover (`config-epoch`).
        let epoch: Int64
    }

    private struct Known {
        let answer: Answer
        /// Whether the sentinel is still there.
        var isFresh = true
    }

    /// By the sentinels' numbers.
    private var known: [Int: Known] = [:]

    /// A sentinel has answered; with `nil` that it knows no primary of the name.
    mutating func take(_ answer: Answer?, of sentinel: Int) {
        self.known[sentinel] = answer.map { Known(answer: $0) }
    }

    /// A sentinel is gone. What it said last is believed if nobody is there who says anything else.
    mutating func lose(_ sentinel: Int) {
        self.known[sentinel]?.isFresh = false
    }

    /// Where the primary may be, the likeliest first: by those who are there, of the latest failover, by most of them.
    var candidates: [Address] {
        let votes = Dictionary(grouping: self.known.values, by: \.answer.address)
        let ranked = votes.map { address, known in
            let fresh = known.filter(\.isFresh)
            let epoch = (fresh.isEmpty ? known : fresh).map(\.answer.epoch).max() ?? 0
            return (address: address, rank: (fresh.isEmpty ? 0 : 1, epoch, fresh.count))
        }
        return ranked.sorted { $0.rank > $1.rank }.map(\.address)
    }

    /// Reads the reply of `SENTINEL MASTER`: names and values in turn.
    static func answer(_ fields: [String]) -> Answer? {
        var values: [ByteString: String] = [:]
        for index in stride(from: 0, to: fields.count - 1, by: 2) {
            values[ByteString(fields[index])] = fields[index + 1]
        }
        guard let host = values["ip"], !host.isEmpty, let port = values["port"].flatMap({ Int($0) }),
            (1...65535).contains(port), let epoch = values["config-epoch"].flatMap({ Int64($0) })
        else { return nil }
        return Answer(address: Address(host: host, port: port), epoch: epoch)
    }
}
