import CLibYAML

/// A document of YAML, as libyaml parses it.
final class YAMLDocument {
    /// Why a text is not one document of YAML.
    struct Fault: Error {
        /// What libyaml says about it.
        let reason: String
        /// The line that it is about, from 1.
        let line: Int
    }

    /// Its nodes point into what this owns.
    private let document: UnsafeMutablePointer<yaml_document_t>

    /// Parses a text.
    /// - Throws: `Fault` if it is not YAML, or has more than one document.
    init(_ text: String) throws(Fault) {
        self.document = .allocate(capacity: 1)
        self.document.initialize(to: yaml_document_t())
        let bytes = Array(text.utf8)
        guard !bytes.isEmpty else { return }
        // Not a variable: the parser keeps its own address.
        let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
        defer { parser.deallocate() }
        guard yaml_parser_initialize(parser) == 1 else { throw Fault(reason: "out of memory", line: 1) }
        defer { yaml_parser_delete(parser) }
        try bytes.withUnsafeBufferPointer { input throws(Fault) in
            yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
            yaml_parser_set_input_string(parser, input.baseAddress, input.count)
            try Self.load(self.document, by: parser, of: input)
            if self.root != nil { try Self.expectEnd(by: parser, of: input) }
        }
    }

    deinit {
        yaml_document_delete(self.document)
        self.document.deallocate()
    }

    /// The node that holds all others; `nil` if the text says nothing.
    var root: YAMLNode? {
        yaml_document_get_root_node(self.document).map { YAMLNode($0, of: self) }
    }

    /// The node with a number, which libyaml counts from 1.
    func node(_ number: CInt) -> YAMLNode? {
        yaml_document_get_node(self.document, number).map { YAMLNode($0, of: self) }
    }

    private static func load(
        _ document: UnsafeMutablePointer<yaml_document_t>, by parser: UnsafeMutablePointer<yaml_parser_t>,
        of input: UnsafeBufferPointer<UInt8>
    ) throws(Fault) {
        guard yaml_parser_load(parser, document) == 1 else { throw Self.fault(of: parser.pointee, in: input) }
    }

    private static func expectEnd(
        by parser: UnsafeMutablePointer<yaml_parser_t>, of input: UnsafeBufferPointer<UInt8>
    ) throws(Fault) {
        let next = UnsafeMutablePointer<yaml_document_t>.allocate(capacity: 1)
        defer { next.deallocate() }
        try Self.load(next, by: parser, of: input)
        defer { yaml_document_delete(next) }
        guard yaml_document_get_root_node(next) != nil else { return }
        throw Fault(
            reason: "expected a single document in the stream, but found another document",
            line: next.pointee.start_mark.line + 1)
    }

    private static func fault(of parser: yaml_parser_t, in input: UnsafeBufferPointer<UInt8>) -> Fault {
        guard let problem = parser.problem else { return Fault(reason: "out of memory", line: 1) }
        let reason = String(cString: problem)
        // A byte that no YAML has is told by its place, everything else by its line.
        guard parser.error != YAML_READER_ERROR else {
            let isEnd = { (byte: UInt8) in byte == UInt8(ascii: "\n") }
            return Fault(reason: reason, line: input.prefix(parser.problem_offset).count(where: isEnd) + 1)
        }
        let context = parser.context.map { "\(String(cString: $0)), " } ?? ""
        return Fault(reason: context + reason, line: parser.problem_mark.line + 1)
    }
}
