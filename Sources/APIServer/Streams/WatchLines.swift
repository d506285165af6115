import Ambient
import JSON
import ResourceAPI

/// What one line of a watch says.
enum WatchLine: Sendable {
    case event(WatchEvent)
    /// A change that is encoded already, for those who want plain JSON.
    case encoded(EncodedWatchEvent)
    /// All that was there at the start has been told, up to this version.
    case endOfInitialEvents(String)
    case failure(APIStatus)
}

/// Writes the lines of a watch as JSON, each `{"type":…,"object":…}`.
struct WatchLines: Sendable {
    /// A chunk is handed on at this size, so that a large batch is never held in bytes as a whole.
    private static let chunkBytes = 64 << 10

    private let rendering: Rendering
    private let time: any TimeSource
    private var hasSentColumns = false

    init(rendering: Rendering, time: any TimeSource) {
        self.rendering = rendering
        self.time = time
    }

    /// Takes lines from the front of `lines` until a chunk is full.
    mutating func chunk(from lines: inout ArraySlice<WatchLine>) -> [UInt8] {
        var chunk: [UInt8] = []
        while chunk.count < WatchLines.chunkBytes, let line = lines.popFirst() { append(line, to: &chunk) }
        return chunk
    }

    private mutating func append(_ line: WatchLine, to chunk: inout [UInt8]) {
        switch line {
        case .event(.added(let object)): append("ADDED", rendered(object), to: &chunk)
        case .event(.modified(let object)): append("MODIFIED", rendered(object), to: &chunk)
        case .event(.deleted(let object)): append("DELETED", rendered(object), to: &chunk)
        case .event(.bookmark(let version)):
            append("BOOKMARK", rendering.bookmark(resourceVersion: version), to: &chunk)
        case .encoded(.added(let object)): append("ADDED", encoded: object, to: &chunk)
        case .encoded(.modified(let object)): append("MODIFIED", encoded: object, to: &chunk)
        case .encoded(.deleted(let object)): append("DELETED", encoded: object, to: &chunk)
        case .encoded(.bookmark(let version)):
            append("BOOKMARK", rendering.bookmark(resourceVersion: version), to: &chunk)
        case .endOfInitialEvents(let version):
            append("BOOKMARK", rendering.bookmark(resourceVersion: version, endsInitialEvents: true), to: &chunk)
        case .failure(let status): append("ERROR", status.json, to: &chunk)
        }
    }

    private mutating func rendered(_ object: JSONValue) -> JSONValue {
        guard rendering.representation == .table else { return rendering.object(object) }
        var table = rendering.at(time.now).object(object)
        // As Kubernetes does: the columns come with the first event alone.
        if hasSentColumns { table["columnDefinitions"] = .null }
        hasSentColumns = true
        return table
    }

    private func append(_ type: String, _ object: JSONValue, to chunk: inout [UInt8]) {
        chunk += #"{"type":""#.utf8
        chunk += type.utf8
        chunk += #"","object":"#.utf8
        object.encoded(into: &chunk)
        chunk += "}\n".utf8
    }

    private func append(_ type: String, encoded object: [UInt8], to chunk: inout [UInt8]) {
        // The usual chunk is one line, which is then allocated once.
        chunk.reserveCapacity(chunk.count + object.count + 40)
        chunk += #"{"type":""#.utf8
        chunk += type.utf8
        chunk += #"","object":"#.utf8
        chunk += object
        chunk += "}\n".utf8
    }
}
