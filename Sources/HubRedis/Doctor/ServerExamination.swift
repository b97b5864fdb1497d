import ByteStrings

/// Says what a server's settings mean for the promise that no event is lost in silence. A value, without I/O.
struct ServerExamination {
    let facts: ServerFacts
    private let configuration: [ByteString: String]?
    /// What the hub's user may not do.
    let refusal: String?
    let isCluster: Bool
    /// How many replicas are to confirm an event (`--redis-wait`).
    let confirmingReplicas: Int

    /// - Parameter configuration: Names and values as `CONFIG GET` tells them; `nil` if the user may not ask.
    init(
        _ facts: ServerFacts, configuration: [(name: String, value: String)]?, refusal: String?, isCluster: Bool,
        confirmingReplicas: Int
    ) {
        self.facts = facts
        let pairs = configuration?.map { (ByteString($0.name), $0.value) }
        self.configuration = pairs.map { Dictionary($0) { first, _ in first } }
        self.refusal = refusal
        self.isCluster = isCluster
        self.confirmingReplicas = confirmingReplicas
    }

    var findings: [Finding] {
        let sections = [
            self.server, self.rights, self.eviction, self.memory, self.persistence, self.replicas, self.failover,
            self.confirmation, self.outputBuffers, self.functions, self.cluster,
        ]
        return sections.compactMap { $0 }
    }

    private func setting(_ name: ByteString) -> String? { self.configuration?[name] }

    private func number(_ field: String?) -> Int? { field.flatMap { Int($0) } }

    private var server: Finding? {
        if let reason = self.facts.whyUnusable(isCluster: self.isCluster) { return Finding(.fault, reason) }
        guard let software = self.facts.software else {
            return Finding(
                .warning, "the user may not INFO: whether the server may evict, or has taken over, can't be seen")
        }
        return Finding(.good, "\(software), a primary")
    }

    private var rights: Finding? {
        guard let refusal else { return Finding(.good, "the user has the rights that hubs need") }
        guard !ByteString(refusal).utf8.starts(with: "WRONGTYPE".utf8) else {
            return Finding(
                .warning,
                "a key of the hubs is of a type that they don't give it: they will begin a new epoch, and tell every client"
            )
        }
        return Finding(.fault, "hubs can't work: \(refusal)")
    }

    private var eviction: Finding? {
        if let reason = self.facts.whyEvicting { return Finding(.fault, reason) }
        guard self.facts["maxmemory_policy"] != nil else { return nil }
        return Finding(.good, "nothing is evicted (maxmemory-policy noeviction)")
    }

    private var memory: Finding? {
        guard let limit = self.number(self.facts["maxmemory"]) else { return nil }
        let used = self.facts["used_memory_human"] ?? "?"
        guard limit > 0 else {
            return Finding(
                .choice,
                "no maxmemory (\(used) are used): a server that fills its machine is killed; with a limit it refuses to publish"
            )
        }
        return Finding(
            .good,
            "maxmemory is \(self.facts["maxmemory_human"] ?? "\(limit)"), \(used) are used: when full, publishing is refused"
        )
    }

    private var persistence: Finding? {
        guard let isLogged = self.facts["aof_enabled"] else { return nil }
        if isLogged == "1" {
            let sync = self.setting("appendfsync") ?? "everysec"
            guard sync != "always" else {
                return Finding(.good, "appendonly with appendfsync always: a crash loses nothing")
            }
            return Finding(
                .good,
                "appendonly with appendfsync \(sync): a restart loses nothing, a crash of the machine the last \(sync == "no" ? "half minute" : "second"), which clients are told"
            )
        }
        guard let save = self.setting("save"), !save.isEmpty else {
            return Finding(
                .warning,
                "no persistence is known: a restart loses all events, and every client is told; set appendonly yes")
        }
        return Finding(
            .warning,
            "snapshots only (save \(save)): a restart loses what came after the last one, which clients are told; set appendonly yes"
        )
    }

    private var replicas: Finding? {
        guard let count = self.number(self.facts["connected_slaves"]) else { return nil }
        guard count > 0 else {
            return Finding(.choice, "no replica: while this server is away, nothing is published or replayed")
        }
        return Finding(.good, "\(count) \(count == 1 ? "replica" : "replicas"), to which a failover can go")
    }

    private var failover: Finding? {
        guard let count = self.number(self.facts["connected_slaves"]), count > 0,
            let needed = self.number(self.setting("min-replicas-to-write"))
        else { return nil }
        guard needed > 0 else {
            return Finding(
                .choice,
                "min-replicas-to-write 0: after a failover an old primary may take writes for ten seconds more, which are lost, and told; 1 with two replicas keeps that short"
            )
        }
        guard count >= needed else {
            return Finding(
                .fault, "min-replicas-to-write is \(needed), and there are \(count): nothing can be published")
        }
        guard count > needed else {
            return Finding(
                .choice,
                "min-replicas-to-write is \(needed), and there are no more: if one is away, nothing can be published")
        }
        return Finding(.good, "min-replicas-to-write \(needed) of \(count): an old primary soon takes no more writes")
    }

    private var confirmation: Finding? {
        let (wanted, count) = (self.confirmingReplicas, self.number(self.facts["connected_slaves"]) ?? 0)
        guard wanted > 0 else {
            guard count > 0 else { return nil }
            return Finding(
                .choice,
                "--redis-wait 0: a publisher is answered before a replica has the event; a crash of the primary may lose it, which is told"
            )
        }
        guard count >= wanted else {
            return Finding(
                .fault, "--redis-wait \(wanted), and there are \(count) replicas: every publish is answered 504")
        }
        return Finding(.good, "--redis-wait \(wanted) of \(count): a publisher is answered once they have the event")
    }

    private var outputBuffers: Finding? {
        guard let limits = self.setting("client-output-buffer-limit") else { return nil }
        let words = ByteString(limits).utf8.split(separator: UInt8(ascii: " "))
        guard let index = words.firstIndex(where: { $0.elementsEqual("pubsub".utf8) }), index + 2 < words.count,
            let hard = Int(Substring(words[index + 1])),
            let soft = Int(Substring(words[index + 2]))
        else { return nil }
        let isWide = (hard == 0 || hard >= 256 << 20) && (soft == 0 || soft >= 64 << 20)
        guard isWide else {
            return Finding(
                .choice,
                "a hub that is \(hard >> 20) MiB behind loses its subscription, and reads its topics again; client-output-buffer-limit \"pubsub 256mb 64mb 60\" spares it that"
            )
        }
        return Finding(.good, "a hub may fall far behind before its subscription is lost")
    }

    private var functions: Finding? {
        guard let version = self.facts.version, version < (7, 0) else { return nil }
        return Finding(.choice, "before Redis 7.0 there is no FCALL hub_publish, and no channel of a cluster's shards")
    }

    private var cluster: Finding? {
        guard self.isCluster, let timeout = self.number(self.setting("cluster-node-timeout")) else { return nil }
        guard timeout > 5000 else {
            return Finding(.good, "cluster-node-timeout \(timeout) ms: a failover takes about twice that")
        }
        return Finding(
            .choice,
            "cluster-node-timeout \(timeout) ms: a failover takes about twice that; 2000 to 5000 is usual with a good network"
        )
    }
}
