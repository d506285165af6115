import JSON

/// Rules of how one instance is run: names that must exist, places that may be taken once.
struct TemplateValidation {
    /// Variables that tell an instance who it is; set at creation.
    static let reservedVariables = ["IMM_SET", "IMM_SLOT", "IMM_INSTANCE", "IMM_REVISION", "IMM_EPOCH"]

    private let spec: InstanceTemplateSpec
    private let claims: [String]
    private let path = FieldPath([.field("spec"), .field("template"), .field("spec")])

    /// - Parameter claims: names in `volumeClaimTemplates`.
    init(_ spec: InstanceTemplateSpec, claims: [String]) {
        self.spec = spec
        self.claims = claims
    }

    func errors() -> [FieldError] {
        environmentErrors() + portErrors() + probeErrors("readinessProbe", spec.readinessProbe)
            + probeErrors("livenessProbe", spec.livenessProbe) + mountErrors() + placeErrors()
    }

    private func environmentErrors() -> [FieldError] {
        spec.env.enumerated().compactMap { index, variable in
            guard TemplateValidation.reservedVariables.contains(variable.name) else { return nil }
            return .forbidden(
                path.field("env").index(index).field("name"),
                "\(variable.name) is set by imm when an instance is made; use another name")
        }
    }

    // Ports

    private func portErrors() -> [FieldError] {
        var errors: [FieldError] = []
        var containerPorts: Set<String> = []
        var hostPorts: Set<String> = []
        for (index, port) in spec.ports.enumerated() {
            let place = path.field("ports").index(index)
            if !containerPorts.insert("\(port.containerPort)/\(port.protocol.rawValue)").inserted {
                errors.append(.duplicate(place.field("containerPort"), .int(Int64(port.containerPort))))
            }
            guard let hostPort = port.hostPort else { continue }
            if !hostPorts.insert("\(hostPort)/\(port.protocol.rawValue)").inserted {
                errors.append(.duplicate(place.field("hostPort"), .int(Int64(hostPort))))
            }
            if let error = networkError(hostPort, of: port, at: place.field("hostPort")) { errors.append(error) }
        }
        return errors
    }

    private func networkError(_ hostPort: Int, of port: Port, at place: FieldPath) -> FieldError? {
        switch spec.network {
        case "none":
            .forbidden(place, "network none has no ports; remove hostPort, or use another network")
        case "host" where hostPort != port.containerPort:
            .invalid(
                place, .int(Int64(hostPort)),
                "must be \(port.containerPort), the containerPort: network host maps no ports; remove hostPort")
        default: nil
        }
    }

    // Probes

    private func probeErrors(_ name: String, _ probe: Probe?) -> [FieldError] {
        let actions = [
            probe?.httpGet.map { ("httpGet", $0.port) }, probe?.tcpSocket.map { ("tcpSocket", $0.port) },
        ]
        return actions.compactMap { $0 }.compactMap { action, port in
            let place = path.field(name).field(action)
            if spec.network == "none" {
                return .forbidden(place, "network none cannot be reached; use exec, or another network")
            }
            guard case .string(let wanted) = port else { return nil }
            return portNameError(wanted, at: place.field("port"))
        }
    }

    private func portNameError(_ name: String, at place: FieldPath) -> FieldError? {
        let names = spec.ports.map(\.name)
        guard let port = spec.ports.first(where: { $0.name == name }) else {
            return .invalid(
                place, .string(name), "no port of that name in spec.template.spec.ports",
                hint: Spelling.closest(to: name, among: names).map { "did you mean \"\($0)\"?" })
        }
        guard port.protocol != .tcp else { return nil }
        return .invalid(place, .string(name), "must be a TCP port, not \(port.protocol.rawValue)")
    }

    // Files and mounts

    private func mountErrors() -> [FieldError] {
        spec.volumeMounts.enumerated().compactMap { index, mount in
            guard !claims.contains(mount.name) else { return nil }
            return .invalid(
                path.field("volumeMounts").index(index).field("name"), .string(mount.name),
                "no claim of that name in spec.volumeClaimTemplates",
                hint: Spelling.closest(to: mount.name, among: claims).map { "did you mean \"\($0)\"?" })
        }
    }

    /// A path can hold one of a volume, an empty file system and a file. Within one list the schema finds duplicates.
    private func placeErrors() -> [FieldError] {
        var errors: [FieldError] = []
        var taken: [String: String] = [:]
        let places =
            spec.volumeMounts.enumerated().map {
                ($1.mountPath, "volumeMounts", path.field("volumeMounts").index($0).field("mountPath"))
            }
            + spec.writablePaths.enumerated().map { ($1, "writablePaths", path.field("writablePaths").index($0)) }
            + spec.files.enumerated().map { ($1.path, "files", path.field("files").index($0).field("path")) }
        for (text, list, place) in places {
            if let other = taken[text], other != list {
                errors.append(.invalid(place, .string(text), "already taken by an entry of \(other)"))
            }
            taken[text] = taken[text] ?? list
        }
        return errors
    }
}
