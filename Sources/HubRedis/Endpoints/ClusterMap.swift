import ByteStrings
import RedisWire

/// What one node of a cluster says of who has which slots: the reply of `CLUSTER SLOTS`.
struct ClusterMap {
    /// Where a node is to be had: its host is empty if it is that of the node which was asked.
    struct Node: Hashable {
        let host: String
        let port: Int
    }

    /// The primary of the slot that was looked for; `nil` if nobody has it.
    private(set) var owner: Node?
    /// All that are named, without the owner: those of other slots, and replicas.
    private(set) var others: Set<Node> = []

    /// Reads the reply: `[first, last, [host, port, id, [name, value…]], replicas…]` for each range of slots. What is no node
    /// is passed over.
    init(_ reply: RESPValue, slot: Int) {
        for range in reply.array ?? [] {
            guard let parts = range.array, parts.count > 2, let first = parts[0].integer, let last = parts[1].integer
            else { continue }
            let nodes = parts[2...].map(Self.node)
            if first <= Int64(slot), Int64(slot) <= last, let primary = nodes.first { self.owner = primary }
            self.others.formUnion(nodes.compactMap { $0 })
        }
        if let owner { self.others.remove(owner) }
    }

    /// Reads where a `MOVED SLOT HOST:PORT` leads to; `nil` if it doesn't say.
    static func target(ofMoved message: String) -> Node? {
        let words = ByteString(message).utf8.split(separator: UInt8(ascii: " "))
        guard words.count == 3, let colon = words[2].lastIndex(of: UInt8(ascii: ":")),
            let port = Int(String(decoding: words[2][words[2].index(after: colon)...], as: UTF8.self))
        else { return nil }
        return Self.node(host: String(decoding: words[2][..<colon], as: UTF8.self), Int64(port), known: [])
    }

    private static func node(_ value: RESPValue) -> Node? {
        guard let parts = value.array, parts.count >= 2, let port = parts[1].integer else { return nil }
        let details = parts.count > 3 ? parts[3].array ?? [] : []
        return Self.node(host: parts[0].string ?? "", port, known: details)
    }

    /// A node that does not know its own name calls itself `?`, and may tell its address beside it.
    private static func node(host: String, _ port: Int64, known details: [RESPValue]) -> Node? {
        guard (1...65535).contains(port), host.utf8.count < 256, host.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            return nil
        }
        guard ByteString(host) == "?" else { return Node(host: host, port: Int(port)) }
        let key = details.firstIndex { $0.bytes.map { $0.elementsEqual("ip".utf8) } ?? false }
        let address = key.flatMap { details.indices.contains($0 + 1) ? details[$0 + 1].string : nil }
        return Node(host: address ?? "", port: Int(port))
    }
}
