import HTTPTransport
public import InfraAPI
public import JSON
public import ResourceAPI

// What immctl asks for beyond the verbs of controllers.
extension HTTPResourceClient {
    private static let tableType = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"

    /// Objects as a `meta.k8s.io/v1` Table with the server's columns; a server that renders none answers with the List.
    ///
    /// - Parameter name: one object instead of the collection.
    public func getTable(
        _ type: ResourceType, in namespace: String?, name: String? = nil, _ options: ListOptions = ListOptions()
    ) async throws(APIStatus) -> JSONValue {
        if let name {
            let reference = ObjectReference(type, namespace: namespace ?? "", name: name)
            return try await json(.get, RequestPath(reference).string, accept: HTTPResourceClient.tableType)
        }
        return try await json(
            .get, listPath(type, namespace, options).string, accept: HTTPResourceClient.tableType)
    }

    /// A watch whose events carry Tables of one row; the columns come with the first event alone.
    public func watchTable(
        _ type: ResourceType, in namespace: String?, _ options: WatchOptions
    ) async throws(APIStatus) -> ResourceWatch {
        let path = watchPath(type, in: namespace, options)
        return WatchReader(try await open(path.string, accept: HTTPResourceClient.tableType), at: location).watch
    }

    /// The body of the answer to a POST of `body`, or to a GET without one, whatever it holds.
    ///
    /// - Parameter path: from the first slash, percent-encoded, with the query.
    public func send(_ path: String, _ body: JSONValue? = nil) async throws(APIStatus) -> [UInt8] {
        let response = try await raw(
            method: body == nil ? .get : .post, path: path, body: body?.encoded() ?? [],
            accept: "application/json, */*")
        guard (200..<300).contains(response.status) else {
            throw APIStatus.answered(response.status, response.body, location)
        }
        return response.body
    }

    /// The plan of the daemon for an InstanceSet as if it had been applied.
    ///
    /// - Throws: 404 when the server makes no plans.
    public func plan(_ instanceSet: JSONValue) async throws(APIStatus) -> JSONValue {
        let metadata = instanceSet["metadata"]
        let reference = ObjectReference(
            InstanceSet.resourceType, namespace: metadata?["namespace"]?.stringValue ?? "",
            name: metadata?["name"]?.stringValue ?? "")
        return try await json(.post, RequestPath(reference, subresource: "plan").string, body: instanceSet)
    }
}
