import Hummingbird
import InfraAPI
import NIOCore
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

    /// The object that the path names.
    func reference() throws(APIStatus) -> ObjectReference {
        guard let name else {
            throw .methodNotAllowed(http.method.rawValue, on: "the collection \(type.qualifiedName)")
        }
        return ObjectReference(type, namespace: namespace ?? "", name: name)
    }
}
