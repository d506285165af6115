public import Ambient
import SwiftASN1
// The clock is passed in: the library checks the signature and the rest, and we the time.
@_spi(DisableValidityCheck) import X509

/// Who a client certificate says its holder is.
public struct CertifiedClient: Sendable, Hashable {
    /// The certificate's serial number, in hexadecimal digits.
    public let serial: String
    /// The common name.
    public let user: String
    /// The organisations, in their order.
    public let groups: [String]
    public let notBefore: Timestamp
    public let notAfter: Timestamp

    /// - Throws: `PKIError` when the certificate is not valid at `now`; certificates end while connections last.
    public func check(at now: Timestamp) throws(PKIError) {
        if now > notAfter {
            throw PKIError("the client certificate of \"\(user)\" has expired at \(notAfter.rfc3339Seconds)")
        }
        if now < notBefore {
            throw PKIError("the client certificate of \"\(user)\" is not valid before \(notBefore.rfc3339Seconds)")
        }
    }
}

extension CertificateAuthority {
    private static let maximumCertificateBytes = 16 << 10

    /// The identity in a certificate that this authority has signed for a client.
    ///
    /// That the client has the certificate's key was proved by its TLS handshake. The validity in time is `check`'s.
    ///
    /// - Parameter der: the leaf; our authority signs leaves directly.
    /// - Throws: `PKIError` with the reason when it is not to be trusted.
    public func client(der: [UInt8]) async throws(PKIError) -> CertifiedClient {
        guard der.count <= CertificateAuthority.maximumCertificateBytes,
            let leaf = try? Certificate(derEncoded: der)
        else { throw PKIError("the client certificate cannot be read") }
        var verifier = Verifier(rootCertificates: CertificateStore([certificate])) {
            RFC5280Policy.withValidityCheckDisabled()
        }
        guard case .validCertificate = await verifier.validate(leaf: leaf, intermediates: CertificateStore([])) else {
            throw PKIError("the client certificate was not signed by this server's authority")
        }
        guard let usage = try? leaf.extensions.extendedKeyUsage, usage.contains(.clientAuth) else {
            throw PKIError("the certificate is not one for clients (extended key usage clientAuth)")
        }
        let names = leaf.subject.values(of: .RDNAttributeType.commonName)
        guard names.count == 1, let user = names.first, !user.isEmpty else {
            throw PKIError("the client certificate must have one common name, which is the user")
        }
        return CertifiedClient(
            serial: leaf.serialNumber.hexadecimal, user: user,
            groups: leaf.subject.values(of: .RDNAttributeType.organizationName),
            notBefore: Timestamp(leaf.notValidBefore), notAfter: Timestamp(leaf.notValidAfter))
    }
}
