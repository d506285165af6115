internal import Ambient
internal import JSON
internal import KubernetesAPI
public import ProviderInterface

extension KubernetesProvider {
    /// Removes the Pod's gate, which nobody can put back, and waits until its kubelet reports the container.
    public func start(_ handle: InstanceHandle) async throws(ProviderError) -> ObservedInstance {
        try await identity.check()
        guard let pod = try await locate(handle) else {
            throw ProviderError(.notFound, "no Pod of instance \(handle.uid) to start; create it first")
        }
        let before = observation.instance(pod)
        switch before.state {
        case .running: return before
        case .exited(let code):
            throw ProviderError(
                .alreadyExited,
                "Pod \(pod.namespace)/\(pod.name) of instance \(handle.uid) "
                    + (pod.isBeingDeleted ? "is being deleted" : "ran and exited with code \(code ?? -1)")
                    + "; an instance is started once and then replaced")
        case .created: break
        }
        let uids = observation.volumeUIDs(pod)
        if pod.isGated {
            try await requireContents(pod)
            try await hold(uids, by: pod)
            try await removeGate(of: pod)
        }
        let started = try await awaitStart(pod)
        if !uids.isEmpty { await noteNode(started, uids) }
        return observation.instance(started)
    }

    /// Gates of others stay. The uid says that it is this Pod, the version that its gates are those that were read.
    private func removeGate(of pod: Pod) async throws(ProviderError) {
        var pod = pod
        let what = "start Pod \(pod.namespace)/\(pod.name)"
        for attempt in 1...5 {
            let others = pod.json.list("spec", "schedulingGates").filter { $0.text("name") != ObjectLabels.startGate }
            let patch: JSONValue = [
                "metadata": ["uid": .string(pod.uid), "resourceVersion": .string(pod.resourceVersion)],
                "spec": ["schedulingGates": others.isEmpty ? .null : .array(others)],
            ]
            do throws(KubernetesError) {
                _ = try await api.mergePatch(pod.reference, patch)
                return
            } catch {
                guard error.kind == .conflict, attempt < 5 else { throw ProviderError(error, doing: what) }
            }
            guard let now = try await get(Pod.self, pod.reference), now.uid == pod.uid, !now.isBeingDeleted else {
                throw ProviderError(.notFound, "\(what): it was deleted by somebody else")
            }
            guard now.isGated else { return }
            pod = now
        }
    }

    private func awaitStart(_ pod: Pod) async throws(ProviderError) -> Pod {
        var last = pod
        let started = try await watch(pod, for: configuration.startTimeout) { (now) throws(ProviderError) -> Pod? in
            guard let now else {
                throw ProviderError(.notFound, "Pod \(pod.namespace)/\(pod.name) is gone; somebody else removed it")
            }
            last = now
            return try self.hasStarted(now) ? now : nil
        }
        if let started { return started }
        throw notStarted(last)
    }

    /// Whether its container runs, or ran and is over. Throws when the kubelet says that it cannot.
    private func hasStarted(_ pod: Pod) throws(ProviderError) -> Bool {
        let what = "start Pod \(pod.namespace)/\(pod.name)"
        guard let status = pod.mainStatus else {
            guard pod.isOver || pod.isBeingDeleted else { return false }
            throw ProviderError(
                .engineFailed,
                "\(what): the node \(pod.nodeName) refused it or it was evicted: \(pod.reason) "
                    + pod.json.text("status", "message"))
        }
        if let waiting = status.waiting {
            let (reason, message) = (waiting.text("reason"), waiting.text("message"))
            guard let code = Refusal.code(waiting: reason, message) else { return false }
            throw ProviderError(code, "\(what): \(reason): \(message)")
        }
        if let ended = status.terminated {
            let (reason, message) = (ended.text("reason"), ended.text("message"))
            if let code = Refusal.code(terminated: reason, message) {
                throw ProviderError(code, "\(what): \(reason): \(message)")
            }
            return true
        }
        return status.running != nil
    }

    /// What it waits for, by the last that was seen of it.
    private func notStarted(_ pod: Pod) -> ProviderError {
        let what = "Pod \(pod.namespace)/\(pod.name) has not started within \(configuration.startTimeout)"
        if pod.nodeName.isEmpty {
            let condition = pod.condition("PodScheduled")
            let gates = pod.gates.isEmpty ? "" : "; gates of others hold it: \(pod.gates.joined(separator: ", "))"
            return ProviderError(
                .quota,
                "\(what): no node takes it: \(condition?.text("message") ?? "the scheduler says nothing")\(gates)")
        }
        let waiting = pod.mainStatus?.waiting
        return ProviderError(
            .engineFailed,
            "\(what): the kubelet of node \(pod.nodeName) says \(waiting?.text("reason") ?? "nothing") "
                + (waiting?.text("message") ?? ""))
    }
}
