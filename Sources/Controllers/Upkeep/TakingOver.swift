import Ambient
import ControllerRuntime
import InfraAPI
import JSON
import Logging
import ResourceAPI

/// What a new leader does first on a server that compares no terms (Kubernetes): it writes each record anew of which something is
/// under way. Whoever led before, and goes on unaware, planned on versions that are no longer stored: its next write to such a
/// record is refused. What it has begun at a provider is fenced there, as everywhere (names, ids, receipts; `InstanceEffect`).
struct TakingOver: Sendable {
    /// Says which term a record was taken over in; nothing is decided on it.
    static let annotation = "imm.dev/taken-over-in"

    let client: any ResourceClient
    let caches: ResourceCaches
    let surroundings: Surroundings
    let logger: Logger

    /// Returns false when the task was cancelled before all was written.
    func run(_ term: LeaderTerm) async -> Bool {
        let mark = "\(term.number) \(term.holder)"
        var backoff = Backoff(Backoff.Policy(initial: .milliseconds(200), maximum: .seconds(10)))
        var count = 0
        while !Task.isCancelled {
            do throws(APIStatus) {
                count += try await write(caches.instances, mark) { TakingOver.isUnderWay($0) }
                count += try await write(caches.volumes, mark) { isUnderWay($0) }
                count += try await write(caches.snapshots, mark) { $0.status.takenAt == nil }
                count += try await write(caches.sets, mark) { isUnderWay($0) }
                logger.notice("took over", metadata: ["term": "\(term.number)", "records": "\(count)"])
                return true
            } catch {
                logger.warning("what is under way cannot be taken over yet", metadata: ["error": "\(error)"])
            }
            try? await surroundings.time.sleep(for: backoff.next(surroundings.randomness))
        }
        return false
    }

    /// Returns how many were written.
    private func write<Object: APIObject>(
        _ cache: ResourceCache<Object>, _ mark: String, _ isUnderWay: (Object) -> Bool
    ) async throws(APIStatus) -> Int {
        var count = 0
        for object in cache.list() where isUnderWay(object) {
            let key = NamespacedName(object)
            while let known = cache.get(key), isUnderWay(known),
                known.metadata.annotations[TakingOver.annotation] != mark
            {
                do throws(APIStatus) {
                    guard try await write(key, cache, mark, isUnderWay) else { break }
                    count += 1
                } catch {
                    // Another write came first: the record is looked at again.
                    guard error.isStale, !error.isTermOver else { throw error }
                    try await cache.refresh(key, from: client)
                }
            }
        }
        return count
    }

    /// As it is stored, with whatever in it we do not know. Returns false when nothing of it is under way any more.
    private func write<Object: APIObject>(
        _ key: NamespacedName, _ cache: ResourceCache<Object>, _ mark: String, _ isUnderWay: (Object) -> Bool
    ) async throws(APIStatus) -> Bool {
        let reference = ObjectReference(Object.resourceType, namespace: key.namespace, name: key.name)
        var stored = try await client.get(reference)
        let current: Object = try decode(stored)
        cache.absorb(written: current)
        guard isUnderWay(current) else { return false }
        stored[path: ["metadata", "annotations", TakingOver.annotation]] = .string(mark)
        cache.absorb(written: try decode(try await client.update(stored, nil, WriteOptions())))
        return true
    }

    private func decode<Object: APIObject>(_ json: JSONValue) throws(APIStatus) -> Object {
        do throws(FieldError) {
            return try Object(json: json)
        } catch {
            throw APIStatus(
                code: 500, reason: .internalError, message: "a \(Object.resourceType.kind) cannot be read: \(error)")
        }
    }

    /// It is to be launched, stopped or retired, or that was begun.
    private static func isUnderWay(_ instance: Instance) -> Bool {
        instance.status.step != nil || instance.isBeingDeleted
            || (instance.status.providerID == nil && instance.status.finishedAt == nil)
    }

    /// It is made, handed over, copied or deleted.
    private func isUnderWay(_ volume: Volume) -> Bool {
        let status = volume.status
        if volume.isBeingDeleted || status.copy != nil || !status.provisioned { return true }
        guard let attachment = status.attachment else { return status.boundSetUID != nil }
        let holder = caches.instances.list(index: ResourceCaches.byUID, value: attachment.instanceUID).first
        return holder.map(TakingOver.isUnderWay) ?? true
    }

    /// A slot of it is.
    private func isUnderWay(_ set: InstanceSet) -> Bool {
        let key = NamespacedName(set).description
        return set.isBeingDeleted
            || caches.instances.list(index: ResourceCaches.bySet, value: key).contains(where: TakingOver.isUnderWay)
            || caches.volumes.list(index: ResourceCaches.bySet, value: key).contains { isUnderWay($0) }
    }
}
