/// Says what is wrong with a message or a reply, without any of its content.
struct MalformedMessage: Error, Equatable, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
