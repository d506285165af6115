import HTTPTransport
public import InfraAPI
public import ResourceAPI

// watch, and logs.
extension HTTPResourceClient {
    public func watch(
        _ type: ResourceType, in namespace: String?, _ options: WatchOptions
    ) async throws(APIStatus) -> ResourceWatch {
        let path = watchPath(type, in: namespace, options)
        return WatchReader(try await open(path.string, accept: "application/json"), at: location).watch
    }

    func watchPath(_ type: ResourceType, in namespace: String?, _ options: WatchOptions) -> RequestPath {
        var path = RequestPath(type, in: namespace)
        path.add("watch", true)
        path.add("labelSelector", options.labelSelector)
        path.add("fieldSelector", options.fieldSelector)
        path.add("resourceVersion", options.resourceVersion)
        path.add("allowWatchBookmarks", options.allowBookmarks)
        path.add("timeoutSeconds", options.timeoutSeconds.map(String.init))
        return path
    }

    /// The log of an Instance.
    ///
    /// - Throws: 404 when there is no such Instance, or its server serves no logs.
    public func logs(_ instance: ObjectReference, _ request: LogRequest) async throws(APIStatus) -> LogText {
        var path = RequestPath(instance, subresource: "log")
        path.add("follow", request.follow)
        path.add("tailLines", request.tailLines.map(String.init))
        path.add("sinceSeconds", request.sinceSeconds.map(String.init))
        path.add("timestamps", request.timestamps)
        return LogReader(try await open(path.string, accept: "text/plain, application/json;q=0.5"), at: location).text
    }
}
