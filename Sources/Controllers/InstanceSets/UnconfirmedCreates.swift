import Ambient
import ControllerRuntime
import InfraAPI
import ResourceAPI

/// Instances whose create got no answer: nobody knows whether they are recorded. They are read before their set is planned
/// again, or a newer revision would make a second one beside an instance that no cache has heard of yet.
///
/// Losing it loses nothing: a process that starts lists everything.
final class UnconfirmedCreates: Sendable {
    private let names = Guarded<[NamespacedName: Set<NamespacedName>]>([:])

    func note(_ name: NamespacedName, of set: NamespacedName) {
        _ = names.withLock { $0[set, default: []].insert(name) }
    }

    func forget(_ set: NamespacedName) { names.withLock { $0[set] = nil } }

    /// Reads those of a set, and takes what is there into the cache.
    ///
    /// - Throws: what the server answered; the rest stays unconfirmed.
    func confirm(
        of set: NamespacedName, in cache: ResourceCache<Instance>, from client: any ResourceClient
    ) async throws(APIStatus) {
        for name in (names.withLock { $0[set] } ?? []).sorted() {
            try await cache.refresh(name, from: client)
            names.withLock { names in
                names[set]?.remove(name)
                if names[set]?.isEmpty == true { names[set] = nil }
            }
        }
    }
}

extension APIStatus {
    /// Whether a write that failed with this may have taken effect: no answer, or one that is none.
    var leavesOutcomeOpen: Bool { code == 0 || code >= 500 }
}
