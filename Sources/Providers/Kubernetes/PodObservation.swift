internal import Ambient
internal import InfraAPI
internal import JSON
internal import ProviderInterface

/// Turns what the cluster says of a Pod into what controllers hear.
struct PodObservation {
    let names: ObjectNames
    let reachesPods: Bool

    /// - Parameter uid: under which it was asked for; nil: the one on its label.
    func instance(_ pod: Pod, uid: String? = nil) -> ObservedInstance {
        let labels = pod.labels
        let status = pod.mainStatus
        var instance = ObservedInstance(
            // An object of ours that lost its uid is still ours to report (law L6); its own stands in.
            uid: uid ?? labels[ObjectLabels.uid] ?? pod.uid, providerID: pod.id.description, name: pod.name,
            state: state(pod), epoch: pod.epoch, set: "\(pod.namespace)/\(labels[ObjectLabels.set] ?? "")",
            slot: labels[ObjectLabels.slot].flatMap { Int($0) } ?? 0, revision: labels[ObjectLabels.revision] ?? "",
            imageDigest: pod.mainContainer?.text("image"),
            startedAt: PodObservation.time((status?.running ?? status?.terminated)?.text("startedAt")),
            finishedAt: PodObservation.time(status?.terminated?.text("finishedAt")),
            address: reachesPods ? nonEmpty(pod.json.text("status", "podIP")) : nil, ports: hostPorts(pod),
            volumeUIDs: volumeUIDs(pod))
        instance.ranOutOfMemory = status?.terminated?.text("reason") == "OOMKilled"
        return instance
    }

    func volumeUIDs(_ pod: Pod) -> [String] { pod.claimNames.compactMap(names.volumeUID(ofClaim:)).sorted() }

    /// `exited` says that it has no future, and is no receipt: see `StopRules`.
    func state(_ pod: Pod) -> ObservedInstance.State {
        if let terminated = pod.mainStatus?.terminated {
            return .exited(code: terminated["exitCode"]?.intValue.map { Int(clamping: $0) })
        }
        if pod.isOver { return .exited(code: nil) }
        if pod.isBeingDeleted, pod.nodeName.isEmpty || pod.wasGivenUp { return .exited(code: nil) }
        return pod.mainStatus?.running == nil ? (pod.isBeingDeleted ? .exited(code: nil) : .created) : .running
    }

    /// Of ports of the host alone: the others are reached at the Pod's own address.
    private func hostPorts(_ pod: Pod) -> [PublishedPort] {
        let isOnHost = pod.json[path: ["spec", "hostNetwork"]]?.boolValue ?? false
        let hostIP = pod.json.text("status", "hostIP")
        guard !hostIP.isEmpty else { return [] }
        return (pod.mainContainer?.list("ports") ?? []).compactMap { json in
            let containerPort = Int(json["containerPort"]?.intValue ?? 0)
            let hostPort = json["hostPort"]?.intValue.map { Int($0) } ?? (isOnHost ? containerPort : 0)
            guard hostPort > 0 else { return nil }
            var port = PublishedPort()
            port.name = json.text("name")
            port.containerPort = containerPort
            port.hostIP = hostIP
            port.hostPort = hostPort
            return port
        }
    }

    private func nonEmpty(_ text: String) -> String? { text.isEmpty ? nil : text }

    private static func time(_ text: String?) -> Timestamp? { text.flatMap { Timestamp(rfc3339: $0) } }
}

extension Pod {
    /// The cluster deletes it because its node does not answer: it has no future, whatever runs there.
    var wasGivenUp: Bool {
        guard let condition = condition("DisruptionTarget"), condition.text("status") == "True" else { return false }
        return ["DeletionByTaintManager", "DeletionByPodGC"].contains(condition.text("reason"))
    }
}
