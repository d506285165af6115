import InfraAPI
import JSON
import ResourceAPI

/// What an `ObjectFollower` tells.
enum ObjectNews: Sendable {
    /// Everything that is there: at the start, and after the server forgot where we were.
    case all([JSONValue])
    case added(JSONValue)
    case modified(JSONValue)
    case deleted(JSONValue)
}

/// Follows the objects of a selection: what is there, then each change; goes on where a stream ended.
struct ObjectFollower: Sendable {
    let client: any ResourceClient
    let type: ResourceType
    /// nil: all namespaces.
    let namespace: String?
    let selection: ListOptions

    init(_ client: any ResourceClient, _ type: ResourceType, in namespace: String?, _ selection: ListOptions) {
        self.client = client
        self.type = type
        self.namespace = namespace
        self.selection = selection
    }

    /// One object.
    init(_ client: any ResourceClient, _ reference: ObjectReference) {
        self.init(
            client, reference.type, in: reference.type.namespaced ? reference.namespace : nil,
            ListOptions(fieldSelector: "metadata.name=\(reference.name)"))
    }

    /// Calls `body` with all news in order, until it returns false, the task is cancelled or the server fails.
    func follow(_ body: (ObjectNews) async throws(APIStatus) -> Bool) async throws(APIStatus) {
        while !Task.isCancelled {
            let list = try await client.list(type, in: namespace, selection)
            guard try await body(.all(list.items)) else { return }
            guard try await followChanges(after: list.resourceVersion, body) else { return }
        }
    }

    /// - Returns: whether to list again, since the version is too old; false when `body` has heard enough.
    private func followChanges(
        after resourceVersion: String, _ body: (ObjectNews) async throws(APIStatus) -> Bool
    ) async throws(APIStatus) -> Bool {
        var seen = resourceVersion
        while !Task.isCancelled {
            let options = WatchOptions(
                labelSelector: selection.labelSelector, fieldSelector: selection.fieldSelector, resourceVersion: seen)
            do throws(APIStatus) {
                let watch = try await client.watch(type, in: namespace, options)
                defer { watch.cancel() }
                while let events = try await watch.nextOrCancelled() {
                    for event in events {
                        let (news, version) = ObjectFollower.news(event)
                        seen = version
                        if let news, !(try await body(news)) { return false }
                    }
                }
            } catch {
                guard error.isExpired else { throw error }
                return true
            }
        }
        return false
    }

    private static func news(_ event: WatchEvent) -> (ObjectNews?, version: String) {
        switch event {
        case .added(let object): (.added(object), object.resourceVersion)
        case .modified(let object): (.modified(object), object.resourceVersion)
        case .deleted(let object): (.deleted(object), object.resourceVersion)
        case .bookmark(let version): (nil, version)
        }
    }
}

extension ResourceWatch {
    /// `next`, which a cancelled task leaves at once.
    fileprivate func nextOrCancelled() async throws(APIStatus) -> [WatchEvent]? {
        let result: Result<[WatchEvent]?, APIStatus> = await withTaskCancellationHandler {
            do throws(APIStatus) {
                return .success(try await next())
            } catch { return .failure(error) }
        } onCancel: {
            cancel()
        }
        return try result.get()
    }
}
