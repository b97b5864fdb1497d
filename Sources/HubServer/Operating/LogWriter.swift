import DequeModule
import Logging
public import NIOCore
import NIOPosix
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Writes lines to a file on a thread of its own: whoever reads the log may stall, and only lines are lost by it.
///
/// Lines wait in a queue that is bounded by their number and by their bytes. What does not fit is dropped and counted, and the
/// log says how many there were in the place where they would have stood.
public final class LogWriter: Sendable {
    /// The writer of the process's standard error.
    public static let standardError = LogWriter(descriptor: STDERR_FILENO)

    private struct State {
        var lines: Deque<[UInt8]> = []
        var byteCount = 0
        /// Lines that were dropped since the queue was taken last.
        var dropped = 0
        var droppedInAll = 0
        var isWriting = false
    }

    private let descriptor: CInt
    private let maximumLines: Int
    private let maximumBytes: Int
    private let thread: NIOThreadPool
    private let state = Mutex(State())
    private let chosenFormat = Mutex(LogFormat.text)

    /// How entries are written that go through this writer.
    public var format: LogFormat {
        get { self.chosenFormat.withLock { $0 } }
        set { self.chosenFormat.withLock { $0 = newValue } }
    }

    /// Makes a writer.
    /// - Parameters:
    ///   - descriptor: The open file, which stays the caller's.
    ///   - maximumLines: The most lines that wait.
    ///   - maximumBytes: The most bytes that wait.
    init(descriptor: CInt, maximumLines: Int = 4096, maximumBytes: Int = 1 << 20) {
        self.descriptor = descriptor
        self.maximumLines = maximumLines
        self.maximumBytes = maximumBytes
        self.thread = NIOThreadPool(numberOfThreads: 1)
        self.thread.start()
    }

    deinit {
        self.thread.shutdownGracefully { _ in }
    }

    /// Lines that were dropped since the start.
    public var droppedLines: Int { self.state.withLock { $0.droppedInAll } }

    /// Writes a line as soon as it is its turn. Never waits.
    /// - Parameter line: UTF-8, with its line feed.
    public func write(_ line: [UInt8]) {
        let begins = self.state.withLock { state in
            guard state.lines.count < self.maximumLines, state.byteCount + line.count <= self.maximumBytes else {
                state.dropped += 1
                state.droppedInAll += 1
                return false
            }
            state.lines.append(line)
            state.byteCount += line.count
            defer { state.isWriting = true }
            return !state.isWriting
        }
        if begins { self.thread.submit { _ in self.writeAll() } }
    }

    /// Writes why the process can't go on: after the program's name in text.
    public func complain(_ message: String) {
        switch self.format {
        case .text: self.write(Array("hub: \(message)\n".utf8))
        case .json: self.write(LogFormat.json.line(.critical, label: "hub", message))
        }
    }

    /// Waits until everything is written, for a process that is about to end.
    /// - Parameter milliseconds: For how long at most: nobody may be reading.
    public func flush(milliseconds: Int = 1000) {
        for _ in 0..<milliseconds {
            guard self.state.withLock({ $0.isWriting }) else { return }
            usleep(1000)
        }
    }

    private func writeAll() {
        while let (lines, dropped) = self.take() {
            for line in lines where !self.put(line) {
                self.state.withLock { $0.droppedInAll += 1 }
            }
            guard dropped > 0 else { continue }
            // The queue was full of these lines when the others came.
            _ = self.put(self.format.line(.warning, label: "hub", "log lines were dropped", ["lines": "\(dropped)"]))
        }
    }

    private func take() -> (lines: Deque<[UInt8]>, dropped: Int)? {
        self.state.withLock { state in
            guard !state.lines.isEmpty else {
                state.isWriting = false
                return nil
            }
            defer { state = State(droppedInAll: state.droppedInAll, isWriting: true) }
            return (state.lines, state.dropped)
        }
    }

    /// Writes one line, in one call where the file takes it, so that it does not mix with what other processes write.
    /// - Returns: Whether all of it was taken.
    private func put(_ line: [UInt8]) -> Bool {
        var rest = line[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Self.systemWrite(self.descriptor, $0.baseAddress, $0.count) }
            if count >= 0 {
                rest = rest.dropFirst(count)
            } else if errno == EAGAIN {
                // Somebody who shares the file has made it non-blocking.
                var wanted = pollfd(fd: self.descriptor, events: Int16(POLLOUT), revents: 0)
                poll(&wanted, 1, 1000)
            } else if errno != EINTR {
                return false
            }
        }
        return true
    }

    private static func systemWrite(_ descriptor: CInt, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
        #if canImport(Glibc)
            Glibc.write(descriptor, bytes, count)
        #elseif canImport(Musl)
            Musl.write(descriptor, bytes, count)
        #else
            Darwin.write(descriptor, bytes, count)
        #endif
    }
}

/// What the log tells of itself at `/metrics`.
extension LogWriter: MetricsSource {
    public func metrics(on loop: any EventLoop) -> EventLoopFuture<[Metric]> {
        loop.makeSucceededFuture([
            Metric(
                "hub_log_lines_dropped_total", .counter,
                help: "Lines of the log that were dropped, since nobody read it fast enough.", self.droppedLines)
        ])
    }
}
