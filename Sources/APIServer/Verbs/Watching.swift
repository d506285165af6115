import Ambient
import Hummingbird
import InfraAPI
import JSON
import RequestSyntax
import ResourceAPI

// watch.
extension APIResponder {
    /// A stream of JSON lines, one event each. With `sendInitialEvents=true` (WatchList) it begins with what is there
    /// and a bookmark that says so.
    func watch(_ request: ResourceRequest) async throws(APIStatus) -> Response {
        let rendering = try Rendering(request, now: surroundings.time.now)
        let query = request.query
        let start = try WatchStart(query)
        let duration = try query.count("timeoutSeconds").map { Duration.seconds(max(1, $0)) } ?? defaultWatchDuration
        var options = WatchOptions(
            labelSelector: query.nonEmpty("labelSelector"), fieldSelector: try fieldSelector(request),
            resourceVersion: query.nonEmpty("resourceVersion"))
        options.allowBookmarks = query.flag("allowWatchBookmarks") ?? false
        // Plain JSON is sent on as it is stored.
        let encoded = rendering.representation == .json ? client as? any EncodedResourceClient : nil
        var initial: [WatchLine] = []
        switch start {
        case .version: break
        case .now: options.resourceVersion = try await currentList(request, options, limit: 1).resourceVersion
        case .initialEvents(let atLeast):
            let (lines, version) = try await initialEvents(request, options, encoded)
            if let atLeast { try VersionChecks.checkReached(atLeast, version) }
            options.resourceVersion = version
            initial = lines + [.endOfInitialEvents(version)]
        }
        let feed: WatchSource.Feed =
            if let encoded {
                .init(try await encoded.encodedWatch(request.type, in: request.namespace, options))
            } else {
                .init(try await client.watch(request.type, in: request.namespace, options))
            }
        let lines = WatchLines(rendering: rendering, time: surroundings.time)
        return try StreamingResponse(
            channel: request.channel, streams: streams, duration: duration,
            contentType: "application/json", source: WatchSource(feed, lines, initial).stream
        ).response()
    }

    private var defaultWatchDuration: Duration {
        let least = limits.defaultWatchDuration
        return least + .seconds(surroundings.randomness.below(max(1, Int(least.components.seconds))))
    }

    /// `GET …/NAME?watch=true` is the watch of one name.
    private func fieldSelector(_ request: ResourceRequest) throws(APIStatus) -> String? {
        let selector = request.query.nonEmpty("fieldSelector")
        guard let name = request.name else { return selector }
        return ["metadata.name=\(name)", selector].compactMap { $0 }.joined(separator: ",")
    }

    /// What is there, as ADDED events, and the version of it.
    private func initialEvents(
        _ request: ResourceRequest, _ options: WatchOptions, _ encoded: (any EncodedResourceClient)?
    ) async throws(APIStatus) -> ([WatchLine], version: String) {
        guard let encoded else {
            let list = try await currentList(request, options, limit: nil)
            return (list.items.map { .event(.added($0)) }, list.resourceVersion)
        }
        let list = try await encoded.encodedList(
            request.type, in: request.namespace,
            ListOptions(labelSelector: options.labelSelector, fieldSelector: options.fieldSelector))
        return (list.items.map { .encoded(.added($0)) }, list.head.resourceVersion)
    }

    private func currentList(
        _ request: ResourceRequest, _ options: WatchOptions, limit: Int?
    ) async throws(APIStatus) -> ObjectList {
        try await client.list(
            request.type, in: request.namespace,
            ListOptions(labelSelector: options.labelSelector, fieldSelector: options.fieldSelector, limit: limit))
    }
}

/// Where a watch begins, by the parameters' combinations that Kubernetes allows.
enum WatchStart: Hashable {
    /// After `resourceVersion`; without one with what is there.
    case version
    /// With the next change.
    case now
    /// With what is there, at least as new as a version, and a bookmark after it.
    case initialEvents(atLeast: UInt64?)

    /// - Throws: 422 for all other combinations: a client that gets a stream without its bookmark would wait for ever.
    init(_ query: RequestQuery) throws(APIStatus) {
        let match = query.nonEmpty("resourceVersionMatch")
        let asked = try VersionChecks.asked(query)
        guard let sendsInitialEvents = query.flag("sendInitialEvents") else {
            if match != nil {
                throw WatchStart.invalid(
                    "resourceVersionMatch",
                    "Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided")
            }
            self = .version
            return
        }
        guard match == "NotOlderThan" else {
            throw WatchStart.invalid(
                "resourceVersionMatch",
                "Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan")
        }
        if sendsInitialEvents {
            guard query.flag("allowWatchBookmarks") == true else {
                throw WatchStart.invalid(
                    "sendInitialEvents",
                    "Forbidden: sendInitialEvents=true requires setting allowWatchBookmarks to true")
            }
            self = .initialEvents(atLeast: asked)
        } else {
            self = asked == nil ? .now : .version
        }
    }

    private static func invalid(_ field: String, _ message: String) -> APIStatus {
        .invalidOptions("ListOptions", field: field, "FieldValueForbidden", message)
    }
}
