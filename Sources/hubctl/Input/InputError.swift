#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#endif

/// What is to be published can't be read.
struct InputError: Error, CustomStringConvertible {
    let name: String
    let errno: CInt
    /// Whether it could not even be opened.
    let isMissing: Bool

    var description: String { "\(self.name): \(String(cString: strerror(self.errno)))" }
}
