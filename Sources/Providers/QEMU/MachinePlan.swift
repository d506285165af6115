internal import Ambient
internal import InfraAPI
internal import JSON
internal import ProviderInterface

/// Turns what is to be created into a machine's record and its seed.
struct MachinePlan {
    let creation: InstanceCreation
    let installationID: String
    let configuration: QEMUProviderConfiguration

    private var template: InstanceTemplateSpec { creation.template.spec }

    func record(nonce: String, hasAgent: Bool) throws(ProviderError) -> MachineRecord {
        try requireSupported()
        var record = MachineRecord(
            installation: installationID, uid: creation.handle.uid, epoch: creation.handle.epoch, nonce: nonce,
            set: creation.set, slot: creation.slot, instanceName: creation.instanceName, revision: creation.revision,
            image: template.image,
            processors: template.resources.cpu.map { max(1, ($0.milli + 999) / 1000) }
                ?? configuration.defaultProcessors,
            memoryBytes: template.resources.memory?.bytes ?? configuration.defaultMemoryBytes,
            hasReadOnlyRoot: template.readOnlyRootFilesystem, hasNetwork: template.network != "none",
            hasAgent: hasAgent)
        record.volumes = creation.volumes.map { MachineRecord.Volume(claim: $0.claim, uid: $0.volumeUID) }
        for mount in template.volumeMounts { record.mountPaths[mount.name, default: []].append(mount.mountPath) }
        if record.hasNetwork {
            record.ports = template.ports.map { port in
                MachineRecord.ForwardedPort(
                    name: port.name, guestPort: port.containerPort, hostPort: port.hostPort,
                    isUDP: port.protocol == .udp)
            }
        }
        // Without volumes it is a standby, which gets them later.
        if !creation.volumes.isEmpty {
            for mount in template.volumeMounts where !creation.volumes.contains(where: { $0.claim == mount.name }) {
                throw ProviderError(
                    .startRefused,
                    "volumeMounts name the claim \(mount.name), and the instance has no volume of it; add the claim")
            }
        }
        return record
    }

    /// What the template asks for and a machine cannot have: evidence against the revision.
    private func requireSupported() throws(ProviderError) {
        let reason: String? =
            if !DiskReference.isDigest(template.image) {
                "the image \(template.image) is no digest of an image here"
            } else if template.user != nil {
                "a machine's command runs as the image's first user: remove user"
            } else if template.resources.pids != nil {
                "a machine counts its processes itself: remove resources.pids"
            } else if template.network != "bridge" && template.network != "none" {
                "a machine has the network bridge (published ports only) or none: change network"
            } else if !template.files.isEmpty {
                "files cannot be put into a machine: remove them"
            } else { nil }
        if let reason { throw ProviderError(.startRefused, reason) }
    }

    /// The text that the agent reads at boot; docs/qemu.md describes it. It may hold secrets.
    func seed() throws(ProviderError) -> [UInt8] {
        var lines: [String] = []
        for (name, value) in try environment() { lines.append("env \(name) \(GuestWord.encode(value))") }
        if let directory = template.workingDir { lines.append("workdir \(GuestWord.encode(directory))") }
        for path in template.writablePaths { lines.append("tmpfs \(GuestWord.encode(path))") }
        for mount in template.volumeMounts {
            lines.append("expect \(GuestWord.encode(mount.mountPath))")
            for volume in creation.volumes where volume.claim == mount.name {
                let serial = DiskReference.serial(of: volume.volumeUID)
                lines.append("volume \(serial) \(GuestWord.encode(mount.mountPath))")
            }
        }
        for word in template.command + template.args { lines.append("command \(GuestWord.encode(word))") }
        lines.append("end")
        var bytes = Array((lines.joined(separator: "\n") + "\n").utf8)
        // A disk has whole sectors.
        bytes += [UInt8](repeating: 0, count: (512 - bytes.count % 512) % 512)
        return bytes
    }

    private func environment() throws(ProviderError) -> [(String, String)] {
        let identity = [
            ("IMM_SET", creation.set), ("IMM_SLOT", String(creation.slot)), ("IMM_INSTANCE", creation.instanceName),
            ("IMM_REVISION", creation.revision), ("IMM_EPOCH", String(creation.handle.epoch)),
        ]
        var variables: [(String, String)] = []
        for variable in template.env where !identity.contains(where: { $0.0 == variable.name }) {
            var bytes = Array((variable.value ?? "").utf8)
            if let reference = variable.secretRef {
                guard let value = creation.secretValues[reference] else {
                    throw ProviderError(
                        .engineFailed,
                        "key \(reference.key) of secret \(reference.name) was not given; create it and try again")
                }
                bytes = value
            }
            guard GuestWord.isVariableName(variable.name), let value = String(validating: bytes, as: UTF8.self),
                !value.utf8.contains(0)
            else {
                throw ProviderError(
                    .startRefused,
                    "a shell cannot have the variable \(variable.name): letters, digits and _ in its name, and text without "
                        + "zero bytes as its value")
            }
            variables.append((variable.name, value))
        }
        return variables + identity
    }
}

/// Words of the guest protocol.
enum GuestWord {
    /// A dot and base64: a word has neither blanks nor line ends, and an empty one is still a word.
    static func encode(_ text: String) -> String { "." + Base64.encode(Array(text.utf8)) }

    static func isVariableName(_ name: String) -> Bool {
        guard let first = name.utf8.first, !(48...57).contains(first) else { return false }
        return name.utf8.allSatisfy {
            (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || $0 == 95
        }
    }
}
