/// What is said before a connection is used, all in one write: log in, choose the database, ask whether the
/// server serves, give the connection a name.
struct RedisHandshake {
    private enum Step {
        case authenticate
        case select
        case name
        case ping
    }

    /// The commands to send, in order.
    let commands: [[RedisArgument]]
    private var steps: ArraySlice<Step>

    /// - Parameters:
    ///   - endpoint: Whose user, password and database are used.
    ///   - name: What `CLIENT LIST` is to show.
    init(endpoint: RedisEndpoint, name: String) {
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
        }
    }
}
