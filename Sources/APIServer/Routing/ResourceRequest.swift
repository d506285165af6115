import Hummingbird
import InfraAPI
import JSON
import NIOCore
import RequestSyntax
import ResourceAPI

/// A request for a resource that is served: what the verbs work on.
struct ResourceRequest: Sendable {
    let http: Request
    let channel: any Channel
    let type: ResourceType
    /// nil: all namespaces, or a cluster-scoped kind.
    let namespace: String?
    /// nil: the collection.
    let name: String?
    let query: RequestQuery
    /// What the write of this request tells besides its result.
    let report: WriteReport
    /// Who asks; nil: nobody that the server knows.
    var user: String?

    /// The object in the body. Custom kinds have no protobuf form, in Kubernetes neither.
    func object(_ limits: APIServerLimits) async throws(APIStatus) -> JSONValue {
        try await http.object(limits, acceptsProtobuf: type.group != InstanceSet.resourceType.group)
    }

    /// The object that the path names.
    func reference() throws(APIStatus) -> ObjectReference {
        guard let name else {
            throw .methodNotAllowed(http.method.rawValue, on: "the collection \(type.qualifiedName)")
        }
        return ObjectReference(type, namespace: namespace ?? "", name: name)
    }
}
