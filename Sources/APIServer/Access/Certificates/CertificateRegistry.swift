public import Ambient
public import PKI
import ResourceAPI

/// Makes client certificates, and revokes them.
public struct CertificateRegistry: Sendable {
    static let maximumCount = 10_000
    static let longestLifetime = Duration.seconds(365 * 86_400)
    static let defaultLifetime = Duration.seconds(90 * 86_400)

    private let store: any CertificateStore
    let authority: CertificateAuthority
    private let surroundings: Surroundings

    public init(store: any CertificateStore, authority: CertificateAuthority, _ surroundings: Surroundings) {
        (self.store, self.authority, self.surroundings) = (store, authority, surroundings)
    }

    /// Whether a certificate that the authority has signed was revoked: asked at each request, as tokens are.
    ///
    /// - Throws: when the store cannot be read; the certificate is then not to be believed.
    func isRevoked(serial: String) async throws(APIStatus) -> Bool {
        try await store.certificate(serial: serial)?.revokedAt != nil
    }

    /// - Returns: the record, and the certificate with its key, which is kept nowhere.
    func issue(
        user: String, groups: [String], lifetime: Duration, by caller: Caller
    ) async throws(APIStatus) -> (CertificateRecord, Credential) {
        try await makeRoom()
        let credential: Credential
        do throws(PKIError) {
            credential = try authority.issue(.client(user: user, groups: groups), validFor: lifetime, surroundings)
        } catch {
            throw .badRequest(error.message)
        }
        let record = CertificateRecord(
            serial: credential.serial, user: user, groups: groups, createdAt: surroundings.time.now,
            createdBy: caller.name, expiresAt: credential.notAfter)
        try await store.put(record)
        return (record, credential)
    }

    func list() async throws(APIStatus) -> [CertificateRecord] { try await store.certificates() }

    /// Counts from the next request on, and for certificates too that were not made here.
    func revoke(serial: String, by caller: Caller) async throws(APIStatus) -> CertificateRecord {
        let known = try await store.certificate(serial: serial)
        if known == nil { try await makeRoom() }
        let now = surroundings.time.now
        var record =
            known
            ?? CertificateRecord(
                serial: serial, user: nil, groups: [], createdAt: now, createdBy: caller.name, expiresAt: nil)
        if record.revokedAt == nil { (record.revokedAt, record.revokedBy) = (now, caller.name) }
        try await store.put(record)
        return record
    }

    /// What has expired needs no record: its certificate is refused by its own end.
    private func makeRoom() async throws(APIStatus) {
        let now = surroundings.time.now
        var records = try await store.certificates()
        for record in records {
            guard let end = record.expiresAt, end < now else { continue }
            try await store.remove(serial: record.serial)
        }
        records.removeAll { record in record.expiresAt.map { $0 < now } ?? false }
        guard records.count < CertificateRegistry.maximumCount else {
            throw APIStatus(
                code: 403, reason: .forbidden,
                message:
                    "there are \(CertificateRegistry.maximumCount) certificates already: wait until some have expired")
        }
    }
}
