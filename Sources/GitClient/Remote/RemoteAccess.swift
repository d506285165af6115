import ProcessControl

/// What git gets for one call to a remote: its protocol, and the credentials in files that nobody else can read. Nothing of
/// them is in an argument, in a URL or in the environment.
struct RemoteAccess: Sendable {
    let remote: GitRemote
    let url: RemoteURL
    /// git's home is a new directory of the call's own.
    let place: GitPlace
    /// Never to be shown.
    let secrets: [String]

    init(_ remote: GitRemote, _ scratch: PrivateDirectory, _ program: GitProgram) throws(GitError) {
        self.remote = remote
        url = try RemoteURL(remote.url)
        let credentials = remote.credentials ?? RemoteCredentials()
        var place = GitPlace(directory: scratch.path, home: scratch.path)
        place.environment["GIT_ALLOW_PROTOCOL"] = url.scheme.rawValue
        var configuration = GitConfiguration()
        var secrets: [String] = []
        switch url.scheme {
        case .https:
            let access = try HTTPSAccess(url, credentials)
            secrets = access.secrets
            try access.write(to: &configuration, scratch)
        case .ssh:
            let access = try SSHAccess(url, credentials, program)
            let wrapper = try access.write(scratch, timeout: remote.timeout)
            place.environment["GIT_SSH"] = wrapper
            place.environment["GIT_SSH_VARIANT"] = "ssh"
        case .file:
            for path in try LocalRepository(url).directories { configuration.add("safe", "directory", path) }
        case .http:
            configuration.add("http", "followRedirects", "initial")
        case .git:
            break
        }
        try filing { () throws(FileFailure) in _ = try scratch.write(".gitconfig", configuration.text) }
        self.place = place
        self.secrets = secrets
    }

    /// The URL as it may stand in a message.
    var name: String { GitText.withoutPassword(url.text) }
}

/// A configuration file of git.
struct GitConfiguration {
    private(set) var text = ""

    /// - Parameter section: `http`, or `http "https://host/"`, of nothing but checked text.
    mutating func add(_ section: String, _ key: String, _ value: String) {
        let escaped = value.flatMap { character -> String in
            switch character {
            case "\\": "\\\\"
            case "\"": "\\\""
            default: String(character)
            }
        }
        text += "[\(section)]\n\t\(key) = \"\(String(escaped))\"\n"
    }
}

/// What goes wrong with our own files is no fault of a repository.
func filing<Result>(_ body: () throws(FileFailure) -> Result) throws(GitError) -> Result {
    do { return try body() } catch { throw GitError(.failed, "imm cannot keep its copy of the repository: \(error).") }
}
