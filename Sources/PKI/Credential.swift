public import Ambient
import Crypto
import FoundationEssentials
import SwiftASN1
import X509

/// A certificate with its private key, both as PEM.
public struct Credential: Sendable, Hashable {
    public let certificatePEM: String
    /// SEC 1 or PKCS #8. Secret.
    public let keyPEM: String
    let certificate: Certificate

    /// The serial number, in hexadecimal digits.
    public var serial: String { certificate.serialNumber.hexadecimal }
    public var notBefore: Timestamp { Timestamp(certificate.notValidBefore) }
    public var notAfter: Timestamp { Timestamp(certificate.notValidAfter) }

    /// The DNS names and addresses of a server.
    var names: Set<GeneralName> {
        Set((try? certificate.extensions.subjectAlternativeNames) ?? SubjectAlternativeNames())
    }

    init(_ certificate: Certificate, _ key: Certificate.PrivateKey) throws(PKIError) {
        do {
            certificatePEM = try certificate.serializeAsPEM().pemString + "\n"
            keyPEM = try key.serializeAsPEM().pemString + "\n"
        } catch {
            throw PKIError("a certificate cannot be written as PEM: \(error)")
        }
        self.certificate = certificate
    }

    /// - Parameter place: for errors.
    /// - Throws: `PKIError` when the texts are no certificate and key, or do not belong together.
    init(certificatePEM: String, keyPEM: String, place: String) throws(PKIError) {
        let certificate: Certificate
        let key: Certificate.PrivateKey
        do {
            certificate = try Certificate(pemEncoded: certificatePEM)
            key = try Certificate.PrivateKey(pemEncoded: keyPEM)
        } catch {
            throw PKIError("\(place): this is no PEM certificate and key (\(error)); restore it, or remove both files")
        }
        guard key.publicKey == certificate.publicKey else {
            throw PKIError("\(place): the key is not the certificate's; restore them, or remove both files")
        }
        self.certificatePEM = certificatePEM
        self.keyPEM = keyPEM
        self.certificate = certificate
    }
}

extension Certificate.SerialNumber {
    var hexadecimal: String {
        bytes.map { byte in
            let digits = String(byte, radix: 16)
            return digits.utf8.count == 1 ? "0" + digits : digits
        }.joined()
    }
}

extension Timestamp {
    init(_ date: Date) { self.init(microsecondsSinceEpoch: Int64(date.timeIntervalSince1970 * 1_000_000)) }

    var date: Date { Date(timeIntervalSince1970: Double(microsecondsSinceEpoch) / 1_000_000) }
}
