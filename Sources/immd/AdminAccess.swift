import APIServer
import Ambient
import ClusterCredentials
import Glibc
import Logging
import Manifests
import PKI

/// The certificates of the TCP listener, and the administrator's way in: `admin.kubeconfig` in the data directory.
final class AdminAccess: Sendable {
    private let directory: PKIDirectory
    private let path: String
    private let address: ListenAddress
    private let port = Guarded<Int?>(nil)
    private let logger: Logger

    init(
        dataDirectory: String, address: ListenAddress, names: [String], _ surroundings: Surroundings, logger: Logger
    ) throws(PKIError) {
        path = dataDirectory + "/admin.kubeconfig"
        self.address = address
        self.logger = logger
        directory = try PKIDirectory(
            path: dataDirectory + "/pki", serverNames: AdminAccess.serverNames(address, names), surroundings)
    }

    /// Makes and revokes the certificates of others.
    func certificates(_ store: any CertificateStore, _ surroundings: Surroundings) -> CertificateRegistry {
        CertificateRegistry(store: store, authority: directory.authority, surroundings)
    }

    var listener: TLSListener {
        TLSListener(
            address: address, authority: directory.authority,
            credential: { [self] () throws(PKIError) in
                writeKubeconfig()
                return try directory.serverCredential()
            },
            onListening: { [self] bound in
                port.withLock { $0 = bound }
                writeKubeconfig()
            })
    }

    /// Written when the port is known, and again when the certificate was renewed. Without it the socket is still
    /// there, so that a failure is told and no more.
    private func writeKubeconfig() {
        guard let port = port.withLock({ $0 }) else { return }
        do throws(PKIError) {
            let admin = try directory.adminCredential()
            let text = Kubeconfig.single(
                Kubeconfig.Entry(
                    name: "imm", server: "https://\(ListenAddress(host: reachableHost, port: port))",
                    authorityPEM: directory.authority.credential.certificatePEM,
                    identity: .certificate(certificatePEM: admin.certificatePEM, keyPEM: admin.keyPEM),
                    namespace: "default")
            ).json.yamlString()
            if (try? PrivateFile.read(path)) == text { return }
            try PrivateFile.write(text, to: path)
            logger.info("kubeconfig of the administrator written", metadata: ["path": "\(path)"])
        } catch {
            logger.error("the kubeconfig of the administrator cannot be written", metadata: ["error": "\(error)"])
        }
    }

    private var reachableHost: String {
        switch address.host {
        case "0.0.0.0": "127.0.0.1"
        case "::": "::1"
        default: address.host
        }
    }

    /// What every server is reached by, and what was asked for.
    private static func serverNames(_ address: ListenAddress, _ names: [String]) -> [String] {
        var all = ["localhost", "127.0.0.1", "::1"]
        var name = [CChar](repeating: 0, count: 256)
        if gethostname(&name, name.count - 1) == 0 {
            all.append(String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self))
        }
        all += [address.host] + names
        var seen: Set<String> = ["", "0.0.0.0", "::"]
        return all.filter { seen.insert($0).inserted }
    }
}
