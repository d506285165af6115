import InfraAPI
import JSON

/// Which objects of a kind a list or a watch is about.
struct Selection: Sendable {
    let labels: LabelSelector
    let fields: FieldSelector?

    init(_ type: ResourceType, labels: String?, fields: String?) throws(APIStatus) {
        self.labels = try LabelSelector(parsing: labels ?? "")
        self.fields = if let fields, !fields.isEmpty { try FieldSelector(parsing: fields, for: type) } else { nil }
    }

    var isEverything: Bool { labels.isEmpty && fields == nil }

    func contains(_ object: JSONValue) -> Bool {
        labels.matches(object: object) && (fields?.matches(object) ?? true)
    }

    /// The one name that objects must have; nil when any will do.
    var name: String? { fields?.required(["metadata", "name"]) }

    /// The one namespace that a request is about; nil for all, and for cluster-scoped kinds.
    func namespace(within requested: String?, of type: ResourceType) -> String? {
        guard type.namespaced else { return nil }
        if let requested, !requested.isEmpty { return requested }
        return fields?.required(["metadata", "namespace"])
    }
}
