internal import JSON

/// What `POST /containers/create` makes a container of. A field left at its default is not sent.
public struct ContainerSpec: Sendable, Hashable {
    public struct Mount: Sendable, Hashable {
        public enum Kind: String, Sendable, Hashable {
            case bind, volume
        }

        public var kind: Kind
        /// Path on the engine's host, or name of the volume.
        public var source: String
        public var target: String
        public var isReadOnly: Bool
        /// Whether an empty volume stays empty where the image has files at the target.
        public var copiesNothing = false

        public init(kind: Kind, source: String, target: String, isReadOnly: Bool = false) {
            self.kind = kind
            self.source = source
            self.target = target
            self.isReadOnly = isReadOnly
        }
    }

    public struct PortBinding: Sendable, Hashable {
        public var containerPort: Int
        /// `tcp` or `udp`
        public var transport: String
        /// Empty: all addresses.
        public var hostAddress: String
        /// nil: the engine chooses.
        public var hostPort: Int?

        public init(containerPort: Int, transport: String, hostAddress: String, hostPort: Int?) {
            self.containerPort = containerPort
            self.transport = transport
            self.hostAddress = hostAddress
            self.hostPort = hostPort
        }
    }

    public var image: String
    /// nil: the image's own; an empty list: none.
    public var entrypoint: [String]?
    public var command: [String] = []
    public var workingDirectory: String?
    public var user: String?
    /// `NAME=value`
    public var environment: [String] = []
    public var labels: [String: String] = [:]
    public var mounts: [Mount] = []
    /// Paths that get a tmpfs, with its mount options.
    public var tmpfs: [String: String] = [:]
    public var ports: [PortBinding] = []
    /// `bridge`, `none`, `host` or the name of a network.
    public var networkMode = "bridge"
    /// A small init as process 1, which passes signals on and reaps.
    public var hasInit = false
    public var hasReadOnlyRoot = false
    /// Billionths of a core.
    public var nanoCPUs: Int64?
    /// Bytes.
    public var memory: Int64?
    public var pidsLimit: Int64?
    /// Switches the image's own health check off.
    public var disablesHealthcheck = false
    public var stopSignal: String?

    public init(image: String) { self.image = image }

    /// The body of the call. The restart policy is always `no`: a container is started by its owner or not at all.
    var json: JSONValue {
        var body: JSONValue = [
            "Image": .string(image), "Labels": .object(JSONObject(sorting: labels)),
            "Env": .array(environment.map { .string($0) }), "HostConfig": hostConfiguration,
        ]
        if let entrypoint { body["Entrypoint"] = .array(entrypoint.map { .string($0) }) }
        if !command.isEmpty { body["Cmd"] = .array(command.map { .string($0) }) }
        if let workingDirectory { body["WorkingDir"] = .string(workingDirectory) }
        if let user { body["User"] = .string(user) }
        if let stopSignal { body["StopSignal"] = .string(stopSignal) }
        if disablesHealthcheck { body["Healthcheck"] = ["Test": ["NONE"]] }
        if !ports.isEmpty { body["ExposedPorts"] = .object(JSONObject(ports.map { ($0.key, [:]) })) }
        return body
    }

    private var hostConfiguration: JSONValue {
        var host: JSONValue = [
            "NetworkMode": .string(networkMode), "RestartPolicy": ["Name": "no"], "Init": .bool(hasInit),
            "ReadonlyRootfs": .bool(hasReadOnlyRoot),
        ]
        if !mounts.isEmpty { host["Mounts"] = .array(mounts.map(\.json)) }
        if !tmpfs.isEmpty { host["Tmpfs"] = .object(JSONObject(sorting: tmpfs)) }
        if let nanoCPUs { host["NanoCpus"] = .int(nanoCPUs) }
        if let memory { host["Memory"] = .int(memory) }
        if let pidsLimit { host["PidsLimit"] = .int(pidsLimit) }
        if !ports.isEmpty {
            var bindings = JSONObject()
            for port in ports {
                bindings[port.key] = .array((bindings[port.key]?.arrayValue ?? []) + [port.binding])
            }
            host["PortBindings"] = .object(bindings)
        }
        return host
    }
}

extension ContainerSpec.Mount {
    fileprivate var json: JSONValue {
        var json: JSONValue = [
            "Type": .string(kind.rawValue), "Source": .string(source), "Target": .string(target),
            "ReadOnly": .bool(isReadOnly),
        ]
        if copiesNothing { json["VolumeOptions"] = ["NoCopy": true] }
        return json
    }
}

extension ContainerSpec.PortBinding {
    fileprivate var key: String { "\(containerPort)/\(transport)" }

    fileprivate var binding: JSONValue {
        ["HostIp": .string(hostAddress), "HostPort": .string(hostPort.map(String.init) ?? "")]
    }
}
