internal import HTTPTransport
internal import JSON

/// The answer to `GET /_ping`.
public struct EnginePing: Sendable, Hashable {
    public let apiVersion: APIVersion
    public let osType: String?
}

/// `GET /version`, as far as it is used.
public struct EngineVersion: Sendable, Hashable {
    public let version: String
    public let apiVersion: String
    public let os: String
    public let architecture: String
    /// `Docker Engine`, `Podman Engine`: name of the first component; empty when the engine names none.
    public let component: String
}

/// `GET /info`, as far as it is used.
public struct EngineInfo: Sendable, Hashable {
    public let name: String
    public let serverVersion: String
    public let dataRoot: String
    public let cpus: Int
    /// Bytes.
    public let memory: Int64
    public let runningContainers: Int
}

extension DockerEngine {
    /// Whether the engine is there, and which API it speaks.
    public func ping() async throws(DockerError) -> EnginePing {
        let call = EngineCall(.get, "/_ping", timeout: .seconds(10))
        let response = try await unversioned(call)
        if let error = DockerEngine.refusal(response.status, response.body, call) { throw error }
        guard let version = response.headers["API-Version"].flatMap({ APIVersion($0) }) else {
            throw .malformed("no API-Version header; is this a Docker engine?", call: call)
        }
        return EnginePing(apiVersion: version, osType: response.headers["OSType"])
    }

    public func engineVersion() async throws(DockerError) -> EngineVersion {
        let json = try await json(EngineCall(.get, "/version"))
        return EngineVersion(
            version: json.text("Version"), apiVersion: json.text("ApiVersion"), os: json.text("Os"),
            architecture: json.text("Arch"),
            component: json["Components"]?.arrayValue?.first?.text("Name") ?? "")
    }

    public func info() async throws(DockerError) -> EngineInfo {
        let json = try await json(EngineCall(.get, "/info"))
        return EngineInfo(
            name: json.text("Name"), serverVersion: json.text("ServerVersion"), dataRoot: json.text("DockerRootDir"),
            cpus: Int(json["NCPU"]?.intValue ?? 0), memory: json["MemTotal"]?.intValue ?? 0,
            runningContainers: Int(json["ContainersRunning"]?.intValue ?? 0))
    }
}
