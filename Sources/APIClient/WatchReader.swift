import Ambient
import HTTPTransport
import InfraAPI
import JSON
import ResourceAPI

/// Reads the JSON lines of a watch.
final class WatchReader: Sendable {
    /// An object has at most 1.5 MiB; its line as a Table with the object, escaped, stays below this.
    private static let maxLineBytes = 16 << 20

    private struct State {
        var splitter = LineSplitter(maxLineBytes: WatchReader.maxLineBytes)
        var isCancelled = false
        /// What came in the same chunk as events before it.
        var failure: APIStatus?
    }

    private let body: HTTPBody
    private let location: ServerLocation
    private let state = Guarded(State())

    init(_ body: HTTPBody, at location: ServerLocation) {
        self.body = body
        self.location = location
    }

    var watch: ResourceWatch {
        ResourceWatch(next: { () async throws(APIStatus) in try await self.next() }, cancel: { self.cancel() })
    }

    private func cancel() {
        state.withLock { $0.isCancelled = true }
        body.cancel()
    }

    /// The events of one chunk or more; nil at the end of the stream, in order or broken off: both are resumed alike.
    private func next() async throws(APIStatus) -> [WatchEvent]? {
        var iterator = body.makeAsyncIterator()
        while true {
            if let failure = state.withLock({ $0.failure }) { throw failure }
            let chunk: [UInt8]?
            do throws(HTTPError) {
                chunk = try await iterator.next(isolation: nil)
            } catch {
                if state.withLock({ $0.isCancelled }) || error.code == .cancelled { return nil }
                if error.code == .responseCutShort { return nil }
                throw APIStatus(error, at: location, isWrite: false)
            }
            guard let chunk else { return nil }
            let events = try events(in: chunk)
            if !events.isEmpty { return events }
        }
    }

    private func events(in chunk: [UInt8]) throws(APIStatus) -> [WatchEvent] {
        guard let lines = state.withLock({ $0.splitter.lines(adding: chunk) }) else {
            throw malformed("a line is longer than \(WatchReader.maxLineBytes) bytes")
        }
        var events: [WatchEvent] = []
        for line in lines {
            do throws(APIStatus) {
                events.append(try event(of: line))
            } catch {
                // What came before it is delivered first.
                if events.isEmpty { throw error }
                state.withLock { $0.failure = error }
                break
            }
        }
        return events
    }

    private func event(of line: ArraySlice<UInt8>) throws(APIStatus) -> WatchEvent {
        let json: JSONValue
        do throws(JSONError) {
            json = try JSONValue(parsing: line)
        } catch { throw malformed("a line is not JSON: \(error)") }
        guard let object = json["object"] else { throw malformed("a line has no object") }
        switch json["type"]?.stringValue {
        case "ADDED": return .added(object)
        case "MODIFIED": return .modified(object)
        case "DELETED": return .deleted(object)
        case "BOOKMARK":
            return .bookmark(resourceVersion: object["metadata"]?["resourceVersion"]?.stringValue ?? "")
        case "ERROR": throw APIStatus(json: object) ?? malformed("an error without a Status")
        case let type: throw malformed("unknown event type \"\(type ?? "")\"")
        }
    }

    private func malformed(_ what: String) -> APIStatus {
        APIStatus(code: 500, reason: .internalError, message: "the watch on \(location) cannot be read: \(what)")
    }
}
