import Ambient
import NIOCore
import NIOSSL
import NIOTLS
import PKI

/// The client certificates of the open connections, noted at the end of each handshake.
///
/// The handshake proves that the client has the key, and takes any certificate: whether it is to be believed is said
/// to the request, as 401 with its reason, where a failed handshake could say nothing to a person.
final class PeerCertificates: Sendable {
    typealias Verdict = Result<CertifiedClient, PKIError>

    private enum Entry {
        case shown(der: [UInt8])
        case judged(Verdict)
    }

    private let authority: CertificateAuthority
    private let entries = Guarded<[ObjectIdentifier: Entry]>([:])

    init(_ authority: CertificateAuthority) { self.authority = authority }

    /// Whose certificate the client of a connection has shown: verified once, at the first request; nil when it showed
    /// none. The validity in time is the caller's to check, at each request.
    func client(of channel: any Channel) async -> Verdict? {
        let id = ObjectIdentifier(channel)
        let der: [UInt8]
        switch entries.withLock({ $0[id] }) {
        case nil: return nil
        case .judged(let verdict)?: return verdict
        case .shown(let bytes)?: der = bytes
        }
        let verdict: Verdict
        do throws(PKIError) {
            verdict = .success(try await authority.client(der: der))
        } catch {
            verdict = .failure(error)
        }
        // The connection may be gone meanwhile. Its certificate is needed no more.
        entries.withLock { if $0[id] != nil { $0[id] = .judged(verdict) } }
        return verdict
    }

    fileprivate func note(_ der: [UInt8]?, of channel: any Channel) {
        entries.withLock { $0[ObjectIdentifier(channel)] = der.map { .shown(der: $0) } }
    }
}

/// Stands after the TLS handler, and tells `PeerCertificates` what it learns.
final class PeerCertificateHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let table: PeerCertificates

    init(_ table: PeerCertificates) { self.table = table }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case TLSUserEvent.handshakeCompleted? = event as? TLSUserEvent,
            let tls = try? context.pipeline.syncOperations.handler(type: NIOSSLServerHandler.self)
        {
            table.note(tls.peerCertificate.flatMap { try? $0.toDERBytes() }, of: context.channel)
        }
        context.fireUserInboundEventTriggered(event)
    }

    func handlerRemoved(context: ChannelHandlerContext) { table.note(nil, of: context.channel) }
}
