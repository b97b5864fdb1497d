/// The scripts that run inside Redis: everything that must happen in one step.
enum HubScript: CaseIterable {
    case hello, publish, read, probe, rotate, delete, retire, topics

    /// The Lua source: the state that every script begins with, then what this one does.
    var source: [UInt8] {
        switch self {
        case .hello: Self.run(PackageResources.hello_lua)
        case .publish:
            Self.run(PackageResources.publish_lua, after: PackageResources.retirement_lua + PackageResources.log_lua)
        case .read: Self.run(PackageResources.read_lua)
        case .probe: Self.run(PackageResources.probe_lua)
        case .rotate: Self.run(PackageResources.rotate_lua)
        case .delete: Self.run(PackageResources.delete_lua)
        case .retire: Self.run(PackageResources.retire_lua, after: PackageResources.retirement_lua)
        case .topics: Self.run(PackageResources.topics_lua)
        }
    }

    /// `finish` tells an error before the first write from one after it.
    private static func run(_ script: [UInt8], after library: [UInt8] = []) -> [UInt8] {
        PackageResources.state_lua + library
            + Array("local function main()\n".utf8) + script + Array("end\nreturn finish(main)\n".utf8)
    }
}
