public import Ambient
internal import JSON

/// `GET /containers/{id}/json`, as far as it is used.
public struct Container: Sendable, Hashable {
    public struct Mount: Sendable, Hashable {
        /// `volume`, `bind`, `tmpfs`
        public let kind: String
        /// Name of the volume; empty for a bind.
        public let name: String
        public let source: String
        public let target: String
        public let isWritable: Bool
    }

    public struct PublishedPort: Sendable, Hashable {
        public let containerPort: Int
        public let transport: String
        public let hostAddress: String
        public let hostPort: Int
    }

    public let id: String
    /// Without the engine's leading slash.
    public let name: String
    /// ID of the image, `sha256:…`.
    public let imageID: String
    /// The image as it was named at creation.
    public let image: String
    public let labels: [String: String]
    /// `created`, `running`, `paused`, `restarting`, `removing`, `exited`, `dead`
    public let status: String
    public let isRunning: Bool
    public let exitCode: Int
    /// Why the engine could not start it; empty otherwise.
    public let startError: String
    public let wasOutOfMemory: Bool
    /// nil: it never ran.
    public let startedAt: Timestamp?
    public let finishedAt: Timestamp?
    public let restartPolicy: String
    public let networkMode: String
    /// By network, sorted by its name; empty ones left out.
    public let addresses: [String]
    public let mounts: [Mount]
    public let ports: [PublishedPort]

    init(_ json: JSONValue) {
        let state = json["State"] ?? .null
        let configuration = json["Config"] ?? .null
        let network = json["NetworkSettings"] ?? .null
        id = json.text("Id")
        name = String(json.text("Name").drop { $0 == "/" })
        imageID = json.text("Image")
        image = configuration.text("Image")
        labels = configuration.map("Labels")
        status = state.text("Status")
        isRunning = state["Running"]?.boolValue ?? false
        exitCode = Int(state["ExitCode"]?.intValue ?? 0)
        startError = state.text("Error")
        wasOutOfMemory = state["OOMKilled"]?.boolValue ?? false
        startedAt = state.time("StartedAt")
        finishedAt = state.time("FinishedAt")
        restartPolicy = json["HostConfig"]?["RestartPolicy"]?.text("Name") ?? ""
        networkMode = json["HostConfig"]?.text("NetworkMode") ?? ""
        addresses = (network["Networks"]?.objectValue?.members ?? [])
            .map { $0.value.text("IPAddress") }.filter { !$0.isEmpty }
        mounts = json.list("Mounts").map {
            Mount(
                kind: $0.text("Type"), name: $0.text("Name"), source: $0.text("Source"), target: $0.text("Destination"),
                isWritable: $0["RW"]?.boolValue ?? true)
        }
        ports = (network["Ports"]?.objectValue?.members ?? []).flatMap { member in
            let parts = member.key.split(separator: "/")
            return (member.value.arrayValue ?? []).compactMap { binding -> PublishedPort? in
                guard let port = parts.first.flatMap({ Int($0) }), let host = Int(binding.text("HostPort")) else {
                    return nil
                }
                return PublishedPort(
                    containerPort: port, transport: parts.count > 1 ? String(parts[1]) : "tcp",
                    hostAddress: binding.text("HostIp"), hostPort: host)
            }
        }
    }
}

/// One row of `GET /containers/json`.
public struct ContainerSummary: Sendable, Hashable {
    public let id: String
    public let names: [String]
    public let imageID: String
    public let labels: [String: String]
    /// As `Container.status`.
    public let state: String
    /// Names of the volumes that it holds.
    public let volumeNames: [String]
    /// Those of them that it may write on.
    public let writableVolumeNames: [String]

    init(_ json: JSONValue) {
        id = json.text("Id")
        names = json.strings("Names").map { String($0.drop { $0 == "/" }) }
        imageID = json.text("ImageID")
        labels = json.map("Labels")
        state = json.text("State")
        let volumes = json.list("Mounts").filter { $0.text("Type") == "volume" }
        volumeNames = volumes.map { $0.text("Name") }
        writableVolumeNames = volumes.filter { $0["RW"]?.boolValue ?? true }.map { $0.text("Name") }
    }
}

/// One row of `GET /containers/{id}/changes`: a path of the container's file system that differs from its image.
public struct ContainerChange: Sendable, Hashable {
    public enum Kind: Int, Sendable, Hashable {
        case modified = 0
        case added = 1
        case deleted = 2
    }

    public let path: String
    public let kind: Kind
}
