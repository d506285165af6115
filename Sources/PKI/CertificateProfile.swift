import SwiftASN1
import X509

/// What a certificate is for: decides its subject, its names and its extended key usage.
public enum CertificateProfile: Sendable, Hashable {
    /// A server reached under these names: DNS names, IPv4 and IPv6 addresses.
    case server(names: [String])
    /// A client: the common name is the user, each organisation a group (Kubernetes' x509 authentication).
    case client(user: String, groups: [String])
}

extension CertificateProfile {
    /// - Throws: `PKIError` for names that no certificate can carry.
    func subject() throws(PKIError) -> DistinguishedName {
        switch self {
        case .server: return try .make(commonName: "imm-server", organizations: [])
        case .client(let user, let groups): return try .make(commonName: user, organizations: groups)
        }
    }

    /// - Throws: `PKIError` for names that no certificate can carry.
    func extensions() throws(PKIError) -> [Certificate.Extension] {
        do {
            switch self {
            case .server(let names):
                return [
                    try Certificate.Extension(ExtendedKeyUsage([.serverAuth]), critical: false),
                    try Certificate.Extension(
                        SubjectAlternativeNames(names.map(GeneralName.init(hostOrAddress:))), critical: false),
                ]
            case .client: return [try Certificate.Extension(ExtendedKeyUsage([.clientAuth]), critical: false)]
            }
        } catch {
            throw PKIError("a certificate for \(self) cannot be made: \(error)")
        }
    }
}

extension DistinguishedName {
    static func make(commonName: String, organizations: [String]) throws(PKIError) -> DistinguishedName {
        // RFC 5280, appendix A.1: ub-common-name and ub-organization-name.
        for name in [commonName] + organizations where name.isEmpty || name.unicodeScalars.count > 64 {
            throw PKIError("the name \"\(name)\" cannot stand in a certificate: it must have 1 to 64 characters")
        }
        let attributes =
            organizations.map {
                RelativeDistinguishedName.Attribute(
                    type: .RDNAttributeType.organizationName, value: .init(utf8String: $0))
            } + [
                RelativeDistinguishedName.Attribute(
                    type: .RDNAttributeType.commonName, value: .init(utf8String: commonName))
            ]
        return DistinguishedName(attributes.map { RelativeDistinguishedName($0) })
    }

    /// The values of one attribute, in their order; those that are no strings are left out.
    func values(of type: ASN1ObjectIdentifier) -> [String] {
        flatMap { $0 }.filter { $0.type == type }.compactMap { String($0.value) }
    }
}
