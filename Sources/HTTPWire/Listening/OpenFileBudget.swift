/// How the open files that a process may have are shared out.
public struct OpenFileBudget {
    /// Files of the process itself: standard streams, signals, listeners, Redis, the files of keys, and some to spare.
    private static let ownFiles = 20
    /// How many connections a listener accepts in one go.
    private static let acceptedAtOnce = 4
    /// An event loop has a queue of the kernel's events, a timer, and a way to be woken (epoll(7), timerfd, eventfd).
    private static let filesOfLoop = 3

    /// What is left for connections of clients.
    public let connections: Int

    /// Shares out.
    /// - Parameters:
    ///   - openFiles: The most files that may be open.
    ///   - loops: How many event loops there are.
    public init(openFiles: Int, loops: Int) {
        self.connections = openFiles - Self.otherFiles(openFiles: openFiles, loops: loops)
    }

    private static func otherFiles(openFiles: Int, loops: Int) -> Int {
        self.ownFiles + self.arriving(openFiles: openFiles) + self.acceptedAtOnce + self.filesOfLoop * loops
    }

    /// How many connections may be on their way from the listener to their places.
    public static func arriving(openFiles: Int) -> Int { max(8, min(openFiles / 64, 256)) }

    /// The fewest open files that so many loops can do with.
    public static func leastOpenFiles(loops: Int) -> Int {
        self.otherFiles(openFiles: 0, loops: loops) + 2 * self.leastReserve
    }

    /// How many connections beyond a cap are for publishers with a key, and for operating.
    public static func reserve(of ordinary: Int) -> Int { max(self.leastReserve, ordinary / 16) }

    /// The most ordinary connections that leave room for the reserve.
    public var ordinary: Int { max(1, min(self.connections - Self.leastReserve, self.connections / 17 * 16)) }

    private static let leastReserve = 16
}
