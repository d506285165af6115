import InfraAPI
import JSON
import ObjectStore

/// A kind with what each write needs of it, worked out once.
final class ServedType: Sendable {
    let type: ResourceType
    /// `group/plural`: the resource in the store.
    let resource: String
    let hasStatus: Bool
    let statusSchema: Schema?
    /// Of a new object: where a status says which generation it speaks of, that it speaks of none yet. Clients that wait
    /// for the generation then find what they look for.
    let initialStatus: JSONValue?
    private let mainShape: MergeShape
    private let statusShape: MergeShape

    init(_ type: ResourceType) {
        self.type = type
        resource = type.key
        hasStatus = type.subresources.status
        statusSchema = type.schema.property("status")?.schema
        let observes = statusSchema?.property("observedGeneration") != nil
        initialStatus = hasStatus && observes ? ["observedGeneration": 0] : nil
        mainShape = MergeShape(type, nil)
        statusShape = MergeShape(type, .status)
    }

    func shape(_ subresource: Subresource?) -> MergeShape { subresource == .status ? statusShape : mainShape }

    func key(_ namespace: String, _ name: String) -> ObjectKey {
        ObjectKey(resource: resource, namespace: type.namespaced ? namespace : "", name: name)
    }
}

/// The kinds that a client serves.
final class ServedTypes: Sendable {
    private let byResource: [String: ServedType]
    private let byKind: [String: [ServedType]]
    /// The only kind with a scale subresource; nil when there are none or several.
    let scalable: ServedType?

    init(_ types: [ResourceType]) {
        let served = types.map(ServedType.init)
        byResource = Dictionary(served.map { ($0.resource, $0) }, uniquingKeysWith: { first, _ in first })
        byKind = Dictionary(grouping: served, by: \.type.kind)
        let scalable = served.filter { $0.type.subresources.scale != nil }
        self.scalable = scalable.count == 1 ? scalable[0] : nil
    }

    func find(_ type: ResourceType) throws(APIStatus) -> ServedType {
        if let served = byResource[type.key] { return served }
        throw .badRequest("\(type.qualifiedName) is not served here")
    }

    /// The kind of an object by its `apiVersion` and `kind`.
    func find(of object: JSONValue) throws(APIStatus) -> ServedType {
        guard let kind = object["kind"]?.stringValue, let apiVersion = object["apiVersion"]?.stringValue else {
            throw .badRequest("the object has no apiVersion and kind")
        }
        if let served = byKind[kind]?.first(where: { $0.type.apiVersion == apiVersion }) { return served }
        throw APIStatus(
            code: 404, reason: .notFound, message: "no matches for kind \"\(kind)\" in version \"\(apiVersion)\"")
    }
}
