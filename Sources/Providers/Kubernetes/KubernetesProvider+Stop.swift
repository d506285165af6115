internal import Ambient
internal import JSON
internal import KubernetesAPI
public import ProviderInterface

extension KubernetesProvider {
    /// Deletes the Pod, whose finalizer keeps it, and waits for the proof that nothing of it runs.
    public func stop(_ handle: InstanceHandle, grace: Duration) async throws(ProviderError) {
        try await identity.check()
        guard let pod = try await locate(handle) else { return }
        _ = try await ended(pod, grace: grace)
    }

    /// Lets the Pod go: after the proof its volumes are released, its finalizer is taken off, and its absence is waited for.
    public func destroy(_ handle: InstanceHandle) async throws(ProviderError) {
        try await identity.check()
        guard let pod = try await locate(handle) else { return }
        guard let evidence = try await ended(pod, grace: .seconds(1)) else { return }
        try await release(observation.volumeUIDs(pod), of: pod)
        guard let left = try await withoutFinalizer(pod) else { return }
        // Its kubelet takes it out of the API; where there is none any more, nobody would.
        try await delete(left, graceSeconds: evidence.leavesNoKubelet ? 0 : 1)
        let isGone = try await watch(left, for: configuration.stopMargin) { (now) throws(ProviderError) -> Bool? in
            now == nil ? true : nil
        }
        guard isGone != nil else {
            throw ProviderError(
                .unknownOutcome,
                "Pod \(pod.namespace)/\(pod.name) has ended and is still in the API: "
                    + (left.finalizers.isEmpty
                        ? "the kubelet of node \(pod.nodeName) has not taken it away yet"
                        : "finalizers of others hold it: \(left.finalizers.joined(separator: ", "))"))
        }
    }

    /// Why it is certain that nothing of the Pod runs; nil: it is gone from the API. Asks for its deletion where that is needed.
    private func ended(_ pod: Pod, grace: Duration) async throws(ProviderError) -> StopEvidence? {
        if let evidence = try await evidence(of: pod) { return evidence }
        let seconds = Int(clamping: max(1, grace.components.seconds + (grace.components.attoseconds > 0 ? 1 : 0)))
        try await delete(pod, graceSeconds: seconds)
        var last = pod
        let limit = Duration.seconds(seconds) + configuration.stopMargin
        let answer = try await watch(pod, for: limit) { (now) throws(ProviderError) -> Ending? in
            guard let now else { return .gone }
            last = now
            return try await self.evidence(of: now).map { .proven($0) }
        }
        switch answer {
        case .gone: return nil
        case .proven(let evidence): return evidence
        case nil:
            throw ProviderError(
                .unknownOutcome,
                "Pod \(pod.namespace)/\(pod.name) was told to stop, and nothing proves that it has: "
                    + StopRules.missing(last))
        }
    }

    private enum Ending: Sendable {
        case gone
        case proven(StopEvidence)
    }

    func evidence(of pod: Pod) async throws(ProviderError) -> StopEvidence? {
        if let evidence = StopRules.evidence(of: pod, volumeUIDs: observation.volumeUIDs(pod)) { return evidence }
        // A node is asked only about a Pod that somebody wants to be over.
        guard pod.isBeingDeleted, !pod.nodeName.isEmpty else { return nil }
        return try await evidence(ofNode: pod.nodeName)
    }

    /// nil, too, where nodes may not be read (an installation in one namespace).
    func evidence(ofNode name: String) async throws(ProviderError) -> StopEvidence? {
        do throws(KubernetesError) {
            let node = try await api.get(APIReference(.nodes, name: name))
            return StopRules.evidence(ofNode: node.map { Node($0) })
        } catch {
            if error.kind == .forbidden { return nil }
            throw ProviderError(error, doing: "read node \(name)")
        }
    }

    /// One that is gone, or another's by now, is fine.
    private func delete(_ pod: Pod, graceSeconds: Int) async throws(ProviderError) {
        do throws(KubernetesError) {
            // A Pod without a node is told to end before it can be bound to one: the API refuses a binding afterwards.
            try await api.delete(pod.reference, APIPreconditions(uid: pod.uid), graceSeconds: graceSeconds)
        } catch {
            switch error.kind {
            case .notFound, .conflict: return
            default: throw ProviderError(error, doing: "delete Pod \(pod.namespace)/\(pod.name)")
            }
        }
    }

    /// The Pod without our finalizer; nil: it is gone. `pod` is over, which no newer state of it can change.
    private func withoutFinalizer(_ pod: Pod) async throws(ProviderError) -> Pod? {
        let what = "take the finalizer off Pod \(pod.namespace)/\(pod.name)"
        for _ in 1...5 {
            guard let now = try await get(Pod.self, pod.reference), now.uid == pod.uid else { return nil }
            guard now.finalizers.contains(ObjectLabels.receiptFinalizer) else { return now }
            let others = now.finalizers.filter { $0 != ObjectLabels.receiptFinalizer }
            let patch: JSONValue = [
                "metadata": [
                    "uid": .string(now.uid), "resourceVersion": .string(now.resourceVersion),
                    "finalizers": others.isEmpty ? .null : .array(others.map { .string($0) }),
                ]
            ]
            do throws(KubernetesError) {
                return Pod(try await api.mergePatch(now.reference, patch))
            } catch {
                switch error.kind {
                case .notFound: return nil
                case .conflict: continue
                default: throw ProviderError(error, doing: what)
                }
            }
        }
        throw ProviderError(.engineFailed, "\(what): others write on it all the time; try again")
    }

    // MARK: the confirming read

    public func read(_ handle: InstanceHandle) async throws(ProviderError) -> ConfirmingRead {
        let before = try await identity.check()
        var byID: Pod?
        if let id = handle.providerID { byID = try await pod(withID: id) }
        let byName = byID == nil ? try await pods(named: names.pod(handle)) : []
        let mine = ([byID].compactMap { $0 } + byName).first { isOurs($0, uid: handle.uid) }
        if mine == nil {
            // A name that another holds is no proof of absence: whoever it is may hold the volumes too.
            if let other = byName.first { throw nameTaken(by: other) }
            try await requireReceipt(handle)
        }
        let after = try await identity.check()
        guard before == after else { throw identity.mismatch(expected: before, found: after) }
        return ConfirmingRead(identity: after, instance: mine.map { observation.instance($0, uid: handle.uid) })
    }

    /// A Pod that was forced out of the API may run on: its absence counts only when its end was proven, or its node is gone.
    private func requireReceipt(_ handle: InstanceHandle) async throws(ProviderError) {
        guard let uid = handle.fenceVolumeUID, let claim = try await claim(uid: uid), let hold = VolumeHold(claim),
            hold.instanceUID == handle.uid, hold.epoch == handle.epoch
        else { return }
        if !hold.node.isEmpty, try await evidence(ofNode: hold.node) != nil { return }
        throw ProviderError(
            .unknownOutcome,
            "the Pod \(hold.podUID) of instance \(handle.uid) was taken out of the API by force before its end was proven, and "
                + "may run on \(hold.node.isEmpty ? "a node that is not known" : "node \(hold.node)") with the volume of claim "
                + "\(claim.namespace)/\(claim.name). Delete that Node or declare it out of service once it is powered off, or end "
                + "the attachment by hand (immctl volume force-detach)")
    }
}

extension StopEvidence {
    /// Whether no kubelet will take the Pod out of the API.
    fileprivate var leavesNoKubelet: Bool { self != .containersTerminated }
}
