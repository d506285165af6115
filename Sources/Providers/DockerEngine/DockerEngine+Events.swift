public import Ambient
internal import HTTPTransport
internal import JSON

/// One message of `GET /events`.
public struct EngineEvent: Sendable, Hashable {
    /// `container`, `volume`, `image`, …
    public let type: String
    /// `create`, `start`, `die`, `destroy`, … Podman has names of its own.
    public let action: String
    /// Id of the object, or its name for volumes.
    public let id: String
    /// Labels of the object, and for some actions more (`exitCode`, `name`).
    public let attributes: [String: String]
    public let time: Timestamp

    init(_ json: JSONValue) {
        let actor = json["Actor"] ?? .null
        type = json.text("Type")
        action = json.text("Action")
        id = actor.text("ID")
        attributes = actor.map("Attributes")
        let nanoseconds = json["timeNano"]?.intValue ?? (json["time"]?.intValue ?? 0) * 1_000_000_000
        time = Timestamp(microsecondsSinceEpoch: nanoseconds / 1000)
    }
}

/// Turns the lines of `/events` into events.
struct EventDecoder: StreamDecoder {
    private var lines = JSONLinesDecoder()

    mutating func feed(_ bytes: [UInt8]) { lines.feed(bytes) }

    mutating func next() throws(StreamFlaw) -> EngineEvent? { try lines.next().map { EngineEvent($0) } }

    mutating func last() throws(StreamFlaw) -> EngineEvent? { try lines.last().map { EngineEvent($0) } }
}

extension DockerEngine {
    /// What happens from now on, or from `since`, which the engine replays from memory (Docker keeps 256 events of all
    /// kinds). With `until` the stream ends there.
    public func events(
        since: Timestamp? = nil, until: Timestamp? = nil, types: [String], labels: [String]
    ) async throws(DockerError) -> EngineStream<EngineEvent> {
        var query = [EngineCall.filters([("label", labels), ("type", types)].filter { !$0.1.isEmpty })]
        if let since { query.append(("since", since.engineTime)) }
        if let until { query.append(("until", until.engineTime)) }
        return try await stream(EngineCall(.get, "/events", query: query), EventDecoder())
    }
}
