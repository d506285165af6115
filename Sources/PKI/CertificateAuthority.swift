public import Ambient
import Crypto
import FoundationEssentials
import SwiftASN1
import X509

/// An authority of our own: it signs the server's certificate and those of clients, and is the only one that the
/// server trusts. All keys are ECDSA on P-256.
///
/// The clock and the serial numbers come from `Surroundings`; keys and signatures come from the cryptographic
/// library's own generator, which is the one that must never be predictable.
public struct CertificateAuthority: Sendable {
    /// Certificate and key of the authority itself.
    public let credential: Credential
    private let key: Certificate.PrivateKey

    var certificate: Certificate { credential.certificate }

    /// Clocks of clients may be a little behind ours.
    private static let clockTolerance = Duration.seconds(300)

    /// Makes a new authority: self-signed, for leaf certificates only.
    public static func make(
        name: String, validFor lifetime: Duration, _ surroundings: Surroundings
    ) throws(PKIError) -> CertificateAuthority {
        let key = Certificate.PrivateKey(P256.Signing.PrivateKey())
        let subject = try DistinguishedName.make(commonName: name, organizations: [])
        let certificate = try CertificateAuthority.signed(
            subject: subject, issuer: subject, publicKey: key.publicKey, by: key, lifetime, surroundings
        ) {
            [
                try Certificate.Extension(BasicConstraints.isCertificateAuthority(maxPathLength: 0), critical: true),
                try Certificate.Extension(KeyUsage(keyCertSign: true, cRLSign: true), critical: true),
                try Certificate.Extension(SubjectKeyIdentifier(hash: key.publicKey), critical: false),
            ]
        }
        return CertificateAuthority(credential: try Credential(certificate, key), key: key)
    }

    /// - Throws: `PKIError` when the credential is no authority's.
    init(_ credential: Credential, place: String) throws(PKIError) {
        guard case .isCertificateAuthority? = try? credential.certificate.extensions.basicConstraints,
            let key = try? Certificate.PrivateKey(pemEncoded: credential.keyPEM)
        else { throw PKIError("\(place): the certificate is no authority's; restore it, or remove the directory") }
        self.init(credential: credential, key: key)
    }

    private init(credential: Credential, key: Certificate.PrivateKey) {
        self.credential = credential
        self.key = key
    }

    /// Signs a certificate for a new key. It never outlives the authority.
    public func issue(
        _ profile: CertificateProfile, validFor lifetime: Duration, _ surroundings: Surroundings
    ) throws(PKIError) -> Credential {
        let leaf = Certificate.PrivateKey(P256.Signing.PrivateKey())
        let usage = try profile.extensions()
        let left = credential.notAfter - surroundings.time.now
        let issued = try CertificateAuthority.signed(
            subject: try profile.subject(), issuer: certificate.subject, publicKey: leaf.publicKey, by: key,
            min(lifetime, left), surroundings
        ) {
            [
                try Certificate.Extension(BasicConstraints.notCertificateAuthority, critical: true),
                try Certificate.Extension(KeyUsage(digitalSignature: true), critical: true),
                try Certificate.Extension(SubjectKeyIdentifier(hash: leaf.publicKey), critical: false),
                try Certificate.Extension(
                    AuthorityKeyIdentifier(keyIdentifier: SubjectKeyIdentifier(hash: key.publicKey).keyIdentifier),
                    critical: false),
            ] + usage
        }
        return try Credential(issued, leaf)
    }

    /// Whether a certificate carries this authority's signature.
    func hasIssued(_ credential: Credential) -> Bool {
        credential.certificate.issuer == certificate.subject
            && certificate.publicKey.isValidSignature(credential.certificate.signature, for: credential.certificate)
    }

    private static func signed(
        subject: DistinguishedName, issuer: DistinguishedName, publicKey: Certificate.PublicKey,
        by key: Certificate.PrivateKey, _ lifetime: Duration, _ surroundings: Surroundings,
        extensions: () throws -> [Certificate.Extension]
    ) throws(PKIError) -> Certificate {
        let now = surroundings.time.now
        do {
            return try Certificate(
                version: .v3, serialNumber: serialNumber(surroundings.randomness), publicKey: publicKey,
                notValidBefore: (now - clockTolerance).date, notValidAfter: (now + lifetime).date, issuer: issuer,
                subject: subject, signatureAlgorithm: .ecdsaWithSHA256,
                extensions: try Certificate.Extensions(try extensions()), issuerPrivateKey: key)
        } catch {
            throw PKIError("the certificate of \(subject) cannot be made: \(error)")
        }
    }

    /// 16 random bytes: positive, and without a leading zero (RFC 5280, 4.1.2.2).
    private static func serialNumber(_ randomness: any Randomness) -> Certificate.SerialNumber {
        var bytes = (0..<2).flatMap { _ in withUnsafeBytes(of: randomness.next().bigEndian) { Array($0) } }
        bytes[0] = bytes[0] & 0x3F | 0x40
        return Certificate.SerialNumber(bytes: bytes)
    }
}
