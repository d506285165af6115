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
            let base = WriteTracking.base(stored: stored, proposed: proposed)
            do throws(FieldSetError) {
                let updated = try ownership.updated(base, from: live, to: object)
                return updated == base && proposed == nil ? stored : updated.json
            } catch {
                // Ownership is a help to people; an object that it cannot describe is still valid.
                return stored
            }
        }
    }

    /// Whose ownership a request starts from: what it says itself, if that can be read; an empty list, or a list of
    /// one empty entry, resets.
    private static func base(stored: [JSONValue]?, proposed: [JSONValue]?) -> FieldManagers {
        if let proposed, proposed.isEmpty || proposed == [.object(JSONObject())] { return FieldManagers() }
        if let proposed, proposed != stored, let managers = FieldManagers(json: proposed) { return managers }
        return stored.flatMap(FieldManagers.init(json:)) ?? FieldManagers()
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
