import InfraAPI
import JSON

/// `spec` of the Pod that an Instance is shown as, from the Revision that it was made from.
///
/// Values that come from Secrets stand there as references, and contents of files do not stand there at all.
struct PodSpec {
    let instance: Instance
    /// nil: the Revision is gone.
    let revision: RevisionSpec?

    /// The one container is named after its set.
    static func containerName(of instance: Instance) -> String { instance.spec.set }

    var json: JSONValue {
        let template = revision?.template.spec
        var spec: JSONValue = [
            "containers": [container], "nodeName": .string(instance.spec.provider), "restartPolicy": "Never",
            "automountServiceAccountToken": false, "enableServiceLinks": false,
        ]
        if let template {
            spec["terminationGracePeriodSeconds"] = .int(Int64(template.terminationGracePeriodSeconds))
            if template.network == "host" { spec["hostNetwork"] = true }
            if !template.volumeMounts.isEmpty { spec["volumes"] = volumes(template) }
        }
        return spec
    }

    private var container: JSONValue {
        var container: JSONValue = [
            "name": .string(PodSpec.containerName(of: instance)),
            "image": .string(revision?.requestedImage ?? instance.status.imageDigest ?? ""),
            "imagePullPolicy": "IfNotPresent", "resources": [:],
        ]
        guard let template = revision?.template.spec else { return container }
        if !template.command.isEmpty { container["command"] = .strings(template.command) }
        if !template.args.isEmpty { container["args"] = .strings(template.args) }
        container["workingDir"] = template.workingDir.map(JSONValue.string)
        if !template.env.isEmpty { container["env"] = .array(template.env.map(variable)) }
        if !template.ports.isEmpty { container["ports"] = .array(template.ports.map(port)) }
        if !template.volumeMounts.isEmpty {
            container["volumeMounts"] = .array(
                template.volumeMounts.map { ["name": .string($0.name), "mountPath": .string($0.mountPath)] })
        }
        var limits: JSONValue = [:]
        limits["cpu"] = template.resources.cpu.map { .string($0.description) }
        limits["memory"] = template.resources.memory.map { .string($0.description) }
        if limits != [:] { container["resources"] = ["limits": limits] }
        container["readinessProbe"] = template.readinessProbe.map(probe)
        container["livenessProbe"] = template.livenessProbe.map(probe)
        container["securityContext"] = ["readOnlyRootFilesystem": .bool(template.readOnlyRootFilesystem)]
        return container
    }

    private func variable(_ variable: EnvironmentVariable) -> JSONValue {
        var json: JSONValue = ["name": .string(variable.name)]
        if let secret = variable.secretRef {
            json["valueFrom"] = ["secretKeyRef": ["name": .string(secret.name), "key": .string(secret.key)]]
        } else {
            json["value"] = .string(variable.value ?? "")
        }
        return json
    }

    private func port(_ port: Port) -> JSONValue {
        var json: JSONValue = [
            "containerPort": .int(Int64(port.containerPort)), "protocol": .string(port.protocol.rawValue),
        ]
        if !port.name.isEmpty { json["name"] = .string(port.name) }
        json["hostPort"] = port.hostPort.map { .int(Int64($0)) }
        return json
    }

    private func probe(_ probe: Probe) -> JSONValue {
        var json: JSONValue = [
            "periodSeconds": .int(Int64(probe.periodSeconds)), "timeoutSeconds": .int(Int64(probe.timeoutSeconds)),
            "failureThreshold": .int(Int64(probe.failureThreshold)), "successThreshold": 1,
        ]
        if let action = probe.httpGet {
            json["httpGet"] = ["path": .string(action.path), "port": action.port.json, "scheme": "HTTP"]
        }
        if let action = probe.tcpSocket { json["tcpSocket"] = ["port": action.port.json] }
        if let action = probe.exec { json["exec"] = ["command": .strings(action.command)] }
        return json
    }

    /// Named as the slot's Volume is when it is made; one that was adopted keeps another name.
    private func volumes(_ template: InstanceTemplateSpec) -> JSONValue {
        .array(
            Set(template.volumeMounts.map(\.name)).sorted().map { claim in
                [
                    "name": .string(claim),
                    "persistentVolumeClaim": [
                        "claimName": .string("\(claim)-\(instance.spec.set)-\(instance.spec.slot)")
                    ],
                ]
            })
    }
}

extension JSONValue {
    fileprivate static func strings(_ strings: [String]) -> JSONValue { .array(strings.map { .string($0) }) }
}

extension IntOrString {
    fileprivate var json: JSONValue {
        switch self {
        case .int(let number): .int(Int64(number))
        case .string(let text): .string(text)
        }
    }
}
