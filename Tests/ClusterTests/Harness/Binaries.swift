import Foundation

/// Where the programs under test are: `swift build` puts them beside the tests.
enum Binaries {
    static let hub = Self.path("hub")
    static let hubctl = Self.path("hubctl")
    static let hubbench = Self.path("hubbench")

    private static func path(_ name: String) -> String {
        let environment = ProcessInfo.processInfo.environment
        if let path = environment["\(name.uppercased())_BINARY"] { return path }
        let candidates = (["/proc/self/exe"] + CommandLine.arguments).map {
            URL(fileURLWithPath: $0).resolvingSymlinksInPath().deletingLastPathComponent().appendingPathComponent(name)
                .path
        }
        return candidates.first { FileManager.default.isExecutableFile(atPath: $0) } ?? name
    }
}
