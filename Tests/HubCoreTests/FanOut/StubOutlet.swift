import NIOCore

@testable import HubCore

/// An outlet whose client takes what the test says.
final class StubOutlet: Outlet {
    let encoding: any EventEncoding = LineEncoding()
    var isWritable = true
    /// Whether each delivery fills it.
    var takesOneAtATime = false
    /// After how many events it takes nothing more, as a batch.
    var batchLimit = Int.max
    var backlog = 0
    private(set) var delivered = 0
    private(set) var resets: [ResetNotice] = []
    private(set) var closed: CloseReason?

    var eventLimit: Int { max(1, self.batchLimit - self.delivered) }

    func open(_ opening: StreamOpening) {}
    func heartbeat() {}
    func deliver(_ bytes: ByteBuffer, count: Int, through cursor: Cursor) {
        self.delivered += count
        if self.takesOneAtATime || self.delivered >= self.batchLimit { self.isWritable = false }
    }
    func reset(_ notice: ResetNotice) { self.resets.append(notice) }
    func close(_ reason: CloseReason) { self.closed = reason }
}
