import Ambient
import InfraAPI
import JSON
import ResourceAPI

/// The Lease as one candidate reads and writes it. Every write is conditional on the version that was read.
struct LeaseRecord: Sendable {
    /// All processes write under one name, so that the record's managedFields do not grow with their number.
    private static let fieldManager = "immd"

    let client: any ResourceClient
    let key: NamespacedName
    let identity: String
    let duration: Duration
    let time: any TimeSource

    private var reference: ObjectReference {
        ObjectReference(Lease.resourceType, namespace: key.namespace, name: key.name)
    }

    private var options: WriteOptions { WriteOptions(fieldManager: LeaseRecord.fieldManager) }

    /// Begins a term of ours, if nobody has to be waited for; nil: somebody has.
    func take(_ seen: inout SeenLease) async throws(APIStatus) -> LeaderTerm? {
        guard let lease = try await read() else {
            var new = Lease()
            new.metadata.name = key.name
            new.metadata.namespace = key.namespace
            return try await taken(try await client.create(claimed(new, term: 1).json, options), &seen)
        }
        seen.note(lease, at: time.uptime)
        guard seen.isFree(for: identity, at: time.uptime) else { return nil }
        let claim = claimed(lease, term: (lease.spec.leaseTransitions ?? 0) + 1)
        return try await taken(try await client.update(claim.json, nil, options), &seen)
    }

    /// Returns false when the record does not say any more that this is the term.
    func renew(_ term: LeaderTerm) async throws(APIStatus) -> Bool {
        guard var lease = try await read(), says(lease, term) else { return false }
        lease.spec.renewTime = time.now
        _ = try await client.update(lease.json, nil, options)
        return true
    }

    func giveBack(_ term: LeaderTerm) async throws(APIStatus) {
        guard var lease = try await read(), says(lease, term) else { return }
        lease.spec.holderIdentity = ""
        _ = try await client.update(lease.json, nil, options)
    }

    private func says(_ lease: Lease, _ term: LeaderTerm) -> Bool {
        lease.spec.holderIdentity == term.holder && lease.spec.leaseTransitions == term.number
    }

    private func claimed(_ lease: Lease, term: Int) -> Lease {
        var lease = lease
        let now = time.now
        lease.spec.holderIdentity = identity
        lease.spec.leaseDurationSeconds = max(1, Int(duration.components.seconds))
        lease.spec.leaseTransitions = term
        lease.spec.acquireTime = now
        lease.spec.renewTime = now
        return lease
    }

    private func taken(_ written: JSONValue, _ seen: inout SeenLease) async throws(APIStatus) -> LeaderTerm {
        let lease = try decode(written)
        seen.note(lease, at: time.uptime)
        return LeaderTerm(
            namespace: key.namespace, name: key.name, holder: identity, number: lease.spec.leaseTransitions ?? 0)
    }

    private func read() async throws(APIStatus) -> Lease? {
        do throws(APIStatus) {
            return try decode(try await client.get(reference))
        } catch  where error.isNotFound {
            return nil
        }
    }

    private func decode(_ value: JSONValue) throws(APIStatus) -> Lease {
        do throws(FieldError) {
            return try Lease(json: value)
        } catch {
            throw APIStatus(code: 500, reason: .internalError, message: "the Lease \(key) cannot be read: \(error)")
        }
    }
}
