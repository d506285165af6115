import InfraAPI
import JSON
import ResourceAPI

/// Reads Instances as Pods, and no Services. What would write is refused before it comes here.
struct PodsViewClient: ResourceClient {
    let stored: any ResourceClient
    let translation: PodTranslation
    /// Whether tables are made of the objects.
    let isPrinted: Bool

    func get(_ reference: ObjectReference) async throws(APIStatus) -> JSONValue {
        guard reference.type == ViewedKinds.pod else { throw .notFound(reference.type, reference.name) }
        let instance: JSONValue
        do throws(APIStatus) {
            instance = try await stored.get(
                ObjectReference(Instance.resourceType, namespace: reference.namespace, name: reference.name))
        } catch {
            throw error.isNotFound && error.kind == Instance.resourceType.plural
                ? .notFound(reference.type, reference.name) : error
        }
        return try await translation.pod(of: instance, isPrinted: isPrinted)
    }

    func list(
        _ type: ResourceType, in namespace: String?, _ options: ListOptions
    ) async throws(APIStatus) -> ObjectList {
        let selector = PodFieldSelector(options.fieldSelector)
        var options = options
        options.fieldSelector = selector.stored
        if type != ViewedKinds.pod {
            var list = try await stored.list(Instance.resourceType, in: namespace, ListOptions(limit: 1))
            (list.items, list.continuation, list.remainingItemCount) = ([], nil, nil)
            return list
        }
        var list = try await stored.list(Instance.resourceType, in: namespace, options)
        var pods: [JSONValue] = []
        for instance in list.items {
            let pod = try await translation.pod(of: instance, isPrinted: isPrinted)
            if selector.matches(pod) { pods.append(pod) }
        }
        list.items = pods
        return list
    }

    func watch(
        _ type: ResourceType, in namespace: String?, _ options: WatchOptions
    ) async throws(APIStatus) -> ResourceWatch {
        let selector = PodFieldSelector(options.fieldSelector)
        var options = options
        options.fieldSelector = selector.stored
        let watch = try await stored.watch(Instance.resourceType, in: namespace, options)
        return ResourceWatch(
            next: { () async throws(APIStatus) -> [WatchEvent]? in
                while let events = try await watch.next() {
                    var shown: [WatchEvent] = []
                    for event in events {
                        if let event = try await self.event(event, of: type, selector) { shown.append(event) }
                    }
                    if !shown.isEmpty { return shown }
                }
                return nil
            },
            cancel: { watch.cancel() })
    }

    /// nil: an event that does not show.
    private func event(
        _ event: WatchEvent, of type: ResourceType, _ selector: PodFieldSelector
    ) async throws(APIStatus) -> WatchEvent? {
        if case .bookmark = event { return event }
        guard type == ViewedKinds.pod else { return nil }
        switch event {
        case .bookmark: return event
        case .added(let instance):
            let pod = try await translation.pod(of: instance, isPrinted: isPrinted)
            return selector.matches(pod) ? .added(pod) : nil
        case .modified(let instance):
            let pod = try await translation.pod(of: instance, isPrinted: isPrinted)
            // A Pod that was not seen before is taken as new by every client, and an unknown one's end as nothing.
            return selector.matches(pod) ? .modified(pod) : .deleted(pod)
        case .deleted(let instance): return .deleted(try await translation.pod(of: instance, isPrinted: isPrinted))
        }
    }

    // MARK: writing

    func create(_ object: JSONValue, _ options: WriteOptions) async throws(APIStatus) -> JSONValue {
        throw PodsViewClient.readOnly
    }

    func update(
        _ object: JSONValue, _ subresource: Subresource?, _ options: WriteOptions
    ) async throws(APIStatus) -> JSONValue { throw PodsViewClient.readOnly }

    func apply(_ object: JSONValue, _ options: WriteOptions) async throws(APIStatus) -> JSONValue {
        throw PodsViewClient.readOnly
    }

    func mergePatch(
        _ reference: ObjectReference, _ patch: JSONValue, _ subresource: Subresource?, _ options: WriteOptions
    ) async throws(APIStatus) -> JSONValue { throw PodsViewClient.readOnly }

    func delete(_ reference: ObjectReference, _ options: DeleteOptions) async throws(APIStatus) -> JSONValue {
        throw PodsViewClient.readOnly
    }

    private static let readOnly = APIStatus(
        code: 405, reason: .methodNotAllowed, message: "the view of Instances as Pods cannot be written")
}
