import SwiftASN1
import X509

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

extension GeneralName {
    /// An `iPAddress` where the text is an IPv4 or IPv6 address, else a `dNSName`.
    init(hostOrAddress text: String) {
        if let bytes = networkAddress(text) {
            self = .ipAddress(ASN1OctetString(contentBytes: bytes[...]))
        } else {
            self = .dnsName(text)
        }
    }
}

/// The 4 or 16 bytes of an address in network order; nil when the text is none.
private func networkAddress(_ text: String) -> [UInt8]? {
    for (family, length) in [(AF_INET, 4), (AF_INET6, 16)] {
        var bytes = [UInt8](repeating: 0, count: length)
        if inet_pton(family, text, &bytes) == 1 { return bytes }
    }
    return nil
}
