/// Which release of the library this is.
public enum HubClientRelease {
    /// The version, by the rules of semantic versioning.
    public static let version = "0.1.0"
}
