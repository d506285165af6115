import APIClient
import Ambient
import DockerEngine
import Glibc
import HTTPTransport
import InfraAPI
import JSON
import PKI
import ResourceAPI
import Testing

extension EndToEnd {
    /// An engine over TCP, which takes nobody without a certificate.
    @Suite struct RemoteEngineTests {
        @Test(.timeLimit(.minutes(4)))
        func `an engine over TCP with TLS runs instances once its credentials are there, and no others`() async throws {
            let pki = try EnginePKI()
            defer { pki.remove() }
            let port = try freePort()
            let options = ["--host", "tcp://127.0.0.1:\(port)", "--tlsverify"] + pki.daemonOptions
            try await PrivateEngine.with(options: options) { engine in
                try await Bed.with { bed in
                    try await RemoteEngineTests.expectRefusedWithoutCredentials(bed, port: port)
                    try await bed.createProvider("remote", port: port, secret: "engine-tls")
                    let waiting = try await bed.condition(of: "remote", "the missing Secret is told") {
                        $0.status == .false && $0.message.contains("default/engine-tls")
                    }
                    #expect(waiting.reason == "ProviderMissing")
                    try await bed.createSecret("engine-tls", pki.client(of: pki.authority))
                    try await bed.condition(of: "remote", "the engine is reached") { $0.status == .true }

                    // A certificate of another authority, and one that the engine's name does not fit, come to nothing.
                    try await bed.createSecret("stranger-tls", pki.client(of: try EnginePKI.authority()))
                    try await bed.createProvider("stranger", port: port, secret: "stranger-tls")
                    try await bed.condition(of: "stranger", "the certificate is refused") {
                        $0.status == .false && $0.reason == "ProviderUnreachable"
                    }

                    var manifest = Manifest.writers(try await bed.image("v1", on: engine.engine), replicas: 2)
                    manifest.spec = ["provider": "remote"]
                    manifest.template = [
                        "readinessProbe": ["exec": ["command": ["/bin/test", "-f", "/data/log"]], "periodSeconds": 1]
                    ]
                    try await bed.apply(manifest)
                    let first = try await bed.settled("db", .seconds(60))
                    #expect(Set(try await engine.engine.listContainers(labels: []).map(\.id)) == first.ids)
                    #expect(try await bed.containers().isEmpty, "they run on the other engine")
                    manifest.environment = [("ROUND", "2")]
                    try await bed.apply(manifest)
                    let second = try await bed.settled("db", after: first.set?.status.updateRevision, .seconds(60))
                    #expect(second.volumes.map(\.status.epoch) == [2, 2])
                    for volume in second.volumes {
                        var ledger = VolumeLedger()
                        let folder = engine.dataFolder(ofVolume: volume.status.providerID ?? "")
                        #expect(ledger.check(volume, folder: folder) == [])
                        #expect(ledger.lineCount > 0)
                    }
                    // What needs the engine's host is refused at once.
                    manifest.template = ["files": [["path": "/etc/app.conf", "content": "x"]]]
                    await bed.expectRefused(manifest, naming: "files")
                }
            }
        }

        private static func expectRefusedWithoutCredentials(_ bed: Bed, port: Int) async throws {
            let error = await #expect(throws: APIStatus.self) {
                try await bed.createProvider("open", port: port, secret: nil)
            }
            #expect(error?.code == 422)
            #expect(error?.message.contains("credentials") == true, "\(error?.message ?? "")")
        }
    }
}

/// The certificates of one engine and its clients.
private struct EnginePKI {
    let authority: CertificateAuthority
    private let directory: String

    static func authority() throws -> CertificateAuthority {
        try .make(name: "engine-\(TestEngine.freshID())", validFor: .seconds(86_400), .system)
    }

    init() throws {
        authority = try EnginePKI.authority()
        directory = "\(temporaryRoot)/imm-engine-pki-\(TestEngine.freshID())"
        try PKI.PrivateFile.makeDirectory(directory)
        let server = try authority.issue(.server(names: ["127.0.0.1"]), validFor: .seconds(86_400), .system)
        try PKI.PrivateFile.write(authority.credential.certificatePEM, to: directory + "/ca.crt")
        try PKI.PrivateFile.write(server.certificatePEM, to: directory + "/tls.crt")
        try PKI.PrivateFile.write(server.keyPEM, to: directory + "/tls.key")
    }

    var daemonOptions: [String] {
        [
            "--tlscacert", directory + "/ca.crt", "--tlscert", directory + "/tls.crt", "--tlskey",
            directory + "/tls.key",
        ]
    }

    /// The data of a client's Secret. It trusts the engine's authority, whoever signed its own certificate.
    func client(of signer: CertificateAuthority) throws -> [String: String] {
        let client = try signer.issue(.client(user: "imm", groups: []), validFor: .seconds(86_400), .system)
        return [
            ProviderCredentials.authorityKey: authority.credential.certificatePEM,
            ProviderCredentials.certificateKey: client.certificatePEM,
            ProviderCredentials.privateKeyKey: client.keyPEM,
        ]
    }

    func remove() { removeTree(directory) }
}

extension Bed {
    fileprivate func createProvider(_ name: String, port: Int, secret: String?) async throws {
        var provider = ProviderObject()
        provider.metadata = ObjectMeta(name: name)
        provider.spec.endpoint = "tcp://127.0.0.1:\(port)"
        if let secret {
            var credentials = ProviderCredentials()
            credentials.secretRef.namespace = "default"
            credentials.secretRef.name = secret
            provider.spec.credentials = credentials
        }
        _ = try await client.create(provider)
    }

    fileprivate func createSecret(_ name: String, _ data: [String: String]) async throws {
        var secret = Secret()
        secret.metadata = ObjectMeta(name: name, namespace: "default")
        secret.data = data.mapValues { Base64.encode(Array($0.utf8)) }
        _ = try await client.create(secret)
    }

    /// The Ready condition of a Provider, once it is as wanted.
    @discardableResult
    fileprivate func condition(
        of name: String, _ what: String, _ isWanted: (Condition) -> Bool
    ) async throws -> Condition {
        var last: Condition?
        try await wait(for: name, what, .seconds(60)) { _ in
            last = try await client.get(ProviderObject.self, name: name).status.conditions["Ready"]
            return last.map(isWanted) ?? false
        }
        guard let last else { throw Failure("no condition") }
        return last
    }
}

/// A port of the loopback that nobody listens on.
func freePort() throws -> Int {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard descriptor >= 0 else { throw Failure("no socket") }
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
        }
    }
    guard isBound else { throw Failure("no free port") }
    return Int(UInt16(bigEndian: address.sin_port))
}
