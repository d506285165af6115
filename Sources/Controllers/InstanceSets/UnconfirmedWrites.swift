import Ambient
import ControllerRuntime
import InfraAPI
import ResourceAPI

/// Writes that got no answer: nobody knows whether they took effect. Their objects are read before their owner is planned again; on a
/// cache that has not heard of them, a second instance would be made beside one that is recorded, or one taken away that the
/// budget has no room for since another was told to go.
///
/// Losing it loses nothing: a process that starts lists everything.
final class UnconfirmedWrites: Sendable {
    private struct Read: Sendable {
        let body: @Sendable (any ResourceClient) async throws(APIStatus) -> Void
    }

    /// By owner, and by kind and name of the object.
    private let reads = Guarded<[NamespacedName: [String: Read]]>([:])

    /// Remembers a write that failed, if it may have taken effect all the same.
    func note<Object: APIObject>(
        _ error: APIStatus, of object: Object, in cache: ResourceCache<Object>, owner: NamespacedName
    ) {
        guard error.leavesOutcomeOpen else { return }
        let name = NamespacedName(object)
        let read = Read { client throws(APIStatus) in try await cache.refresh(name, from: client) }
        reads.withLock { $0[owner, default: [:]]["\(Object.resourceType.kind) \(name)"] = read }
    }

    func forget(_ owner: NamespacedName) { reads.withLock { $0[owner] = nil } }

    /// Reads the objects of an owner's writes, and takes what is there into the caches.
    ///
    /// - Throws: what the server answered; the rest stays unconfirmed.
    func confirm(of owner: NamespacedName, from client: any ResourceClient) async throws(APIStatus) {
        let waiting = reads.withLock { $0[owner] } ?? [:]
        for object in waiting.keys.sorted() {
            try await waiting[object]?.body(client)
            reads.withLock { reads in
                reads[owner]?[object] = nil
                if reads[owner]?.isEmpty == true { reads[owner] = nil }
            }
        }
    }
}

extension APIStatus {
    /// Whether a write that failed with this may have taken effect: no answer, or one that is none.
    var leavesOutcomeOpen: Bool { code == 0 || code >= 500 }
}
