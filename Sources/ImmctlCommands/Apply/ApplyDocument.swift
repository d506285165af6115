import InfraAPI
import JSON
import Manifests
import ResourceAPI

/// One document of a manifest, valid by itself, that knows where it stands.
struct ApplyDocument: Sendable {
    /// With its namespace put in.
    var object: JSONValue
    var reference: ObjectReference
    private let source: ManifestDocument

    /// - Parameter namespace: where it goes when it names no namespace.
    init(_ resource: ManifestResource, namespace: String) {
        object = resource.value
        if resource.type.namespaced && resource.namespace.isEmpty {
            object[path: ["metadata", "namespace"]] = .string(namespace)
        }
        reference = ObjectReference(resource.type, in: object.namespace, name: resource.name)
        source = resource.document
    }

    /// `file:line:column` of the document.
    var place: String { place(of: FieldPath()) }

    /// `file:line:column` of a field, or of the nearest field around it that is there.
    func place(of path: FieldPath) -> String {
        let position = source.position(of: path)
        return "\(source.file):\(position.line):\(position.column)"
    }

    /// Whether other documents may need this one to exist.
    var isPrerequisite: Bool { rank < 3 }

    /// What others stand in or refer to comes first.
    var rank: Int {
        switch reference.type {
        case Namespace.resourceType: 0
        case ProviderObject.resourceType: 1
        case Secret.resourceType: 2
        default: 3
        }
    }

    /// The server's refusal, with the places of the fields that it names.
    func failure(_ error: APIStatus, while action: String = "apply") -> CommandFailure {
        var failure = CommandFailure(error, while: "\(action) \(reference.qualifiedName)")
        // Not the manifest's fault.
        if failure.status == .noServer { return failure }
        // A conflict's causes name fields too.
        let causes = error.causes.filter { !$0.field.isEmpty }
        if causes.isEmpty {
            failure.message = "\(place): \(reference.qualifiedName): \(error.message)"
        } else {
            failure.message = causes.map { cause in
                "\(place(of: FieldPath(printed: cause.field))): \(reference.qualifiedName): \(cause.field): \(cause.message)"
            }.joined(separator: "\n")
        }
        return failure
    }
}
