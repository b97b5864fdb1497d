import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#endif

/// Whether somebody wants the program to end, for what has to clean up first. The second wish ends it at once.
enum Interruption {
    private static let number = Atomic<Int32>(0)

    /// The signal that asked for it; `nil` if none has.
    static var signalNumber: Int32? {
        let number = self.number.load(ordering: .relaxed)
        return number == 0 ? nil : number
    }

    /// The exit status of a program that a signal ended, as shells tell it.
    static var exitStatus: Int32? { self.signalNumber.map { 128 + $0 } }

    /// Takes the signals from now on.
    static func expect() {
        // What a handler touches must be there before it is called.
        _ = self.signalNumber
        for signal in [SIGINT, SIGTERM, SIGHUP] { Self.handle(signal) }
    }

    private static func handle(_ number: Int32) {
        signal(number) { number in
            Interruption.number.store(number, ordering: .relaxed)
            signal(number, SIG_DFL)
        }
    }
}
