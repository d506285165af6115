import APIClient
import Ambient
import GitServers
import HTTPTransport
import InfraAPI
import JSON
import ResourceAPI
import Testing

extension EndToEnd {
    /// Repositories on real Git servers, an immd that follows them, and a real engine.
    @Suite enum GitOps {}
}

/// The servers that there are.
enum ServerKind: String, Sendable, CaseIterable, CustomTestStringConvertible {
    case daemon = "git daemon"
    case https = "nginx over https with a password"
    case ssh = "sshd with a key"

    var testDescription: String { rawValue }

    /// Starts one. The second closure ends it for good, the third gives what a client's Secret has to hold.
    func start(
        _ host: RepositoryHost
    ) throws -> (server: any GitServer, end: @Sendable () -> Void, secret: [String: String]) {
        switch self {
        case .daemon:
            let server = try GitDaemonServer(host)
            return (server, { server.stop() }, [:])
        case .https:
            let server = try HTTPSServer(host)
            return (
                server, { server.end() },
                ["username": HTTPSServer.username, "password": HTTPSServer.password, "ca.crt": server.certificate]
            )
        case .ssh:
            let server = try SSHServer(host)
            return (server, { server.end() }, ["identity": server.identity, "known_hosts": server.knownHosts])
        }
    }
}

/// A Bed with a repository that a GitSource called `fleet` follows: branch `main`, directory `fleet`.
struct GitBed: Sendable {
    let bed: Bed
    let host: RepositoryHost
    let repository: TestRepository
    let server: any GitServer

    /// - Parameters:
    ///   - spec: further fields of the source.
    ///   - role: what the source may do in `default`; nil: nothing.
    static func with(
        _ kind: ServerKind = .daemon, _ spec: JSONValue = [:], role: RoleBindingSpec.Role? = .edit,
        _ body: (GitBed) async throws -> Void
    ) async throws {
        let host = try RepositoryHost()
        defer { host.remove() }
        let (server, end, secret) = try kind.start(host)
        defer { end() }
        let repository = try host.repository("fleet")
        try await Bed.with { bed in
            let git = GitBed(bed: bed, host: host, repository: repository, server: server)
            if let role { try await git.bind(role) }
            if !secret.isEmpty { try await git.make(secret: "fleet-git", secret) }
            var spec = spec
            spec["url"] = spec["url"] ?? .string(server.url(repository))
            spec["path"] = "fleet"
            spec["ref"] = spec["ref"] ?? ["branch": "main"]
            spec["intervalSeconds"] = 5
            if !secret.isEmpty { spec["credentials"] = ["secretRef": ["name": "fleet-git"]] }
            try await git.apply(source: "fleet", spec)
            try await body(git)
        }
    }

    func bind(_ role: RoleBindingSpec.Role) async throws {
        var binding = RoleBinding()
        binding.metadata = ObjectMeta(name: "fleet", namespace: "default")
        binding.spec.subject.kind = .gitSource
        binding.spec.subject.name = "fleet"
        binding.spec.role = role
        _ = try await bed.client.create(binding)
    }

    func make(secret name: String, _ data: [String: String]) async throws {
        _ = try await bed.client.apply(
            [
                "apiVersion": "v1", "kind": "Secret", "metadata": ["name": .string(name), "namespace": "default"],
                "stringData": .object(JSONObject(data.map { ($0.key, .string($0.value)) })),
            ], WriteOptions(fieldManager: "immctl"))
    }

    func apply(source name: String, _ spec: JSONValue) async throws {
        _ = try await bed.client.apply(
            [
                "apiVersion": "imm.dev/v1alpha1", "kind": "GitSource",
                "metadata": ["name": .string(name), "namespace": "default"], "spec": spec,
            ], WriteOptions(fieldManager: "immctl", force: true))
    }

    /// Commits manifests as `fleet/<name>.yaml`.
    @discardableResult
    func commit(_ manifests: Manifest..., message: String = "Change") throws -> String {
        try repository.commit(
            Dictionary(
                uniqueKeysWithValues: manifests.map {
                    // JSON is YAML too.
                    ("fleet/\($0.name).yaml", TestRepository.Content?.some(.text($0.json.encodedString())))
                }), message: message)
    }

    /// Has the source look now instead of in some seconds.
    func sync() async throws {
        let reference = ObjectReference(GitSource.resourceType, namespace: "default", name: "fleet")
        _ = try await bed.client.mergePatch(
            reference,
            ["metadata": ["annotations": [.init(GitSource.syncAnnotation): .string(TestEngine.freshID())]]], nil,
            WriteOptions(fieldManager: "end-to-end"))
    }

    func source(_ name: String = "fleet") async throws -> GitSource {
        try await bed.client.get(GitSource.self, namespace: "default", name: name)
    }

    /// Asks the API until the source shows what is waited for.
    @discardableResult
    func wait(
        for what: String, _ timeout: Duration = .seconds(40), until isDone: (GitSource) async throws -> Bool
    ) async throws -> GitSource {
        let end = SystemTime().now + timeout
        while true {
            let source = try await source()
            if try await isDone(source) { return source }
            guard SystemTime().now < end else {
                throw Failure(
                    "\(what): not after \(timeout); last seen: \(source.json.encodedString())\nimmd said last:\n"
                        + bed.daemon.log.lastLines(25))
            }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    /// The commit is applied, and healthy.
    @discardableResult
    func delivered(_ commit: String, _ timeout: Duration = .seconds(60)) async throws -> GitSource {
        try await wait(for: "\(commit.prefix(10)) delivered", timeout) {
            $0.status.lastAppliedCommit == commit && $0.ready?.status == .true
        }
    }

    /// The source says that it is not ready, for this reason.
    @discardableResult
    func refused(_ reason: String, at commit: String? = nil) async throws -> GitSource {
        try await wait(for: "refused with \(reason)") {
            $0.ready?.status == .false && $0.ready?.reason == reason
                && (commit == nil || $0.status.lastAttemptedCommit == commit)
        }
    }
}

extension GitSource {
    var ready: Condition? { status.conditions["Ready"] }
}
