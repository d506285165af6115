public import Ambient
import X509

/// The certificates and keys of one installation, in a directory of their own (0700, the files 0600): `ca`, `server`
/// and `admin`, each a `.crt` and a `.key`. Made at the first start; server and admin are renewed when they near
/// their end, and the server's also when its names change.
public struct PKIDirectory: Sendable {
    /// The authority's lifetime: as long as one expects of an installation without its being renewed.
    static let authorityLifetime = Duration.seconds(10 * 365 * 86_400)
    static let leafLifetime = Duration.seconds(365 * 86_400)
    /// With less than this left a leaf is made anew.
    static let renewalMargin = Duration.seconds(90 * 86_400)

    /// The group whose members may do everything.
    public static let adminGroup = "imm:admins"
    public static let adminUser = "imm-admin"

    public let authority: CertificateAuthority
    private let path: String
    private let serverNames: [String]
    private let surroundings: Surroundings

    /// Reads the authority; made at the first start.
    ///
    /// - Parameters:
    ///   - path: of the directory; the directory around it is there.
    ///   - serverNames: the names and addresses by which clients reach the server.
    public init(path: String, serverNames: [String], _ surroundings: Surroundings) throws(PKIError) {
        try PrivateFile.makeDirectory(path)
        self.path = path
        self.serverNames = serverNames
        self.surroundings = surroundings
        if let stored = try PKIDirectory.load("ca", in: path) {
            authority = try CertificateAuthority(stored, place: path + "/ca.crt")
        } else {
            // Without its key the authority is lost, and with it the trust of every client: that is nobody's to
            // decide but a person's.
            guard try PrivateFile.read(path + "/ca.crt") == nil else {
                throw PKIError(
                    "\(path)/ca.key is missing: restore it from a backup, or remove \(path) for a new authority, which no "
                        + "client knows yet")
            }
            authority = try CertificateAuthority.make(
                name: "imm-ca-" + surroundings.randomness.nameSuffix(length: 8),
                validFor: PKIDirectory.authorityLifetime, surroundings)
            try PKIDirectory.store(authority.credential, "ca", in: path)
        }
    }

    /// The server's certificate, made or renewed if need be.
    public func serverCredential() throws(PKIError) -> Credential {
        let wanted = Set(serverNames.map(GeneralName.init(hostOrAddress:)))
        return try current("server", .server(names: serverNames)) { $0.names == wanted }
    }

    /// The administrator's certificate, made or renewed if need be.
    public func adminCredential() throws(PKIError) -> Credential {
        try current("admin", .client(user: PKIDirectory.adminUser, groups: [PKIDirectory.adminGroup])) { _ in true }
    }

    private func current(
        _ name: String, _ profile: CertificateProfile, isRight: (Credential) -> Bool
    ) throws(PKIError) -> Credential {
        if let stored = try PKIDirectory.load(name, in: path), isRight(stored),
            stored.notAfter - surroundings.time.now > PKIDirectory.renewalMargin,
            authority.hasIssued(stored)
        {
            return stored
        }
        let issued = try authority.issue(profile, validFor: PKIDirectory.leafLifetime, surroundings)
        try PKIDirectory.store(issued, name, in: path)
        return issued
    }

    private static func load(_ name: String, in path: String) throws(PKIError) -> Credential? {
        let (certificate, key) = ("\(path)/\(name).crt", "\(path)/\(name).key")
        guard let keyPEM = try PrivateFile.read(key), let certificatePEM = try PrivateFile.read(certificate) else {
            return nil
        }
        return try Credential(certificatePEM: certificatePEM, keyPEM: keyPEM, place: certificate)
    }

    /// The certificate comes last: a crash between the two leaves no pair, and both are made again.
    private static func store(_ credential: Credential, _ name: String, in path: String) throws(PKIError) {
        try PrivateFile.remove("\(path)/\(name).crt")
        try PrivateFile.write(credential.keyPEM, to: "\(path)/\(name).key")
        try PrivateFile.write(credential.certificatePEM, to: "\(path)/\(name).crt")
    }
}
