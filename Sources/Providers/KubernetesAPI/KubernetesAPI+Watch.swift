internal import Ambient
internal import HTTPTransport
public import JSON

/// One event of a watch.
public enum APIEvent: Sendable {
    case added(JSONValue)
    case modified(JSONValue)
    /// The object as it last was.
    case deleted(JSONValue)
    /// Nothing happened up to this version.
    case bookmark(resourceVersion: String)
}

/// What happens to the objects of a list, from a version on. One reader; letting go of it closes the connection.
public final class APIWatch: Sendable {
    /// The longest line that is waited for: an object of 3 MiB (etcd's own limit is lower), escaped.
    private static let maxLineBytes = 16 << 20

    private struct State {
        var rest: [UInt8] = []
        var searched = 0
        var events: [APIEvent] = []
        var isCancelled = false
    }

    private let body: HTTPBody
    private let call: String
    private let state = Guarded(State())

    init(_ body: HTTPBody, _ call: String) { (self.body, self.call) = (body, call) }

    public func cancel() {
        state.withLock { $0.isCancelled = true }
        body.cancel()
    }

    /// The next event; nil when the server ended the watch (it does so every few minutes) or it was cancelled: resume from the
    /// last version that was seen.
    ///
    /// - Throws: `.expired` when the version is too old to resume from: list again.
    public func next() async throws(KubernetesError) -> APIEvent? {
        var iterator = body.makeAsyncIterator()
        while true {
            if let event = state.withLock({ $0.events.isEmpty ? nil : $0.events.removeFirst() }) { return event }
            let chunk: [UInt8]?
            do throws(HTTPError) {
                chunk = try await iterator.next(isolation: nil)
            } catch {
                if state.withLock({ $0.isCancelled }) || error.code == .cancelled { return nil }
                if error.code == .responseCutShort { return nil }
                throw KubernetesError(error, call: call, isWrite: false)
            }
            guard let chunk else { return nil }
            let events = try parse(lines(adding: chunk))
            state.withLock { $0.events += events }
        }
    }

    private func lines(adding chunk: [UInt8]) throws(KubernetesError) -> [[UInt8]] {
        let lines: [[UInt8]]? = state.withLock { state in
            state.rest += chunk
            var lines: [[UInt8]] = []
            var start = 0
            while let end = state.rest[max(start, state.searched)...].firstIndex(of: UInt8(ascii: "\n")) {
                if end > start { lines.append(Array(state.rest[start..<end])) }
                start = end + 1
            }
            state.rest = Array(state.rest[start...])
            state.searched = state.rest.count
            return state.rest.count > APIWatch.maxLineBytes ? nil : lines
        }
        guard let lines else { throw malformed("a line is longer than \(APIWatch.maxLineBytes) bytes") }
        return lines
    }

    private func parse(_ lines: [[UInt8]]) throws(KubernetesError) -> [APIEvent] {
        var events: [APIEvent] = []
        for line in lines {
            let json: JSONValue
            do throws(JSONError) {
                json = try JSONValue(parsing: line)
            } catch { throw malformed("a line is not JSON: \(error)") }
            guard let object = json["object"] else { throw malformed("a line has no object") }
            switch json["type"]?.stringValue {
            case "ADDED": events.append(.added(object))
            case "MODIFIED": events.append(.modified(object))
            case "DELETED": events.append(.deleted(object))
            case "BOOKMARK":
                events.append(.bookmark(resourceVersion: object["metadata"]?["resourceVersion"]?.stringValue ?? ""))
            case "ERROR": throw KubernetesError(status: object, code: nil, call: call)
            case let type: throw malformed("unknown event type \"\(type ?? "")\"")
            }
        }
        return events
    }

    private func malformed(_ what: String) -> KubernetesError {
        KubernetesError(.malformedAnswer, message: what, call: call)
    }
}

extension KubernetesAPI {
    /// - Parameter timeoutSeconds: after which the server is to end the watch.
    public func watch(
        _ resource: APIResource, in namespace: String?, _ selector: APISelector = APISelector(),
        from resourceVersion: String, timeoutSeconds: Int = 300
    ) async throws(KubernetesError) -> APIWatch {
        var call = APICall(.get, resource.path(in: namespace), "\(resource.plural) \(namespace ?? "") (watch)")
        call.query = [
            ("watch", "true"), ("allowWatchBookmarks", "true"), ("resourceVersion", resourceVersion),
            ("timeoutSeconds", String(timeoutSeconds)),
        ]
        call.add("labelSelector", selector.labels)
        call.add("fieldSelector", selector.fields)
        return APIWatch(try await stream(call), call.label)
    }
}
