import InfraAPI

extension DescriptionText {
    /// What an instance is made from. Secrets are named, never shown; files show their size.
    func template(_ template: InstanceTemplate) -> [String] {
        let spec = template.spec
        var text = DescriptionText(now: now)
        text.add("Image", spec.image)
        text.add("Command", spec.command.isEmpty ? nil : spec.command.joined(separator: " "))
        text.add("Args", spec.args.isEmpty ? nil : spec.args.joined(separator: " "))
        text.add("User", spec.user)
        text.add("Network", spec.network)
        text.add("Read-only root", spec.readOnlyRootFilesystem ? "yes" : "no")
        let limits = [
            spec.resources.cpu.map { "cpu \($0)" }, spec.resources.memory.map { "memory \($0)" },
            spec.resources.pids.map { "pids \($0)" },
        ].compactMap(\.self)
        text.add("Limits", limits.isEmpty ? nil : limits.joined(separator: ", "))
        for variable in spec.env { text.add("Env", self.variable(variable)) }
        for file in spec.files { text.add("File", self.file(file)) }
        for port in spec.ports {
            let host = port.hostPort.map { ", host port \($0)" } ?? ""
            text.add("Port", "\(port.name) \(port.containerPort)/\(port.protocol.rawValue)\(host)")
        }
        for mount in spec.volumeMounts { text.add("Mount", "\(mount.mountPath) from \(mount.name)") }
        text.add("Readiness", spec.readinessProbe.map(probe))
        text.add("Liveness", spec.livenessProbe.map(probe))
        text.add("Grace period", "\(spec.terminationGracePeriodSeconds)s")
        return text.lines
    }

    private func variable(_ variable: EnvironmentVariable) -> String {
        if let secret = variable.secretRef { return "\(variable.name) = <key \(secret.key) of secret \(secret.name)>" }
        return "\(variable.name) = \(variable.value ?? "")"
    }

    private func file(_ file: FileMount) -> String {
        if let secret = file.secretRef { return "\(file.path) = <key \(secret.key) of secret \(secret.name)>" }
        return "\(file.path) (\((file.content ?? "").utf8.count) bytes)"
    }

    private func probe(_ probe: Probe) -> String {
        var words: [String] = []
        if let http = probe.httpGet { words.append("GET \(http.path) on port \(http.port.text)") }
        if let tcp = probe.tcpSocket { words.append("TCP connection to port \(tcp.port.text)") }
        if let exec = probe.exec { words.append("exec \(exec.command.joined(separator: " "))") }
        words.append(
            "every \(probe.periodSeconds)s, \(probe.timeoutSeconds)s to answer, \(probe.failureThreshold) failures")
        return words.joined(separator: ", ")
    }
}
