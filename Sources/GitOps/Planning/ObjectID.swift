import InfraAPI
import JSON
import ResourceAPI

/// Which object, whatever became of it: kind, namespace and name.
struct ObjectID: Sendable, Hashable, Comparable, CustomStringConvertible {
    let apiVersion: String
    let kind: String
    /// Empty for cluster-scoped kinds.
    let namespace: String
    let name: String

    init(_ type: ResourceType, namespace: String, name: String) {
        apiVersion = type.apiVersion
        kind = type.kind
        self.namespace = type.namespaced ? namespace : ""
        self.name = name
    }

    init(_ entry: InventoryEntry) {
        (apiVersion, kind, namespace, name) = (entry.apiVersion, entry.kind, entry.namespace, entry.name)
    }

    /// nil for a kind that is not served any more.
    var reference: ObjectReference? {
        ResourceTypes.find(apiVersion: apiVersion, kind: kind)
            .map { ObjectReference($0, namespace: namespace, name: name) }
    }

    func entry(uid: String) -> InventoryEntry {
        var entry = InventoryEntry()
        (entry.apiVersion, entry.kind, entry.namespace, entry.name) = (apiVersion, kind, namespace, name)
        entry.uid = uid
        return entry
    }

    static func < (left: ObjectID, right: ObjectID) -> Bool {
        (left.namespace, left.kind, left.name, left.apiVersion)
            < (right.namespace, right.kind, right.name, right.apiVersion)
    }

    /// `InstanceSet default/web`
    var description: String { namespace.isEmpty ? "\(kind) \(name)" : "\(kind) \(namespace)/\(name)" }
}

extension [ObjectID] {
    /// The first few, for a message.
    var listed: String { map(\.description).listed }
}

extension [String] {
    /// The first few, for a message.
    var listed: String {
        let shown = prefix(5).joined(separator: ", ")
        return count > 5 ? "\(shown) and \(count - 5) more" : shown
    }
}
