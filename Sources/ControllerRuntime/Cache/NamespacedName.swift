public import InfraAPI

/// The key of an object within its kind, as work queues and caches use it; `namespace` is empty for cluster-scoped kinds.
public struct NamespacedName: Sendable, Hashable, Comparable, CustomStringConvertible {
    public let namespace: String
    public let name: String

    public init(namespace: String = "", name: String) {
        self.namespace = namespace
        self.name = name
    }

    public init(_ object: some APIObject) {
        self.init(namespace: object.namespace, name: object.name)
    }

    public static func < (left: NamespacedName, right: NamespacedName) -> Bool {
        (left.namespace, left.name) < (right.namespace, right.name)
    }

    /// `namespace/name`, or the name alone.
    public var description: String { namespace.isEmpty ? name : "\(namespace)/\(name)" }
}
