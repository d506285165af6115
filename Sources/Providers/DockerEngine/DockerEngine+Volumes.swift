internal import HTTPTransport
internal import JSON

/// `GET /volumes/{name}`, as far as it is used.
public struct EngineVolume: Sendable, Hashable {
    public let name: String
    public let driver: String
    public let mountpoint: String
    public let labels: [String: String]

    init(_ json: JSONValue) {
        name = json.text("Name")
        driver = json.text("Driver")
        mountpoint = json.text("Mountpoint")
        labels = json.map("Labels")
    }
}

/// `GET /networks/{name}`, as far as it is used.
public struct EngineNetwork: Sendable, Hashable {
    public let id: String
    public let name: String
    public let driver: String

    init(_ json: JSONValue) {
        id = json.text("Id")
        name = json.text("Name")
        driver = json.text("Driver")
    }
}

extension DockerEngine {
    /// Makes a volume, or returns the one of that name, with the labels that it has already.
    public func createVolume(name: String, labels: [String: String]) async throws(DockerError) -> EngineVolume {
        let body: JSONValue = ["Name": .string(name), "Labels": .object(JSONObject(sorting: labels))]
        return try await EngineVolume(json(EngineCall(.post, "/volumes/create").carrying(body)))
    }

    public func inspectVolume(_ name: String) async throws(DockerError) -> EngineVolume {
        try await EngineVolume(json(EngineCall(.get, "/volumes/\(DockerEngine.segment(name, of: "volume"))")))
    }

    /// The volumes that carry every one of `labels` (`name=value` or `name`).
    public func listVolumes(labels: [String]) async throws(DockerError) -> [EngineVolume] {
        let query = [EngineCall.filters([("label", labels)])]
        return try await json(EngineCall(.get, "/volumes", query: query)).list("Volumes").map { EngineVolume($0) }
    }

    /// `conflict`: a container holds it, running or not.
    public func removeVolume(_ name: String) async throws(DockerError) {
        _ = try await send(EngineCall(.delete, "/volumes/\(DockerEngine.segment(name, of: "volume"))"))
    }

    /// By id or name.
    public func inspectNetwork(_ name: String) async throws(DockerError) -> EngineNetwork {
        try await EngineNetwork(json(EngineCall(.get, "/networks/\(DockerEngine.segment(name, of: "network"))")))
    }
}
