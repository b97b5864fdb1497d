#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A thread of its own: what measures must not wait for a turn in a pool, and what blocks must not take one away.
final class LoadThread: Sendable {
    private final class Work: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    private let thread: pthread_t

    /// Begins the work.
    /// - Throws: ``LoadFailure`` if the system has no thread to give.
    init(_ body: @escaping @Sendable () -> Void) throws(LoadFailure) {
        var thread = pthread_t()
        let work = Unmanaged.passRetained(Work(body))
        let code = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().body()
                return nil
            }, work.toOpaque())
        guard code == 0 else {
            work.release()
            throw LoadFailure.system("can't start a thread", code)
        }
        self.thread = thread
    }

    /// Waits for the end of the work; called once.
    func join() {
        pthread_join(self.thread, nil)
    }
}
