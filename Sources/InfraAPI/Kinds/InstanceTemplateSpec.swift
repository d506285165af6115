/// How one instance is run. Every field is part of the revision hash; a change of any of them replaces instances.
public struct InstanceTemplateSpec: Sendable, Hashable {
    /// `repository[:tag][@digest]` or an image ID (`sha256:…`).
    public var image = ""
    /// Replaces the image's entry point.
    public var command: [String] = []
    public var args: [String] = []
    public var workingDir: String?
    /// `name|uid[:group|gid]`
    public var user: String?
    /// A map by name.
    public var env: [EnvironmentVariable] = []
    /// A map by path; read-only in the instance.
    public var files: [FileMount] = []
    /// A map by name.
    public var ports: [Port] = []
    public var resources = ResourceLimits()
    /// `bridge`, `none`, `host` or the name of a network of the provider.
    public var network = "bridge"
    public var readOnlyRootFilesystem = true
    /// Absolute paths that get a tmpfs.
    public var writablePaths: [String] = []
    public var readinessProbe: Probe?
    public var livenessProbe: Probe?
    /// A map by mountPath.
    public var volumeMounts: [VolumeMount] = []
    public var terminationGracePeriodSeconds = 30

    public init() {}
}

/// Exactly one of `value` and `secretRef`.
public struct EnvironmentVariable: Sendable, Hashable {
    public var name = ""
    public var value: String?
    public var secretRef: SecretReference?

    public init() {}
}

/// Exactly one of `content` and `secretRef`.
public struct FileMount: Sendable, Hashable {
    public var path = ""
    public var content: String?
    public var secretRef: SecretReference?
    /// Permission bits, 0...0o777, written as a number or as an octal string ("0444").
    public var mode = 0o444

    public init() {}
}

/// One key of a Secret of the set's namespace.
public struct SecretReference: Sendable, Hashable {
    public var name = ""
    public var key = ""

    public init() {}
}

public struct Port: Sendable, Hashable {
    public enum NetworkProtocol: String, Sendable, Hashable, CaseIterable {
        case tcp = "TCP"
        case udp = "UDP"
    }

    public var name = ""
    public var containerPort = 0
    /// nil: the provider chooses one; the Instance's status shows it.
    public var hostPort: Int?
    public var `protocol` = NetworkProtocol.tcp

    public init() {}
}

/// Upper limits; nil is no limit.
public struct ResourceLimits: Sendable, Hashable {
    /// Cores, as a quantity (`500m`).
    public var cpu: Quantity?
    /// Bytes, as a quantity.
    public var memory: Quantity?
    public var pids: Int?

    public init() {}
}

/// Exactly one of `httpGet`, `tcpSocket` and `exec`.
public struct Probe: Sendable, Hashable {
    public var httpGet: HTTPGetAction?
    public var tcpSocket: TCPSocketAction?
    public var exec: ExecAction?
    public var periodSeconds = 10
    public var timeoutSeconds = 1
    public var failureThreshold = 3

    public init() {}
}

public struct HTTPGetAction: Sendable, Hashable {
    public var path = "/"
    /// Name or number of a port.
    public var port = IntOrString.int(0)

    public init() {}
}

public struct TCPSocketAction: Sendable, Hashable {
    /// Name or number of a port.
    public var port = IntOrString.int(0)

    public init() {}
}

public struct ExecAction: Sendable, Hashable {
    public var command: [String] = []

    public init() {}
}

public struct VolumeMount: Sendable, Hashable {
    /// Name of a claim of `volumeClaimTemplates`.
    public var name = ""
    /// Absolute path in the instance.
    public var mountPath = ""

    public init() {}
}
