import InfraAPI
import JSON

/// What is kept of an object that a source may answer for: enough to see that somebody changed it, and how it is.
struct ObjectSummary: Sendable, Hashable {
    /// What changes with everything that a manifest can say.
    struct Mark: Sendable, Hashable {
        let generation: Int
        let labels: [String: String]
        let annotations: [String: String]
    }

    let id: ObjectID
    let uid: String
    let mark: Mark
    let health: ObjectHealth
    let isTerminating: Bool
    /// Field managers of sources that apply it.
    let managers: [String]

    /// Never pruned, whatever a commit says.
    var isKept: Bool { mark.annotations[GitSource.pruneAnnotation] == "Keep" }

    init(_ type: ResourceType, _ metadata: ObjectMeta, _ json: JSONValue) {
        id = ObjectID(type, namespace: metadata.namespace, name: metadata.name)
        uid = metadata.uid
        mark = Mark(generation: metadata.generation, labels: metadata.labels, annotations: metadata.annotations)
        isTerminating = metadata.deletionTimestamp != nil
        health = ObjectHealth(of: json, generation: metadata.generation, isTerminating: isTerminating)
        managers = metadata.managedFields.compactMap { entry in
            guard entry["operation"]?.stringValue == "Apply", let name = entry["manager"]?.stringValue,
                name.hasPrefix(GitSource.managerPrefix)
            else { return nil }
            return name
        }
    }
}

/// An object of a kind as its summary: what the caches of this module hold.
struct Watched<Kind: APIObject>: APIObject {
    static var resourceType: ResourceType { Kind.resourceType }

    var metadata: ObjectMeta
    let summary: ObjectSummary

    init(json: JSONValue) throws(FieldError) {
        metadata = try Kind(json: json).metadata
        summary = ObjectSummary(Kind.resourceType, metadata, json)
    }

    /// Its metadata alone: it is never written.
    var json: JSONValue {
        [
            "apiVersion": .string(Kind.resourceType.apiVersion), "kind": .string(Kind.resourceType.kind),
            "metadata": ["namespace": .string(namespace), "name": .string(name), "uid": .string(uid)],
        ]
    }
}
