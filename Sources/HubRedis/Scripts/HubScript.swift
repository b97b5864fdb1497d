/// The scripts that run inside Redis: everything that must happen in one step.
enum HubScript: CaseIterable {
    case hello, publish, read, probe, rotate, delete, retire, topics

    /// The Lua source: the state that every script begins with, then what this one does.
    var source: [UInt8] {
        switch self {
        case .hello: PackageResources.state_lua + PackageResources.hello_lua
        case .publish: PackageResources.state_lua + PackageResources.log_lua + PackageResources.publish_lua
        case .read: PackageResources.state_lua + PackageResources.read_lua
        case .probe: PackageResources.state_lua + PackageResources.probe_lua
        case .rotate: PackageResources.state_lua + PackageResources.rotate_lua
        case .delete: PackageResources.state_lua + PackageResources.delete_lua
        case .retire: PackageResources.state_lua + PackageResources.log_lua + PackageResources.retire_lua
        case .topics: PackageResources.state_lua + PackageResources.topics_lua
        }
    }
}
