internal import InfraAPI
internal import JSON
internal import ProviderInterface

/// Turns what is to be created into the Pod that the cluster is asked for.
struct PodPlan {
    /// Says that the Pod needs the Secret that is named after its instance.
    static let contentsAnnotation = "imm.dev/contents"

    let creation: InstanceCreation
    let names: ObjectNames
    let configuration: KubernetesProviderConfiguration

    var template: InstanceTemplateSpec { creation.template.spec }
    var namespace: String { SetName(creation.set).namespace }
    var contents: InstanceContents { InstanceContents(creation: creation, names: names) }

    func pod() throws(ProviderError) -> JSONValue {
        let user = try PodUser(template.user)
        var annotations = creation.template.annotations.filter { !$0.key.hasPrefix(ObjectLabels.prefix) }
        annotations[ObjectLabels.revisionHash] = creation.revisionHash
        if !contents.isEmpty { annotations[PodPlan.contentsAnnotation] = "true" }
        var metadata: JSONValue = [
            "name": .string(names.pod(creation.handle)), "namespace": .string(namespace),
            "labels": JSONValue(ObjectLabels.instance(creation, installationID: names.installationID)),
            "annotations": JSONValue(annotations), "finalizers": [.string(ObjectLabels.receiptFinalizer)],
        ]
        if configuration.instancesAreStoredHere { metadata["ownerReferences"] = [owner] }
        var spec: JSONValue = [
            "restartPolicy": "Never", "schedulingGates": [["name": .string(ObjectLabels.startGate)]],
            "terminationGracePeriodSeconds": .int(Int64(max(1, template.terminationGracePeriodSeconds))),
            "automountServiceAccountToken": false, "enableServiceLinks": false,
            "securityContext": user.podSecurity, "containers": [try container(user)],
        ]
        if try isOnHostNetwork() { spec["hostNetwork"] = true }
        let volumes = try volumes()
        if !volumes.isEmpty { spec["volumes"] = .array(volumes) }
        return ["apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec]
    }

    private var owner: JSONValue {
        [
            "apiVersion": .string(Instance.resourceType.apiVersion), "kind": .string(Instance.resourceType.kind),
            "name": .string(creation.instanceName), "uid": .string(creation.handle.uid), "controller": true,
            "blockOwnerDeletion": false,
        ]
    }

    private func isOnHostNetwork() throws(ProviderError) -> Bool {
        switch template.network {
        case "bridge": return false
        case "host": return true
        default:
            throw refusal(
                "network \(template.network)", "use bridge or host; what a Pod may reach, a NetworkPolicy says")
        }
    }

    private func container(_ user: PodUser) throws(ProviderError) -> JSONValue {
        var container: JSONValue = [
            "name": .string(ObjectNames.container), "image": .string(try image()),
            // The digest says which; where the node has it, no registry is asked.
            "imagePullPolicy": "IfNotPresent", "env": .array(environment()),
            "securityContext": user.containerSecurity(hasReadOnlyRoot: template.readOnlyRootFilesystem),
        ]
        if !template.command.isEmpty { container["command"] = .array(template.command.map(PodPlan.literal)) }
        if !template.args.isEmpty { container["args"] = .array(template.args.map(PodPlan.literal)) }
        container["workingDir"] = template.workingDir.map { .string($0) }
        if !template.ports.isEmpty { container["ports"] = .array(template.ports.map(port)) }
        if let limits = try limits() { container["resources"] = ["limits": limits] }
        let mounts = try mounts()
        if !mounts.isEmpty { container["volumeMounts"] = .array(mounts) }
        return container
    }

    private func image() throws(ProviderError) -> String {
        guard let reference = ImageReference(template.image), reference.digest != nil, !reference.repository.isEmpty
        else {
            throw refusal(
                "the image \(template.image)",
                "a node pulls by repository and digest; an image id alone names no registry")
        }
        return template.image
    }

    private func port(_ port: Port) -> JSONValue {
        var json: JSONValue = [
            "name": .string(port.name), "containerPort": .int(Int64(port.containerPort)),
            "protocol": .string(port.protocol.rawValue),
        ]
        json["hostPort"] = port.hostPort.map { .int(Int64($0)) }
        return json
    }

    private func limits() throws(ProviderError) -> JSONValue? {
        if template.resources.pids != nil {
            throw refusal(
                "resources.pids",
                "remove it: how many processes a Pod may have is a setting of the kubelet (podPidsLimit)")
        }
        var limits: JSONValue = [:]
        limits["cpu"] = template.resources.cpu.map { .string($0.description) }
        limits["memory"] = template.resources.memory.map { .string($0.description) }
        return limits.objectValue?.isEmpty == true ? nil : limits
    }

    private func environment() -> [JSONValue] {
        let identity = [
            ("IMM_SET", creation.set), ("IMM_SLOT", String(creation.slot)), ("IMM_INSTANCE", creation.instanceName),
            ("IMM_REVISION", creation.revision), ("IMM_EPOCH", String(creation.handle.epoch)),
        ]
        var variables: [JSONValue] = []
        for (index, variable) in template.env.enumerated()
        where !identity.contains(where: { $0.0 == variable.name }) {
            guard variable.secretRef != nil else {
                variables.append(["name": .string(variable.name), "value": PodPlan.literal(variable.value ?? "")])
                continue
            }
            let reference: JSONValue = [
                "name": .string(names.contents(instanceUID: creation.handle.uid)),
                "key": .string(InstanceContents.environmentKey(index)),
            ]
            variables.append(["name": .string(variable.name), "valueFrom": ["secretKeyRef": reference]])
        }
        return variables + identity.map { ["name": .string($0.0), "value": PodPlan.literal($0.1)] }
    }

    /// A text that Kubernetes takes as it is: it expands `$(NAME)` in variables, commands and arguments, and `$$` is a dollar.
    static func literal(_ text: String) -> JSONValue {
        .string(text.split(separator: "$", omittingEmptySubsequences: false).joined(separator: "$$"))
    }

    func refusal(_ what: String, _ remedy: String) -> ProviderError {
        ProviderError(.startRefused, "\(what) cannot be had on Kubernetes: \(remedy)")
    }
}
