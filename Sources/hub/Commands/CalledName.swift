/// The name that the program was called by.
///
/// A release has one program of both names: most of what hub and hubctl are made of is the same, and would otherwise be on
/// the disk twice.
enum CalledName {
    /// Whether it is `hubctl`, whatever folder stands before it.
    /// - Parameter path: the first argument of the process, by which it was called.
    static func isControl(_ path: String?) -> Bool {
        guard let path else { return false }
        let name = path.utf8.split(separator: UInt8(ascii: "/")).last
        return name?.elementsEqual("hubctl".utf8) ?? false
    }
}
