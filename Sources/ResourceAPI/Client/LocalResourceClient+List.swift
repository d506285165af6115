public import InfraAPI
import JSON
public import ObjectStore

/// A page of stored objects, for those who send their bytes on.
public struct StoredList: Sendable {
    public let objects: [StoredObject]
    public let version: StoreVersion
    public let continuation: String?
    public let remainingItemCount: Int?
}

extension LocalResourceClient {
    public func list(
        _ type: ResourceType, in namespace: String?, _ options: ListOptions
    ) async throws(APIStatus) -> ObjectList {
        let page = try await storedList(type, in: namespace, options)
        return ObjectList(
            items: page.objects.map(\.body), resourceVersion: page.version.description,
            continuation: page.continuation, remainingItemCount: page.remainingItemCount)
    }

    /// As `list`, without turning the objects into trees where no selector looks at them.
    public func storedList(
        _ type: ResourceType, in namespace: String?, _ options: ListOptions
    ) async throws(APIStatus) -> StoredList {
        let served = try types.find(type)
        let selection = try Selection(type, labels: options.labelSelector, fields: options.fieldSelector)
        let namespace = selection.namespace(within: namespace, of: type)
        if let name = selection.name, namespace != nil || !type.namespaced, options.continuation == nil,
            options.exactVersion == nil
        {
            return try await single(served.key(namespace ?? "", name), selection)
        }
        let limit = options.limit.flatMap { $0 > 0 ? $0 : nil }
        let scope = StoreScope(resource: served.resource, namespace: namespace)
        var next: StoreContinuation? = nil
        if let token = options.continuation, !token.isEmpty {
            next = try ListToken.decode(token, resource: served.resource)
        }
        if let text = options.exactVersion {
            guard let version = StoreVersion(text) else {
                throw .badRequest(
                    "invalid resourceVersion \"\(text)\": it must be a decimal number from an earlier answer")
            }
            // From before the first key of the snapshot.
            next = StoreContinuation(
                version: version, after: ObjectKey(resource: served.resource, namespace: "", name: ""))
        }
        return try await pages(scope, selection, limit, from: next)
    }

    /// Reads pages of the store until `limit` objects of the selection are found.
    private func pages(
        _ scope: StoreScope, _ selection: Selection, _ limit: Int?, from start: StoreContinuation?
    ) async throws(APIStatus) -> StoredList {
        var found: [StoredObject] = []
        var next = start
        while true {
            let page = try await page(scope, limit, next)
            next = page.continuation
            if selection.isEverything {
                return StoredList(
                    objects: page.objects, version: page.version, continuation: next.map(ListToken.encode),
                    remainingItemCount: next == nil ? nil : page.remaining)
            }
            for (index, object) in page.objects.enumerated() where selection.contains(object.body) {
                found.append(object)
                guard found.count == limit else { continue }
                let isLast = index == page.objects.count - 1 && next == nil
                let rest = isLast ? nil : StoreContinuation(version: page.version, after: object.key)
                return StoredList(
                    objects: found, version: page.version, continuation: rest.map(ListToken.encode),
                    remainingItemCount: nil)
            }
            if next == nil {
                return StoredList(objects: found, version: page.version, continuation: nil, remainingItemCount: nil)
            }
        }
    }

    private func page(
        _ scope: StoreScope, _ limit: Int?, _ continuation: StoreContinuation?
    ) async throws(APIStatus) -> StorePage {
        do throws(StoreError) {
            return try await store.list(scope, limit: limit, continuation: continuation)
        } catch {
            guard case .compacted = error.code else { throw APIStatus(error) }
            guard let continuation, !continuation.after.name.isEmpty else { throw APIStatus(error) }
            throw APIStatus(
                code: 410, reason: .expired,
                message: "The provided continue parameter is too old to display a consistent list result. "
                    + "You must start a new list without the continue parameter.")
        }
    }

    /// A list by name is a read of one object. The version is taken first, so that a watch from it misses nothing.
    private func single(_ key: ObjectKey, _ selection: Selection) async throws(APIStatus) -> StoredList {
        let version = try await currentVersion()
        let object = try await find(key)
        let objects = object.map { selection.contains($0.body) ? [$0] : [] } ?? []
        return StoredList(
            objects: objects, version: max(version, object?.version ?? version), continuation: nil,
            remainingItemCount: nil)
    }

    func currentVersion() async throws(APIStatus) -> StoreVersion {
        do throws(StoreError) {
            return try await store.currentVersion()
        } catch { throw APIStatus(error) }
    }
}
