/// Which release of the hub this is.
public enum HubRelease {
    /// The version, after semver.org.
    public static let version = "0.1.0"
}
