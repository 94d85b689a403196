internal import CBuildInformation

/// Which Galatea this is.
public enum Version {
    /// The release, as in CHANGELOG.md.
    public static let number = "0.1.0"
    /// The commit that it was built from.
    public static let commit = String(cString: galatea_commit())
    /// Both, as `--version` and provenance show them.
    public static let text = "\(number) (\(commit))"
}
