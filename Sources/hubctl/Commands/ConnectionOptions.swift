import ArgumentParser
import ByteStrings
import HubClient

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// How every command finds its hub.
struct ConnectionOptions: ParsableArguments {
    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "The hub's address; repeat it for hubs to go on to when one fails. Default: HUB_URL, or http://127.0.0.1:8080.",
            valueName: "url"))
    var url: [String] = []

    @Option(
        name: [.customShort("a"), .long],
        help: "The publish key or token. Default: HUB_TOKEN, which other users of the machine can't see.")
    var token: String?

    /// The addresses: of the flags, else of `HUB_URL` (with commas between several), else the default.
    var urls: [String] {
        guard self.url.isEmpty else { return self.url }
        let named = (Self.environment("HUB_URL") ?? "").split(separator: ",").map(String.init)
        return named.isEmpty ? HubClientConfiguration().urls : named
    }

    /// What is shown to the hub: of the flag, else of `HUB_TOKEN`.
    var credential: String? { self.token ?? Self.environment("HUB_TOKEN") }

    /// The client's settings.
    var configuration: HubClientConfiguration {
        var configuration = HubClientConfiguration(urls: self.urls, token: self.credential.map { HubToken($0) })
        configuration.userAgent = "hubctl/\(HubClientRelease.version)"
        return configuration
    }

    private static let names: Set<ByteString> = ["-u", "--url", "-a", "--token"]

    /// Moves `--url` and `--token` from before the command to behind it, since the parser knows options by their command.
    static func movedBehindCommand(_ arguments: some Sequence<String>) -> [String] {
        var rest = Array(arguments)[...]
        var moved: [String] = []
        while let first = rest.first {
            if self.names.contains(ByteString(first)) {
                moved += rest.prefix(2)
                rest = rest.dropFirst(2)
            } else if first.hasPrefix("--url=") || first.hasPrefix("--token=") {
                moved.append(first)
                rest = rest.dropFirst()
            } else {
                break
            }
        }
        // What follows a terminator is no option.
        let end = rest.firstIndex(of: "--") ?? rest.endIndex
        return rest[..<end] + moved + rest[end...]
    }

    /// What a variable holds, if anything.
    static func environment(_ name: String) -> String? {
        // A secret that was written with `echo` has a line end more.
        let value = ByteString(ProcessInfo.processInfo.environment[name] ?? "").withoutLineEnds
        return value.isEmpty ? nil : value.string
    }
}
