import ControllerRuntime
import GitClient
import ImageRegistry
import InfraAPI
import ResourceAPI

/// How a source reaches its repository: the URL that it may use, and Secrets of its own namespace, read by its own identity.
struct RemoteAccess: Sendable {
    let acting: @Sendable (NamespacedName) -> any ResourceClient
    /// Directories below which `file://` URLs may lie.
    let fileRoots: [String]

    func remote(of source: GitSource) async throws(SyncProblem) -> GitRemote {
        try checkURL(source.spec.url)
        var remote = GitRemote(
            url: source.spec.url, timeout: .seconds(source.spec.timeoutSeconds), maxBytes: source.spec.maximumBytes)
        guard let reference = source.spec.credentials?.secretRef else { return remote }
        let secret = try await secret(reference.name, of: source)
        func text(_ key: String) -> String? { secret.bytes(for: key).map { String(decoding: $0, as: UTF8.self) } }
        var credentials = RemoteCredentials()
        credentials.username = text(GitCredentials.usernameKey)
        credentials.password = text(GitCredentials.passwordKey)
        credentials.authority = text(GitCredentials.authorityKey)
        credentials.identity = text(GitCredentials.identityKey)
        credentials.knownHosts = text(GitCredentials.knownHostsKey)
        try check(credentials, source, reference.name)
        remote.credentials = credentials
        return remote
    }

    /// What the registry of an image is told; nil where it answers anybody.
    func login(_ policy: GitImagePolicy, of source: GitSource) async throws(SyncProblem) -> RegistryLogin? {
        guard let name = policy.credentials?.secretRef.name else { return nil }
        let secret = try await secret(name, of: source)
        func text(_ key: String) -> String? { secret.bytes(for: key).map { String(decoding: $0, as: UTF8.self) } }
        let login = RegistryLogin(
            username: text(GitCredentials.usernameKey) ?? "", password: text(GitCredentials.passwordKey),
            authority: text(GitCredentials.authorityKey))
        guard login.password != nil || login.authority != nil else {
            throw SyncProblem(
                .credentialsMissing,
                "Secret \(name) needs \(GitCredentials.usernameKey) and \(GitCredentials.passwordKey) (or a token as the password), or "
                    + "\(GitCredentials.authorityKey)")
        }
        return login
    }

    func signers(_ verification: GitVerification, of source: GitSource) async throws(SyncProblem) -> GitSigners {
        let name = verification.secretRef.name
        let secret = try await secret(name, of: source)
        func text(_ key: String) -> String { String(decoding: secret.bytes(for: key) ?? [], as: UTF8.self) }
        let keys = secret.data.keys.filter { $0.hasSuffix(GitVerification.openPGPSuffix) }.sorted().map(text)
        let signers = GitSigners(sshSigners: text(GitVerification.signersKey), openPGPKeys: keys)
        guard !signers.sshSigners.isEmpty || !keys.isEmpty else {
            throw SyncProblem(
                .signersMissing,
                "Secret \(name) names no signer: it needs \(GitVerification.signersKey) (ssh), or OpenPGP public keys under names that "
                    + "end in \(GitVerification.openPGPSuffix)")
        }
        return signers
    }

    private func secret(_ name: String, of source: GitSource) async throws(SyncProblem) -> Secret {
        do throws(APIStatus) {
            return try await acting(NamespacedName(source)).get(Secret.self, namespace: source.namespace, name: name)
        } catch {
            if error.isNotFound {
                throw SyncProblem(
                    .credentialsMissing,
                    "Secret \(name) is not in namespace \(source.namespace): make it, or take it out of spec")
            }
            throw SyncProblem(
                refusal: error, of: ObjectID(Secret.resourceType, namespace: source.namespace, name: name), source)
        }
    }

    private func check(
        _ credentials: RemoteCredentials, _ source: GitSource, _ name: String
    ) throws(SyncProblem) {
        let isSSH = source.spec.url.hasPrefix("ssh://")
        if isSSH, credentials.identity == nil || credentials.knownHosts == nil {
            throw SyncProblem(
                .credentialsMissing,
                "Secret \(name) needs \(GitCredentials.identityKey) (a private key) and \(GitCredentials.knownHostsKey) (the server's "
                    + "own key, as ssh-keyscan prints it) for ssh")
        }
        if !isSSH, credentials.password == nil, credentials.authority == nil {
            throw SyncProblem(
                .credentialsMissing,
                "Secret \(name) needs \(GitCredentials.usernameKey) and \(GitCredentials.passwordKey) (or a token as the password), or "
                    + "\(GitCredentials.authorityKey)")
        }
    }

    /// Files of the machine that imm runs on are read only where its administrator lets it.
    private func checkURL(_ url: String) throws(SyncProblem) {
        guard url.hasPrefix("file://") else { return }
        let path = String(url.dropFirst("file://".count))
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        let isPlain = !path.contains("%") && !parts.contains("..") && !parts.contains(".")
        let isBelow = fileRoots.contains { root in
            let root = root.hasSuffix("/") ? String(root.dropLast()) : root
            return !root.isEmpty && (path == root || path.hasPrefix(root + "/"))
        }
        if isPlain, isBelow { return }
        let allowed = fileRoots.isEmpty ? "none is allowed" : "allowed are \(fileRoots.listed)"
        throw SyncProblem(
            .urlRefused,
            "a file:// URL has to lie below a directory that imm's administrator allows (\(allowed)): start immd with --git-file-root "
                + "and the directory, or use another URL")
    }
}

extension GitSourceSpec {
    /// Of `maxSize`.
    var maximumBytes: Int { maxSize.bytes }
}
