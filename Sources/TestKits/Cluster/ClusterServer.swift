import APIClient
import APIServer
public import Ambient
import ClusterCredentials
import HTTPTransport
import InfraAPI
public import JSON
public import Logging
import Manifests
import ObjectStore
import PKI
public import ResourceAPI
import ServiceLifecycle

/// An API server that stands for Kubernetes' own, in this process: TLS and tokens, our kinds as it would have them after
/// `immd crds | kubectl apply`, Pods and the like as plain kinds, garbage collection, and nothing of imm's own rules.
///
/// It is no proof of what a real one does; the same tests take a kubeconfig.
public struct ClusterServer: Sendable {
    static let namespaceFinalizer = "kubernetes"
    private static let patience = Duration.seconds(30)

    /// The verbs in process, with all rights.
    public let client: LocalResourceClient
    /// `https://127.0.0.1:PORT`
    public let url: String
    private let directory: String
    private let authorityPEM: String

    /// Runs `body` beside a server, and ends the server after it. There are the namespaces `default` and `imm-system`.
    ///
    /// - Parameter directory: for its socket and kubeconfigs; at most 80 bytes.
    public static func run(
        in directory: String, _ surroundings: Surroundings, logger: Logger,
        _ body: (ClusterServer) async throws -> Void
    ) async throws {
        let authority = try CertificateAuthority.make(name: "cluster", validFor: .seconds(86_400), surroundings)
        let store = MemoryObjectStore(surroundings: surroundings)
        var admission = Admission.customResources
        admission.completing = [NamespaceBeginning(), UnobservedStatus()] + admission.completing
        let client = LocalResourceClient(
            store: store, surroundings: surroundings, admission: admission, types: ClusterKinds.table.all)
        for name in ["default", "imm-system"] {
            var namespace = Namespace()
            namespace.metadata.name = name
            _ = try await client.create(namespace)
        }
        let credential = try authority.issue(.server(names: ["127.0.0.1"]), validFor: .seconds(86_000), surroundings)
        let listening = Guarded<Int?>(nil)
        let service = APIService(
            APIServerConfiguration(
                socketPath: directory + "/api.sock",
                tls: TLSListener(
                    address: ListenAddress(host: "127.0.0.1", port: 0), authority: authority,
                    credential: { () throws(PKIError) in credential },
                    onListening: { port in listening.withLock { $0 = port } }),
                immVersion: "1.32.0", servesPodsView: false, kinds: ClusterKinds.table),
            client: client, tokens: TokenRegistry(store: HeldTokens(), surroundings), surroundings: surroundings,
            logger: logger)
        let group = ServiceGroup(configuration: ServiceGroupConfiguration(services: [service], logger: logger))
        let upkeep = ClusterUpkeep(client: client, store: store, time: surroundings.time)
        let failure = Guarded<(any Error)?>(nil)
        await withTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                do { try await group.run() } catch { failure.withLock { $0 = $0 ?? error } }
            }
            tasks.addTask { await upkeep.run() }
            do {
                let port = try await port(listening, failure, surroundings.time)
                try await body(
                    ClusterServer(
                        client: client, url: "https://127.0.0.1:\(port)", directory: directory,
                        authorityPEM: authority.credential.certificatePEM))
            } catch {
                failure.withLock { $0 = error }
            }
            await group.triggerGracefulShutdown()
            tasks.cancelAll()
        }
        if let error = failure.withLock({ $0 }) { throw error }
    }

    private static func port(
        _ listening: Guarded<Int?>, _ failure: Guarded<(any Error)?>, _ time: any TimeSource
    ) async throws -> Int {
        let end = time.uptime + patience
        while time.uptime < end {
            if let port = listening.withLock({ $0 }) { return port }
            if let error = failure.withLock({ $0 }) { throw error }
            try await time.sleep(for: .milliseconds(5))
        }
        throw APIStatus(
            code: 0, reason: .unreachable, message: "the cluster's API server does not listen after \(patience)")
    }

    /// A new token with all rights.
    public func token(_ name: String) async throws -> String {
        let owner = HTTPResourceClient(.socket(path: directory + "/api.sock"))
        defer { owner.shutdown() }
        let answer = try await owner.send("/imm/v1/tokens", ["name": .string(name), "admin": true])
        guard let token = try JSONValue(parsing: answer)["token"]?.stringValue else {
            throw APIStatus(code: 500, reason: .internalError, message: "the server has made no token")
        }
        return token
    }

    /// Nobody is known by it any more.
    public func revoke(_ name: String) async throws {
        let owner = HTTPResourceClient(.socket(path: directory + "/api.sock"))
        defer { owner.shutdown() }
        _ = try await owner.send("/imm/v1/tokens/\(name)/revoke", [:])
    }

    /// The kubeconfig of a user, as JSON, which is YAML.
    ///
    /// - Parameter user: `token`, `tokenFile`, `exec` and the like.
    public func kubeconfig(user: JSONValue, namespace: String = "imm-system") -> String {
        var config = Kubeconfig.single(
            Kubeconfig.Entry(
                name: "kit", server: url, authorityPEM: authorityPEM, identity: .token(""), namespace: namespace)
        ).json
        config["users"] = [["name": "kit", "user": user]]
        return config.yamlString()
    }

    /// The authority's certificate, as a service account has it in `ca.crt`.
    public var authority: String { authorityPEM }
}

/// Tokens in memory.
private final class HeldTokens: TokenStore {
    private let records = Guarded<[String: TokenRecord]>([:])

    func token(named name: String) async throws(APIStatus) -> TokenRecord? { records.withLock { $0[name] } }

    func tokens() async throws(APIStatus) -> [TokenRecord] {
        records.withLock { $0 }.sorted { $0.key < $1.key }.map(\.value)
    }

    func insert(_ record: TokenRecord) async throws(APIStatus) -> Bool {
        records.withLock { records in
            guard records[record.name] == nil else { return false }
            records[record.name] = record
            return true
        }
    }

    func update(_ record: TokenRecord) async throws(APIStatus) {
        records.withLock { if $0[record.name] != nil { $0[record.name] = record } }
    }

    func remove(named name: String) async throws(APIStatus) -> Bool {
        records.withLock { $0.removeValue(forKey: name) != nil }
    }
}
