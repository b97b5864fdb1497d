public import HTTPTypes

extension HTTPFields {
    /// The fields of a test; a name that is none is left out.
    public init(pairs: [(String, String)]) {
        self.init()
        for (name, value) in pairs {
            if let name = HTTPField.Name(name) { self.append(HTTPField(name: name, value: value)) }
        }
    }

    /// The value of the first field of a name.
    public func value(_ name: String) -> String? {
        self.first { $0.name.canonicalName == name.lowercased() }?.value
    }
}
