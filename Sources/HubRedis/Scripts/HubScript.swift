/// The scripts that run inside Redis: everything that must happen in one step.
enum HubScript: CaseIterable {
    case hello, publish, read, probe, tell, rotate, delete, candidates, retire, names, topics, revoke, revoked, rights

    /// What every script begins with.
    static var foundation: [UInt8] {
        PackageResources.offsets_lua + PackageResources.writing_lua + PackageResources.reigns_lua
            + PackageResources.state_lua
    }

    /// The Lua source: what every script begins with, then what this one does.
    /// - Parameter isSharded: Whether channels are those of a cluster's shards.
    func source(isSharded: Bool) -> [UInt8] {
        let command = isSharded ? "SPUBLISH" : "PUBLISH"
        return Array("local PUBLISH = '\(command)'\n".utf8) + Self.foundation + self.library
            + Array("local function main(KEY)\n".utf8) + self.main
            // `finish` tells an error before the first write from one after it.
            + Array("end\nlocal key = string.sub(KEYS[1], 1, -7)\n".utf8)
            + Array("return finish(key, function() return main(key) end)\n".utf8)
    }

    private var library: [UInt8] {
        switch self {
        case .hello, .probe, .tell: PackageResources.server_lua
        case .publish: PackageResources.server_lua + PackageResources.retirement_lua + PackageResources.log_lua
        case .read: PackageResources.server_lua + PackageResources.traces_lua
        case .delete: PackageResources.traces_lua
        case .candidates, .retire: PackageResources.retirement_lua
        case .rotate, .names, .topics, .revoke, .revoked, .rights: []
        }
    }

    private var main: [UInt8] {
        switch self {
        case .hello: PackageResources.hello_lua
        case .publish: PackageResources.publish_lua
        case .read: PackageResources.read_lua
        case .probe: PackageResources.probe_lua
        case .tell: PackageResources.tell_lua
        case .rotate: PackageResources.rotate_lua
        case .delete: PackageResources.delete_lua
        case .candidates: PackageResources.candidates_lua
        case .retire: PackageResources.retire_lua
        case .names: PackageResources.names_lua
        case .topics: PackageResources.topics_lua
        case .revoke: PackageResources.revoke_lua
        case .revoked: PackageResources.revoked_lua
        case .rights: PackageResources.rights_lua
        }
    }
}
