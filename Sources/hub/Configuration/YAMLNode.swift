import CLibYAML

/// A value, a list or a mapping in a `YAMLDocument`.
struct YAMLNode {
    private let node: UnsafeMutablePointer<yaml_node_t>
    /// Owns what the node points to.
    private let document: YAMLDocument

    /// - Parameter node: of the document, which it keeps.
    init(_ node: UnsafeMutablePointer<yaml_node_t>, of document: YAMLDocument) {
        self.node = node
        self.document = document
    }

    /// The line where it begins, from 1.
    var line: Int { self.read { $0.start_mark.line + 1 } }

    /// Whether it begins at the left edge.
    var isAtLeftEdge: Bool { self.read { $0.start_mark.column == 0 } }

    /// The text of a value; `nil` for anything else.
    var scalar: String? {
        self.read { node in
            guard node.type == YAML_SCALAR_NODE else { return nil }
            let scalar = node.data.scalar
            return String(decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
        }
    }

    /// The elements of a list; `nil` for anything else.
    var elements: [YAMLNode]? {
        self.read { node in
            guard node.type == YAML_SEQUENCE_NODE else { return nil }
            let items = node.data.sequence.items
            return UnsafeBufferPointer(start: items.start, count: items.top - items.start)
                .compactMap { self.document.node($0) }
        }
    }

    /// The names and values of a mapping, in their order, repeated names among them; `nil` for anything else.
    var pairs: [(key: YAMLNode, value: YAMLNode)]? {
        self.read { node in
            guard node.type == YAML_MAPPING_NODE else { return nil }
            let pairs = node.data.mapping.pairs
            return UnsafeBufferPointer(start: pairs.start, count: pairs.top - pairs.start).compactMap { pair in
                guard let key = self.document.node(pair.key), let value = self.document.node(pair.value) else {
                    return nil
                }
                return (key, value)
            }
        }
    }

    /// The document stays for as long as the node is looked at.
    private func read<Answer>(_ body: (yaml_node_t) -> Answer) -> Answer {
        withExtendedLifetime(self.document) { body(self.node.pointee) }
    }
}
