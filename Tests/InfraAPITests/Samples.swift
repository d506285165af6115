import InfraAPI
import JSON

/// Objects that are valid and use most fields, for tests that change one thing.
enum Samples {
    /// Nothing but what must be there.
    static var minimal: InstanceSet {
        var set = InstanceSet()
        set.metadata = ObjectMeta(name: "web", namespace: "shop")
        set.spec.template.spec.image = "nginx:1.27"
        return set
    }

    /// Stateless, with probes, files, secrets and limits.
    static var web: InstanceSet {
        var set = minimal
        set.spec.replicas = 3
        set.spec.template.labels = ["app": "web"]
        var spec = set.spec.template.spec
        spec.command = ["/bin/web"]
        spec.args = ["--verbose", "--port=8080"]
        spec.env = [variable("MODE", "fast"), secret(variable: "TOKEN", "tokens", "api")]
        spec.files = [file("/etc/web.conf", "a = 1\n")]
        spec.ports = [port("http", 8080), port("metrics", 9090)]
        spec.resources.cpu = Quantity(milli: 500)
        spec.resources.memory = Quantity(bytes: 256 << 20)
        spec.writablePaths = ["/tmp", "/run"]
        spec.readinessProbe = httpProbe(port: .string("http"))
        set.spec.template.spec = spec
        return set
    }

    /// One volume for each slot.
    static var database: InstanceSet {
        var set = minimal
        set.metadata.name = "db"
        set.spec.replicas = 2
        set.spec.template.spec.image = "postgres:16"
        set.spec.template.spec.volumeMounts = [mount("data", "/var/lib/postgresql")]
        set.spec.volumeClaimTemplates = [claim("data", "10Gi")]
        return set
    }

    static func variable(_ name: String, _ value: String) -> EnvironmentVariable {
        var variable = EnvironmentVariable()
        variable.name = name
        variable.value = value
        return variable
    }

    static func secret(variable name: String, _ secret: String, _ key: String) -> EnvironmentVariable {
        var variable = EnvironmentVariable()
        variable.name = name
        variable.secretRef = reference(secret, key)
        return variable
    }

    static func reference(_ name: String, _ key: String) -> SecretReference {
        var reference = SecretReference()
        reference.name = name
        reference.key = key
        return reference
    }

    static func file(_ path: String, _ content: String) -> FileMount {
        var file = FileMount()
        file.path = path
        file.content = content
        return file
    }

    static func port(
        _ name: String, _ containerPort: Int, host: Int? = nil, _ kind: Port.NetworkProtocol = .tcp
    ) -> Port {
        var port = Port()
        port.name = name
        port.containerPort = containerPort
        port.hostPort = host
        port.protocol = kind
        return port
    }

    static func httpProbe(port: IntOrString) -> Probe {
        var action = HTTPGetAction()
        action.port = port
        var probe = Probe()
        probe.httpGet = action
        return probe
    }

    static func tcpProbe(port: IntOrString) -> Probe {
        var action = TCPSocketAction()
        action.port = port
        var probe = Probe()
        probe.tcpSocket = action
        return probe
    }

    static func mount(_ name: String, _ path: String) -> VolumeMount {
        var mount = VolumeMount()
        mount.name = name
        mount.mountPath = path
        return mount
    }

    static func claim(_ name: String, _ size: String) -> VolumeClaimTemplate {
        var claim = VolumeClaimTemplate()
        claim.name = name
        claim.spec.size = Quantity(size) ?? Quantity(bytes: 0)
        return claim
    }
}
