/// What a call may cost, beyond what its caller says.
enum GitLimits {
    /// The oldest git that signs with ssh keys.
    static let oldestVersion = (major: 2, minor: 34)
    /// Of work on our own copy.
    static let localTime = Duration.seconds(120)
    static let versionTime = Duration.seconds(10)
    /// How long ssh tries to connect.
    static let connectSeconds = 30
    /// What a remote may say about its branches and tags.
    static let referenceBytes = 32 << 20
    static let files = 10_000
    /// What `ls-tree` may say about them.
    static let listingBytes = 16 << 20
    /// Of a commit itself: its message, its signature.
    static let commitBytes = 1 << 20
    /// Commits that our copy keeps.
    static let keptCommits = 5
    /// Packs in our copy before they are made one.
    static let packs = 8
    /// Files of one change.
    static let changedFiles = 1000
    /// Of a commit's first line, and of its author.
    static let subjectCharacters = 200
}
