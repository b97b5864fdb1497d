import HubLoad

/// What a load is put on: one process, or some that work together.
struct RunningServer {
    let targets: [LoadTarget]
    private let processes: [ChildServer]

    init(_ targets: [LoadTarget], _ processes: [ChildServer]) {
        self.targets = targets
        self.processes = processes
    }

    /// What it costs: all of its processes together.
    var meter: ProcessMeter { ProcessMeter(of: self.processes.map(\.pid)) }

    func stop() {
        for process in self.processes { process.kill() }
    }
}
