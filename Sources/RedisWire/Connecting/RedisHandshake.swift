/// What is said before a connection is used, all in one write: log in, choose the database, ask whether the
/// server serves, give the connection a name.
struct RedisHandshake {
    private enum Step {
        case authenticate
        case select
        case name
        case ping
        case echo
    }

    /// The commands to send, in order.
    let commands: [[RedisArgument]]
    private var steps: ArraySlice<Step>
    private static let word = "hub"

    /// - Parameters:
    ///   - endpoint: Whose user, password and database are used.
    ///   - name: What `CLIENT LIST` is to show.
    ///   - echoes: Whether the connection needs ECHO, by which commands know their replies.
    init(endpoint: RedisEndpoint, name: String, echoes: Bool = false) {
        var script: [(Step, [RedisArgument])] = []
        if let password = endpoint.password {
            let user = endpoint.user.map { [RedisArgument($0)] } ?? []
            script.append((.authenticate, ["AUTH"] + user + [.string(password.secret)]))
        }
        if endpoint.database != 0 {
            script.append((.select, ["SELECT", RedisArgument(endpoint.database)]))
        }
        script.append((.ping, ["PING"]))
        script.append((.name, ["CLIENT", "SETNAME", .string(name)]))
        if echoes { script.append((.echo, ["ECHO", .string(Self.word)])) }
        self.commands = script.map { $0.1 }
        self.steps = script.map { $0.0 }[...]
    }

    /// Takes the next reply.
    /// - Returns: Whether the handshake is complete.
    /// - Throws: `RedisError.connectFailed` if the server turns this client away.
    mutating func receive(_ reply: RESPValue) throws(RedisError) -> Bool {
        guard let step = self.steps.popFirst() else { return true }
        if case .error(let message) = reply {
            try Self.check(message, at: step)
        } else if step == .ping, reply != .simple("PONG") {
            throw .connectFailed("the answer to PING is no PONG; is it a Redis server?")
        } else if step == .echo, reply != .bulk(Array(Self.word.utf8)) {
            throw .connectFailed("the answer to ECHO is no echo; is it a Redis server?")
        }
        return self.steps.isEmpty
    }

    private static func check(_ message: String, at step: Step) throws(RedisError) {
        switch step {
        case .authenticate: throw .connectFailed("login refused: \(message)")
        case .select: throw .connectFailed("database refused: \(message)")
        case .name: break  // A courtesy, which the user's rules or a proxy may not allow.
        case .ping where message.hasPrefix("NOPERM"): break  // It serves, though not this command.
        case .ping: throw .connectFailed(message)
        case .echo: throw .connectFailed("ECHO, by which replies are told apart, is refused: \(message)")
        }
    }
}
