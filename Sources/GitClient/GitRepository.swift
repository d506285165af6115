/// What can be asked of a repository: of the remote, and of our own copy of it. All output of git is bounded and all calls are
/// timed; nothing in a repository is ever run, and no argument is taken for an option.
public protocol GitRepository: Sendable {
    /// What the remote calls its branches and tags, and its HEAD: one round trip, nothing is fetched.
    func references(of remote: GitRemote) async throws(GitError) -> RemoteReferences

    /// Makes a commit and its files present in our copy; at once when they are.
    /// - Parameter depth: commits of its history that come with it; 0: all.
    func fetch(_ commit: GitCommitID, from remote: GitRemote, depth: Int) async throws(GitError)

    /// Of a commit that is present.
    func commit(_ commit: GitCommitID) async throws(GitError) -> GitCommit

    /// The files of a present commit below a directory (`.`: all), in the order of their paths; links and submodules as what
    /// they are, never followed.
    /// - Throws: `tooLarge` above `maxBytes` in all, or 10,000 files.
    func files(of commit: GitCommitID, below path: String, maxBytes: Int) async throws(GitError) -> [GitFile]

    /// Whose signature a present commit carries.
    /// - Throws: `unverified` without a signature, with a bad one, or with one of nobody whom `signers` names.
    func verify(_ commit: GitCommitID, signers: GitSigners) async throws(GitError) -> GitSignature

    /// Makes a commit on top of a present one in which some files have other contents, and pushes it.
    /// - Throws: `rejected` when the branch is not what we think it is, or the server refuses.
    func push(_ change: GitChange, to remote: GitRemote) async throws(GitError) -> GitCommitID
}

/// Full name of a commit: 40 or 64 lower case hexadecimal digits.
public struct GitCommitID: Sendable, Hashable, CustomStringConvertible {
    public let hex: String

    /// nil when it is none.
    public init?(_ text: some StringProtocol) {
        let bytes = text.utf8
        guard bytes.count == 40 || bytes.count == 64,
            bytes.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
        else { return nil }
        hex = String(text)
    }

    public var description: String { hex }
}

/// Where a repository is, what proves who we are, and what a call may cost.
public struct GitRemote: Sendable {
    /// As `GitSource` lets it through: `https`, `http`, `ssh`, `git` or `file`.
    public var url: String
    public var credentials: RemoteCredentials?
    /// Of each call.
    public var timeout: Duration
    /// What a fetch may bring.
    public var maxBytes: Int

    public init(url: String, credentials: RemoteCredentials? = nil, timeout: Duration, maxBytes: Int) {
        self.url = url
        self.credentials = credentials
        self.timeout = timeout
        self.maxBytes = maxBytes
    }
}

/// Never shown: not in errors, logs or process lists.
public struct RemoteCredentials: Sendable {
    public var username: String?
    public var password: String?
    /// Who signs the server's certificate, in PEM; nil: whom the system trusts.
    public var authority: String?
    /// A private key of ssh, and the lines of `known_hosts` that name the server's own; both or neither.
    public var identity: String?
    public var knownHosts: String?

    public init() {}
}

public struct RemoteReferences: Sendable, Hashable {
    /// Of the branch that HEAD names; nil of an empty repository.
    public var head: GitCommitID?
    /// Name of that branch, where the server says it.
    public var headBranch: String?
    /// By name, without `refs/heads/`.
    public var branches: [String: GitCommitID] = [:]
    /// By name, without `refs/tags/`: the commit that a tag stands for, also of an annotated one.
    public var tags: [String: GitCommitID] = [:]

    public init() {}
}

public struct GitCommit: Sendable, Hashable {
    public var id: GitCommitID
    /// First line of the message, at most 200 characters.
    public var subject: String
    /// `Name <address>`
    public var author: String

    public init(id: GitCommitID, subject: String, author: String) {
        self.id = id
        self.subject = subject
        self.author = author
    }
}

public struct GitFile: Sendable, Hashable {
    public enum Kind: Sendable, Hashable {
        case regular
        /// The bytes are the path that it points to.
        case link
        /// Another repository; it has no bytes.
        case submodule
    }

    /// From the root of the repository.
    public var path: String
    public var kind: Kind
    public var bytes: [UInt8]

    public init(path: String, kind: Kind = .regular, bytes: [UInt8]) {
        self.path = path
        self.kind = kind
        self.bytes = bytes
    }
}

/// Who may sign.
public struct GitSigners: Sendable {
    /// As `ssh-keygen(1)` describes ALLOWED SIGNERS; empty: no ssh key.
    public var sshSigners: String
    /// OpenPGP public keys, armoured.
    public var openPGPKeys: [String]

    public init(sshSigners: String = "", openPGPKeys: [String] = []) {
        self.sshSigners = sshSigners
        self.openPGPKeys = openPGPKeys
    }
}

public struct GitSignature: Sendable, Hashable {
    /// The principal of an ssh key, or the user id of an OpenPGP key.
    public var signer: String
    /// Fingerprint of the key.
    public var key: String

    public init(signer: String, key: String) {
        self.signer = signer
        self.key = key
    }
}

public struct GitChange: Sendable {
    public var parent: GitCommitID
    /// New contents by path; all of them regular files of the parent.
    public var contents: [String: [UInt8]]
    /// The branch that is pushed to.
    public var branch: String
    /// What the branch is at the remote now; nil: it is not there.
    public var expected: GitCommitID?
    public var author: String
    public var address: String
    public var message: String
    /// Seconds since 1970.
    public var time: Int

    public init(
        parent: GitCommitID, contents: [String: [UInt8]], branch: String, expected: GitCommitID?, author: String,
        address: String, message: String, time: Int
    ) {
        self.parent = parent
        self.contents = contents
        self.branch = branch
        self.expected = expected
        self.author = author
        self.address = address
        self.message = message
        self.time = time
    }
}
