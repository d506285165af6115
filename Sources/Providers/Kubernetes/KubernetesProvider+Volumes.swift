internal import Ambient
public import InfraAPI
internal import JSON
internal import KubernetesAPI
internal import Logging
public import ProviderInterface

extension KubernetesProvider {
    public func createVolume(_ creation: VolumeCreation) async throws(ProviderError) -> ObservedVolume {
        try await identity.check()
        let (namespace, name) = (SetName(creation.set).namespace, names.claim(volumeUID: creation.uid))
        try requireNamespace(namespace)
        let reference = APIReference(.persistentVolumeClaims, namespace: namespace, name: name)
        if let there = try await get(Claim.self, reference) { return try observedOwn(there, uid: creation.uid) }
        try await requireNoForeignData(of: SetName(creation.set))
        var spec: JSONValue = [
            "accessModes": [.string(configuration.accessMode.rawValue)],
            "resources": ["requests": ["storage": .string(creation.size.description)]],
        ]
        spec["storageClassName"] = configuration.storageClass.map { .string($0) }
        let labels = ObjectLabels.volume(creation, installationID: configuration.installationID)
        // Without an owner: nothing that is deleted takes a volume with it (law L3).
        let body: JSONValue = [
            "apiVersion": "v1", "kind": "PersistentVolumeClaim",
            "metadata": ["name": .string(name), "namespace": .string(namespace), "labels": JSONValue(labels)],
            "spec": spec,
        ]
        do throws(KubernetesError) {
            return observed(Claim(try await api.create(.persistentVolumeClaims, in: namespace, body)))
        } catch {
            let what = "create the claim \(namespace)/\(name)"
            if error.kind == .alreadyExists, let there = try await get(Claim.self, reference) {
                return try observedOwn(there, uid: creation.uid)
            }
            if Refusal.code(error) == .quota { throw ProviderError(.quota, "\(what): \(error.description)") }
            throw ProviderError(error, doing: what)
        }
    }

    public func readVolume(_ handle: VolumeHandle) async throws(ProviderError) -> ObservedVolume? {
        let before = try await identity.check()
        let claim = try await claim(uid: handle.uid)
        let after = try await identity.check()
        guard before == after else { throw identity.mismatch(expected: before, found: after) }
        return claim.map(observed)
    }

    public func deleteVolume(_ handle: VolumeHandle) async throws(ProviderError) {
        try await identity.check()
        guard let claim = try await claim(uid: handle.uid) else { return }
        // The API takes the deletion of a claim in use, cannot take it back, and carries it out later.
        if let holder = try await mounting(claim).first {
            throw ProviderError(
                .volumeInUse,
                "the claim \(claim.namespace)/\(claim.name) is mounted by Pod \(holder.name) (\(holder.uid)); destroy it first"
            )
        }
        let what = "delete the claim \(claim.namespace)/\(claim.name)"
        do throws(KubernetesError) {
            let preconditions = APIPreconditions(uid: claim.uid, resourceVersion: claim.resourceVersion)
            try await api.delete(claim.reference, preconditions)
        } catch {
            guard error.kind == .notFound else { throw ProviderError(error, doing: what) }
            return
        }
        let end = surroundings.time.uptime + configuration.stopMargin
        while let left = try await get(Claim.self, claim.reference), left.uid == claim.uid {
            guard surroundings.time.uptime < end else {
                throw ProviderError(
                    .unknownOutcome,
                    "\(what): finalizers hold it: \(left.finalizers.joined(separator: ", "))")
            }
            do {
                try await surroundings.time.sleep(for: .milliseconds(100))
            } catch { throw ProviderError(.cancelled, "\(what): cancelled") }
        }
    }

    public func resizeVolume(_ handle: VolumeHandle, to size: Quantity) async throws(ProviderError) {
        try await identity.check()
        guard let claim = try await claim(uid: handle.uid) else {
            throw ProviderError(.notFound, "the claim of volume \(handle.uid) is missing")
        }
        if let now = Quantity(claim.requestedSize), now >= size { return }
        let patch: JSONValue = [
            "metadata": ["uid": .string(claim.uid)],
            "spec": ["resources": ["requests": ["storage": .string(size.description)]]],
        ]
        do throws(KubernetesError) {
            _ = try await api.mergePatch(claim.reference, patch)
        } catch {
            let what = "resize the claim \(claim.namespace)/\(claim.name) to \(size)"
            switch error.kind {
            case .forbidden, .invalid:
                throw ProviderError(
                    .notSupported, "\(what): \(error.description); its storage class must have allowVolumeExpansion")
            default: throw ProviderError(error, doing: what)
            }
        }
    }

    func observed(_ claim: Claim) -> ObservedVolume {
        let labels = claim.labels
        return ObservedVolume(
            uid: labels[ObjectLabels.uid] ?? names.volumeUID(ofClaim: claim.name) ?? claim.name,
            providerID: "\(claim.namespace)/\(claim.name)",
            set: labels[ObjectLabels.set].map { "\(claim.namespace)/\($0)" },
            slot: labels[ObjectLabels.slot].flatMap { Int($0) }, claim: labels[ObjectLabels.claim],
            size: Quantity(claim.requestedSize))
    }

    /// The claim of a volume; nil when there is none. Throws when the name is not ours.
    func claim(uid: String) async throws(ProviderError) -> Claim? {
        let found = try await objects(Claim.self, .persistentVolumeClaims, named: names.claim(volumeUID: uid))
        guard let claim = found.first else { return nil }
        try requireOwn(claim, uid: uid)
        return claim
    }

    private func observedOwn(_ claim: Claim, uid: String) throws(ProviderError) -> ObservedVolume {
        try requireOwn(claim, uid: uid)
        return observed(claim)
    }

    private func requireOwn(_ claim: Claim, uid: String) throws(ProviderError) {
        guard claim.labels[ObjectLabels.installation] == configuration.installationID,
            claim.labels[ObjectLabels.uid] == uid
        else {
            throw ProviderError(
                .nameTaken,
                "the claim \(claim.namespace)/\(claim.name) exists without our labels, so it is not ours and is left alone; "
                    + "rename or remove it")
        }
    }

    /// Another installation's data for the same set: a blank volume beside it would be taken for it.
    private func requireNoForeignData(of set: SetName) async throws(ProviderError) {
        let selector = APISelector(labels: "\(ObjectLabels.installation),\(ObjectLabels.set)=\(set.name)")
        let claims = try await all(Claim.self, .persistentVolumeClaims, in: set.namespace, selector)
        let installations = claims.compactMap { $0.labels[ObjectLabels.installation] }
        guard let other = installations.filter({ $0 != configuration.installationID }).min(),
            !installations.contains(configuration.installationID)
        else { return }
        throw ProviderError(
            .nameTaken,
            "installation \(other) holds volumes of the set \(set.namespace)/\(set.name) in this cluster: one made now would begin "
                + "without their data. Remove them there, or give this set another name")
    }

    /// Pods of any owner that name the claim and may run.
    func mounting(_ claim: Claim) async throws(ProviderError) -> [Pod] {
        try await all(Pod.self, .pods, in: claim.namespace, APISelector()).filter {
            $0.claimNames.contains(claim.name)
        }
    }
}
