import APIServer
import ObjectStore
import ResourceAPI

/// The records of client certificates in the store.
struct StoredCertificates: CertificateStore {
    private let records: InternalRecords

    init(store: any VersionedStore) {
        records = InternalRecords(store: store, resource: "internal.imm.dev/certificates")
    }

    func certificate(serial: String) async throws(APIStatus) -> CertificateRecord? {
        try await records.find(serial).flatMap { CertificateRecord(json: $0.body) }
    }

    func certificates() async throws(APIStatus) -> [CertificateRecord] {
        try await records.all().compactMap { CertificateRecord(json: $0) }
    }

    func put(_ record: CertificateRecord) async throws(APIStatus) {
        _ = try await records.put(record.serial, record.json, if: StoreMutation.Precondition.none)
    }

    func remove(serial: String) async throws(APIStatus) { _ = try await records.remove(serial) }
}
