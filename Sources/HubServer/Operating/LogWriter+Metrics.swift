public import NIOCore

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
