internal import JSON

/// Why it is certain that nothing of a Pod runs and nothing of it will.
enum StopEvidence: Sendable, Hashable {
    /// It was never bound to a node, and its deletion, which has begun, keeps it from being bound.
    case neverBound
    /// The kubelet of its node reports that every container has terminated.
    case containersTerminated
    /// Its Node is not there any more.
    case nodeGone
    /// Somebody has declared its node out of service.
    case nodeOutOfService
    /// It mounts no volume of ours, and its phase is final: a second writer is out of the question.
    case finalPhaseWithoutVolumes
}

/// What proves the end of a Pod, and what does not (law L2).
///
/// Phases prove nothing: garbage collection, eviction and the node controller write them while containers run on. What nobody but
/// a kubelet writes is the state of each container.
enum StopRules {
    /// - Parameter volumeUIDs: of the volumes of ours that it mounts.
    static func evidence(of pod: Pod, volumeUIDs: [String]) -> StopEvidence? {
        if pod.nodeName.isEmpty { return pod.isBeingDeleted ? .neverBound : nil }
        if allTerminated(pod) { return .containersTerminated }
        return volumeUIDs.isEmpty && pod.isOver ? .finalPhaseWithoutVolumes : nil
    }

    /// - Parameter node: of the name that the Pod is bound to; nil: there is none.
    static func evidence(ofNode node: Node?) -> StopEvidence? {
        guard let node else { return .nodeGone }
        return node.isOutOfService ? .nodeOutOfService : nil
    }

    private static func allTerminated(_ pod: Pod) -> Bool {
        // What a node controller of old has written over a Pod whose node it has lost.
        if pod.reason == "NodeLost" || pod.phase == "Unknown" { return false }
        let statuses = pod.statuses
        guard !pod.containerNames.isEmpty,
            pod.containerNames.allSatisfy({ name in statuses.contains { $0.name == name && hasEnded($0) } })
        else { return false }
        // Those that admission has put in may mount the volumes too.
        let initial = pod.initStatuses
        return pod.initContainerNames.allSatisfy { name in initial.contains { $0.name == name && hasEnded($0) } }
            && pod.ephemeralStatuses.allSatisfy(hasEnded)
    }

    private static func hasEnded(_ status: Pod.ContainerStatus) -> Bool {
        guard let terminated = status.terminated else { return false }
        // A kubelet that does not find a container in its runtime says so in these words: of one that was never made it is the
        // end, of one that ran it is no more than that nobody knows.
        guard terminated.text("reason") == "ContainerStatusUnknown" else { return true }
        return status.containerID.isEmpty && !status.hasRunBefore
    }

    /// Why there is no proof, for people: what is waited for, and what ends the wait.
    static func missing(_ pod: Pod) -> String {
        let node = pod.nodeName
        if node.isEmpty { return "it is not bound to a node, and its deletion has not begun" }
        let open = pod.containerNames.filter { name in
            !pod.statuses.contains { $0.name == name && hasEnded($0) }
        }
        return "the kubelet of node \(node) has not reported the end of "
            + (open.isEmpty ? "its other containers" : "container \(open.joined(separator: ", "))")
            + ". When the node is lost for good, delete the Node, or taint it \(Node.outOfServiceTaint)=nodeshutdown:NoExecute "
            + "once it is powered off"
    }
}
