import ArgumentParser

/// Measures the hub against the least that a server of its kind can cost on this machine.
@main
struct HubBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hubbench",
        abstract: "Measure a hub beside the floor, and beside nginx with Nchan where that is installed.",
        subcommands: [RunCommand.self, FloorCommand.self],
        defaultSubcommand: RunCommand.self)
}
