import APIClient
import APIServer
import Ambient
import HTTPTransport
import JSON
import Logging
import ObjectStore
import PKI
import ResourceAPI
import ServiceLifecycle
import Testing

#if canImport(Glibc)
    import Glibc
#endif

/// A real server on TCP with TLS, and on its socket, with an authority of its own.
struct SecureFixture: Sendable {
    let directory: String
    let store: MemoryObjectStore
    let local: LocalResourceClient
    let server: APIService
    let authority: CertificateAuthority

    /// Runs `body` beside the server; `default` and `other` are there as namespaces.
    static func run(
        limits: APIServerLimits = APIServerLimits(), surroundings: Surroundings = .system,
        _ body: @Sendable (SecureFixture) async throws -> Void
    ) async throws {
        let directory = try ServedFixture.temporaryDirectory()
        defer { rmdir(directory) }
        let authority = try CertificateAuthority.make(name: "test", validFor: .seconds(86_400), .system)
        let store = MemoryObjectStore(surroundings: .system)
        let local = LocalResourceClient(store: store, surroundings: .system)
        for name in ["default", "other"] {
            _ = try await local.create(
                ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": .string(name)]], WriteOptions())
        }
        let credential = try authority.issue(
            .server(names: ["localhost", "127.0.0.1"]), validFor: .seconds(3_600), .system)
        let server = APIService(
            APIServerConfiguration(
                socketPath: "\(directory)/imm.sock",
                tls: TLSListener(
                    address: ListenAddress(host: "127.0.0.1", port: 0), authority: authority,
                    credential: { () throws(PKIError) in credential }),
                immVersion: "0.0.1", limits: limits),
            client: local, tokens: TokenRegistry(store: MemoryTokens(), surroundings),
            certificates: CertificateRegistry(store: MemoryCertificates(), authority: authority, surroundings),
            surroundings: surroundings, logger: .silent)
        let fixture = SecureFixture(
            directory: directory, store: store, local: local, server: server, authority: authority)
        let group = ServiceGroup(configuration: ServiceGroupConfiguration(services: [server], logger: .silent))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            do {
                try await eventually("the server listens") { fixture.server.listeningPort != nil }
                try await RawConnection.open("\(directory)/imm.sock").close()
                try await body(fixture)
                // Whatever a bad client did: the server still answers.
                #expect(try await fixture.code(fixture.admin(), "/livez") == 200)
            } catch {
                await group.triggerGracefulShutdown()
                throw error
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }

    var url: String { "https://127.0.0.1:\(server.listeningPort ?? 0)" }

    /// A client that trusts the server and shows a certificate.
    func client(_ credential: Credential?, token: String? = nil) -> HTTPResourceClient {
        HTTPResourceClient(
            .url(
                url,
                tls: TLSOptions(
                    certificateAuthority: .pem(Array(authority.credential.certificatePEM.utf8)),
                    clientCertificate: credential.map { .pem(Array($0.certificatePEM.utf8)) },
                    clientKey: credential.map { .pem(Array($0.keyPEM.utf8)) }),
                bearerToken: token),
            limits: HTTPLimits(maxConnections: 1_000))
    }

    func certificate(
        _ user: String, _ groups: [String] = [], validFor lifetime: Duration = .seconds(600)
    ) throws -> Credential {
        try authority.issue(.client(user: user, groups: groups), validFor: lifetime, .system)
    }

    func admin() throws -> HTTPResourceClient { client(try certificate("root", ["imm:admins"])) }

    func user(_ name: String) throws -> HTTPResourceClient { client(try certificate(name)) }

    /// One request; the client is ended after it.
    func answer(
        _ client: HTTPResourceClient, _ path: String, method: HTTPRequest.Method = .get, body: JSONValue? = nil
    ) async throws -> (code: Int, json: JSONValue, headers: HTTPHeaders) {
        defer { client.shutdown() }
        let response = try await client.raw(method: method, path: path, body: body?.encoded() ?? [])
        return (response.status, (try? JSONValue(parsing: response.body)) ?? .null, response.headers)
    }

    func code(_ client: HTTPResourceClient, _ path: String) async throws -> Int {
        try await answer(client, path).code
    }
}

/// Tokens in memory.
final class MemoryTokens: TokenStore {
    private let records = Guarded<[String: JSONValue]>([:])

    func token(named name: String) async throws(APIStatus) -> TokenRecord? {
        records.withLock { $0[name] }.flatMap(TokenRecord.init(json:))
    }

    func tokens() async throws(APIStatus) -> [TokenRecord] {
        records.withLock { $0 }.sorted { $0.key < $1.key }.compactMap { TokenRecord(json: $0.value) }
    }

    func insert(_ record: TokenRecord) async throws(APIStatus) -> Bool {
        records.withLock { records in
            guard records[record.name] == nil else { return false }
            records[record.name] = record.json
            return true
        }
    }

    func update(_ record: TokenRecord) async throws(APIStatus) {
        records.withLock { if $0[record.name] != nil { $0[record.name] = record.json } }
    }

    func remove(named name: String) async throws(APIStatus) -> Bool {
        records.withLock { $0.removeValue(forKey: name) != nil }
    }
}

/// Records of certificates in memory.
final class MemoryCertificates: CertificateStore {
    private let records = Guarded<[String: JSONValue]>([:])

    func certificate(serial: String) async throws(APIStatus) -> CertificateRecord? {
        records.withLock { $0[serial] }.flatMap(CertificateRecord.init(json:))
    }

    func certificates() async throws(APIStatus) -> [CertificateRecord] {
        records.withLock { $0 }.sorted { $0.key < $1.key }.compactMap { CertificateRecord(json: $0.value) }
    }

    func put(_ record: CertificateRecord) async throws(APIStatus) {
        records.withLock { $0[record.serial] = record.json }
    }

    func remove(serial: String) async throws(APIStatus) { records.withLock { $0[serial] = nil } }
}
