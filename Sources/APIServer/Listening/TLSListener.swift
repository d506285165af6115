import Ambient
import NIOCore
import NIOSSL
public import PKI

/// TCP with TLS: where, and with which certificate.
public struct TLSListener: Sendable {
    public var address: ListenAddress
    /// The authority whose client certificates are believed.
    public var authority: CertificateAuthority
    /// The server's certificate, asked for at the start and twice a day, so that it can be renewed meanwhile.
    public var credential: @Sendable () throws(PKIError) -> Credential

    /// Told the port when the server listens.
    public var onListening: @Sendable (Int) -> Void

    public init(
        address: ListenAddress, authority: CertificateAuthority,
        credential: @escaping @Sendable () throws(PKIError) -> Credential,
        onListening: @escaping @Sendable (Int) -> Void = { _ in }
    ) {
        self.address = address
        self.authority = authority
        self.credential = credential
        self.onListening = onListening
    }
}

/// The TLS settings of new connections; replaced when the certificate is renewed.
final class TLSSettings: Sendable {
    private let listener: TLSListener
    private let state: Guarded<State>

    private struct State {
        var certificatePEM: String
        var context: NIOSSLContext
    }

    init(_ listener: TLSListener) throws {
        self.listener = listener
        let credential = try listener.credential()
        state = Guarded(
            State(
                certificatePEM: credential.certificatePEM,
                context: try TLSSettings.context(credential, listener.authority)))
    }

    var context: NIOSSLContext { state.withLock { $0.context } }

    /// - Returns: whether the certificate is another one than before.
    func renew() throws -> Bool {
        let credential = try listener.credential()
        guard credential.certificatePEM != state.withLock({ $0.certificatePEM }) else { return false }
        let context = try TLSSettings.context(credential, listener.authority)
        state.withLock { $0 = State(certificatePEM: credential.certificatePEM, context: context) }
        return true
    }

    /// TLS 1.2 or later. A client certificate is optional at the handshake, since a token may stand in its place.
    private static func context(_ credential: Credential, _ authority: CertificateAuthority) throws -> NIOSSLContext {
        let chain = try NIOSSLCertificate.fromPEMBytes(Array(credential.certificatePEM.utf8))
        let key = try NIOSSLPrivateKey(bytes: Array(credential.keyPEM.utf8), format: .pem)
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = ["http/1.1"]
        configuration.certificateVerification = .optionalVerification
        configuration.trustRoots = .certificates(
            try NIOSSLCertificate.fromPEMBytes(Array(authority.credential.certificatePEM.utf8)))
        configuration.sendCANameList = true
        // How long a closing connection waits for the client to say that it closes too.
        configuration.shutdownTimeout = .seconds(1)
        return try NIOSSLContext(configuration: configuration)
    }
}
