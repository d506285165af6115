import ControllerRuntime
import InfraAPI
import JSON
import Logging
import ResourceAPI

/// Empties a namespace that is being deleted, and lets it go once nothing is left. Volumes hold it (law L3).
struct NamespaceReconciler: Sendable {
    let client: any ResourceClient
    let caches: ResourceCaches
    let now: @Sendable () -> Condition

    func reconcile(_ key: NamespacedName, _ logger: Logger) async -> ReconcileOutcome {
        guard var namespace = caches.namespaces.get(key), namespace.isBeingDeleted else { return .done }
        do throws(APIStatus) {
            if namespace.status.phase != NamespaceLifecycle.terminating {
                namespace.status.phase = NamespaceLifecycle.terminating
                namespace = try await client.updateStatus(namespace)
                caches.namespaces.absorb(written: namespace)
            }
            let held = try await empty(key.name)
            guard held.isEmpty else {
                var condition = now()
                condition.message = "still there: " + held.prefix(20).joined(separator: ", ")
                namespace.status.conditions.set(condition)
                if namespace.status != caches.namespaces.get(key)?.status {
                    caches.namespaces.absorb(written: try await client.updateStatus(namespace))
                }
                return .requeue(after: .seconds(1))
            }
            namespace.metadata.finalizers.removeAll { $0 == NamespaceLifecycle.finalizer }
            caches.namespaces.absorb(written: try await client.update(namespace))
            return .done
        } catch {
            return error.isConflict || error.isNotFound ? .requeue(after: .milliseconds(100)) : .failed(error)
        }
    }

    /// Deletes what can be, and names what is left.
    private func empty(_ namespace: String) async throws(APIStatus) -> [String] {
        var held: [String] = []
        var hasVolumes = false
        for type in ResourceTypes.all where type.namespaced {
            let list = try await client.list(type, in: namespace, ListOptions())
            if type == Volume.resourceType { hasVolumes = !list.items.isEmpty }
            // The record of an override stays as long as what it was about.
            // Copies are data as volumes are.
            let isKept =
                type == Volume.resourceType || type == SlotSnapshot.resourceType
                || (type == VolumeForceDetach.resourceType && hasVolumes)
            for item in list.items {
                let name = item["metadata"]?["name"]?.stringValue ?? ""
                if type != Event.resourceType { held.append("\(type.singular)/\(name)") }
                guard !isKept, item["metadata"]?["deletionTimestamp"] == nil else { continue }
                do throws(APIStatus) {
                    _ = try await client.delete(
                        ObjectReference(type, namespace: namespace, name: name), DeleteOptions())
                } catch  where error.isNotFound {
                    continue
                }
            }
        }
        return held
    }
}
