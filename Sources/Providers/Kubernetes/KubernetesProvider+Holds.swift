internal import Ambient
internal import JSON
internal import KubernetesAPI
internal import Logging
internal import ProviderInterface

extension KubernetesProvider {
    /// A Pod that names a missing claim would wait for ever, and a blank claim would take the place of somebody's data (law L3).
    ///
    /// Nor is a second writer refused but with ReadWriteOncePod: our own are kept apart by name, and anybody else's is looked for
    /// (law L2).
    func requireVolumes(_ creation: InstanceCreation, in namespace: String) async throws(ProviderError) {
        for request in creation.volumes {
            guard let claim = try await claim(uid: request.volumeUID), claim.namespace == namespace else {
                throw ProviderError(
                    .notFound,
                    "the claim \(namespace)/\(names.claim(volumeUID: request.volumeUID)) of \(request.claim) is missing in the "
                        + "cluster; it is never made anew in silence")
            }
            let what = "the claim \(namespace)/\(claim.name) of \(request.claim)"
            if claim.isBeingDeleted { throw ProviderError(.notFound, "\(what) is being deleted by somebody else") }
            if claim.phase == "Lost" {
                throw ProviderError(.engineFailed, "\(what) has lost its PersistentVolume; restore that first")
            }
            if let hold = VolumeHold(claim), hold.epoch > creation.handle.epoch {
                throw ProviderError(
                    .nameTaken,
                    "\(what) is at epoch \(hold.epoch), and this create is of epoch \(creation.handle.epoch)")
            }
            guard !claim.accessModes.contains("ReadWriteOncePod") else { continue }
            let name = names.pod(creation.handle)
            if let other = try await mounting(claim).first(where: { $0.name != name }) {
                throw ProviderError(
                    .volumeInUse,
                    "\(what) is mounted by Pod \(other.name) (\(other.uid)), which no record knows; remove that Pod first"
                )
            }
        }
    }

    /// Notes on each claim that this Pod may write on it from now on. An older epoch never takes the place of a newer one.
    func hold(_ volumeUIDs: [String], by pod: Pod, node: String = "") async throws(ProviderError) {
        let hold = VolumeHold(
            instanceUID: pod.labels[ObjectLabels.uid] ?? pod.uid, epoch: pod.epoch, podUID: pod.uid, node: node)
        for uid in volumeUIDs {
            try await patchHold(of: uid) { (known) throws(ProviderError) in
                if known == hold { return .keep }
                if let known, known.epoch > hold.epoch {
                    throw ProviderError(
                        .nameTaken,
                        "volume \(uid) is at epoch \(known.epoch), and Pod \(pod.namespace)/\(pod.name) is of epoch \(hold.epoch)"
                    )
                }
                return .set(hold)
            }
        }
    }

    /// After the proof of its end: a Pod that is not noted has nothing to release.
    func release(_ volumeUIDs: [String], of pod: Pod) async throws(ProviderError) {
        for uid in volumeUIDs {
            try await patchHold(of: uid) { (known) throws(ProviderError) in known?.podUID == pod.uid ? .set(nil) : .keep
            }
        }
    }

    /// For the day when the Pod is forced out of the API. It runs already: a failure is not a failed start.
    func noteNode(_ pod: Pod, _ volumeUIDs: [String]) async {
        if pod.nodeName.isEmpty { return }
        do throws(ProviderError) {
            try await hold(volumeUIDs, by: pod, node: pod.nodeName)
        } catch {
            logger.notice(
                "the node of an instance could not be noted on its claims",
                metadata: ["pod": "\(pod.namespace)/\(pod.name)", "error": "\(error)"])
        }
    }

    private enum HoldChange {
        case keep
        case set(VolumeHold?)
    }

    private func patchHold(
        of uid: String, _ change: (VolumeHold?) throws(ProviderError) -> HoldChange
    ) async throws(ProviderError) {
        let what = "note the holder of volume \(uid)"
        for attempt in 1...5 {
            guard let claim = try await claim(uid: uid) else {
                throw ProviderError(.notFound, "\(what): its claim is missing in the cluster")
            }
            guard case .set(let hold) = try change(VolumeHold(claim)) else { return }
            do throws(KubernetesError) {
                _ = try await api.mergePatch(claim.reference, VolumeHold.patch(hold, on: claim))
                return
            } catch {
                guard error.kind == .conflict, attempt < 5 else { throw ProviderError(error, doing: what) }
            }
        }
    }
}
