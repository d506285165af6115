import InfraAPI
import JSON

/// How a write changes `metadata.managedFields`.
enum WriteTracking: Sendable {
    /// A create, update or patch by a manager. `proposed` is what the request says of managedFields: nil when nothing.
    case update(FieldOwnership, proposed: [JSONValue]?)
    /// An apply: worked out with the merge.
    case decided(FieldManagers)

    /// The entries to store with `object`.
    func entries(from live: JSONValue?, to object: JSONValue) throws(APIStatus) -> [JSONValue]? {
        switch self {
        case .decided(let managers): return managers.json
        case .update(let ownership, let proposed):
            let stored = live?.managedFields
            let replaced = proposed.flatMap { WriteTracking.replacement(for: stored, $0) }
            let base = stored ?? []
            // An object that exists without managers stays so: somebody removed them, or it is older than they are.
            if live != nil, replaced?.isEmpty ?? base.isEmpty { return replaced?.json ?? stored }
            do throws(FieldSetError) {
                let comparison = try Comparison(from: live ?? .object(JSONObject()), to: object, ownership.shape)
                if comparison.isSame { return replaced?.json ?? stored }
                let managers = replaced ?? FieldManagers(json: base, isOurs: true) ?? FieldManagers()
                return ownership.updated(managers, by: comparison).json
            } catch {
                // Ownership is a help to people; an object that it cannot describe is still valid.
                return stored
            }
        }
    }

    /// The managers that a request itself puts in place; nil when it leaves what is stored. An empty list, or a list of
    /// one empty entry, removes them; what cannot be read does not count.
    private static func replacement(for stored: [JSONValue]?, _ proposed: [JSONValue]) -> FieldManagers? {
        if proposed.isEmpty || proposed == [.object(JSONObject())] { return FieldManagers() }
        return proposed == stored ? nil : FieldManagers(json: proposed, isOurs: false)
    }
}

extension JSONValue {
    /// Whether the managers own the same fields, whatever the times at which they took them.
    ///
    /// A merge may take away what defaults put back, as when an empty record is applied to one that defaults fill; a
    /// new time alone is no change then (Kubernetes' `IgnoreManagedFieldsTimestampsTransformer`).
    func hasSameManagers(as other: JSONValue) -> Bool {
        func entries(_ object: JSONValue) -> [JSONValue] {
            (object.managedFields ?? []).map { entry in
                var entry = entry
                entry["time"] = nil
                return entry
            }
        }
        let (mine, theirs) = (entries(self), entries(other))
        // Their order depends on the times.
        return mine.count == theirs.count && Set(mine) == Set(theirs)
    }
}

extension LocalResourceClient {
    /// The longest name of a field manager (Kubernetes' limit).
    static let maximumManagerName = 128

    /// Throws status 422 for a manager's name that Kubernetes refuses.
    func checkManager(_ options: WriteOptions) throws(APIStatus) {
        guard let name = options.fieldManager else { return }
        guard name.utf8.count <= LocalResourceClient.maximumManagerName,
            name.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F })
        else {
            throw APIStatus(
                code: 422, reason: .invalid,
                message: "fieldManager: Invalid value: \"\(name)\": must be at most "
                    + "\(LocalResourceClient.maximumManagerName) printable bytes")
        }
    }

    func ownership(
        _ served: ServedType, _ operation: FieldManager.Operation, _ subresource: Subresource?, _ options: WriteOptions
    ) -> FieldOwnership {
        let name = options.fieldManager.flatMap { $0.isEmpty ? nil : $0 } ?? "unknown"
        let manager = FieldManager.Identity(
            name: name, operation: operation, apiVersion: served.type.apiVersion,
            subresource: subresource?.rawValue ?? "")
        return FieldOwnership(manager: manager, shape: served.shape(subresource), time: now)
    }
}
