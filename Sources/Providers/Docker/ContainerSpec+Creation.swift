internal import DockerEngine
internal import InfraAPI
internal import ProviderInterface

/// Turns what is to be created into what the engine is asked for.
struct ContainerPlan {
    let creation: InstanceCreation
    let names: ObjectNames

    private var template: InstanceTemplateSpec { creation.template.spec }

    /// - Parameter filePaths: paths for the engine of the template's files, in their order.
    func spec(filePaths: [String]) throws(ProviderError) -> ContainerSpec {
        var spec = ContainerSpec(image: template.image)
        spec.entrypoint = template.command.isEmpty ? nil : template.command
        spec.command = template.args
        spec.workingDirectory = template.workingDir
        spec.user = template.user
        spec.environment = try environment()
        spec.labels = ObjectLabels.instance(creation, installationID: names.installationID)
        spec.mounts = try volumeMounts()
        for (file, path) in zip(template.files, filePaths) {
            spec.mounts.append(.init(kind: .bind, source: path, target: file.path, isReadOnly: true))
        }
        // The runtime gives a directory that the image has the mode that it has there, whatever is asked for here.
        for path in template.writablePaths { spec.tmpfs[path] = "mode=1777" }
        spec.networkMode = template.network
        spec.ports = ports
        // The init passes SIGTERM on and reaps, so that a stop does not cost the whole grace period.
        spec.hasInit = true
        spec.hasReadOnlyRoot = template.readOnlyRootFilesystem
        spec.nanoCPUs = template.resources.cpu.map { Int64($0.milli) * 1_000_000 }
        spec.memory = template.resources.memory.map { Int64($0.bytes) }
        spec.pidsLimit = template.resources.pids.map { Int64($0) }
        // Probes are the controller's; the engine's own would run beside them and load the host.
        spec.disablesHealthcheck = true
        return spec
    }

    /// Contents and modes of the template's files.
    func files() throws(ProviderError) -> [(content: [UInt8], mode: Int)] {
        var files: [(content: [UInt8], mode: Int)] = []
        for file in template.files {
            let content = if let reference = file.secretRef { try secret(reference) } else { text(file.content) }
            files.append((content, file.mode))
        }
        return files
    }

    /// `text` with every secret's value blotted out: the engine's refusals quote what they refuse.
    func redacted(_ text: String) -> String {
        var text = text
        for value in creation.secretValues.values.map({ String(decoding: $0, as: UTF8.self) }).sorted()
        where !value.isEmpty {
            text = text.split(separator: value, omittingEmptySubsequences: false).joined(separator: "[secret]")
        }
        return text
    }

    private func environment() throws(ProviderError) -> [String] {
        let identity = [
            ("IMM_SET", creation.set), ("IMM_SLOT", String(creation.slot)), ("IMM_INSTANCE", creation.instanceName),
            ("IMM_REVISION", creation.revision), ("IMM_EPOCH", String(creation.handle.epoch)),
        ]
        var lines: [String] = []
        for variable in template.env where !identity.contains(where: { $0.0 == variable.name }) {
            let bytes = if let reference = variable.secretRef { try secret(reference) } else { text(variable.value) }
            guard let value = String(validating: bytes, as: UTF8.self), !value.utf8.contains(0) else {
                throw ProviderError(
                    .startRefused,
                    "the value of variable \(variable.name) is not text without zero bytes; mount it as a file instead")
            }
            lines.append("\(variable.name)=\(value)")
        }
        return lines + identity.map { "\($0.0)=\($0.1)" }
    }

    private func text(_ text: String?) -> [UInt8] { Array((text ?? "").utf8) }

    private func secret(_ reference: SecretReference) throws(ProviderError) -> [UInt8] {
        guard let value = creation.secretValues[reference] else {
            throw ProviderError(
                .engineFailed, "key \(reference.key) of secret \(reference.name) was not given; create it and try again"
            )
        }
        return value
    }

    private func volumeMounts() throws(ProviderError) -> [ContainerSpec.Mount] {
        var mounts: [ContainerSpec.Mount] = []
        for mount in template.volumeMounts {
            guard let volume = creation.volumes.first(where: { $0.claim == mount.name }) else {
                throw ProviderError(
                    .startRefused,
                    "volumeMounts name the claim \(mount.name), and the instance has no volume of it; add the claim")
            }
            mounts.append(
                .init(kind: .volume, source: names.volume(uid: volume.volumeUID), target: mount.mountPath))
        }
        return mounts
    }

    private var ports: [ContainerSpec.PortBinding] {
        // On the host's network the program opens its ports itself; without a network there are none.
        if template.network == "host" || template.network == "none" { return [] }
        return template.ports.map { port in
            .init(
                containerPort: port.containerPort, transport: port.protocol.engineName, hostAddress: "127.0.0.1",
                hostPort: port.hostPort)
        }
    }
}
