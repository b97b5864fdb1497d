import ArgumentParser

/// `hub config`.
struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config",
        abstract: "Print the effective configuration as YAML, with secrets masked, and where each value comes from.")

    @OptionGroup(title: "Settings") var options: SettingOptions

    func run() throws {
        print(try LoadedConfiguration(self.options).yaml, terminator: "")
    }
}
