internal import Ambient
internal import JSON
internal import KubernetesAPI
public import ProviderInterface

extension KubernetesProvider {
    /// Makes the Pod behind its gate, and the Secret that it needs.
    public func create(_ creation: InstanceCreation) async throws(ProviderError) -> ObservedInstance {
        let plan = PodPlan(creation: creation, names: names, configuration: configuration)
        try requireNamespace(plan.namespace)
        let body = try plan.pod()
        try await identity.check()
        try await requireVolumes(creation, in: plan.namespace)
        let name = names.pod(creation.handle)
        let pod: Pod
        if let made = try await make(body, plan) {
            pod = made
        } else {
            // The name is held: by this very instance (a repeated create), or by another, and then the fence holds.
            let reference = APIReference(.pods, namespace: plan.namespace, name: name)
            guard let holder = try await get(Pod.self, reference) else {
                throw ProviderError(.nameTaken, "the name \(plan.namespace)/\(name) was taken a moment ago; try again")
            }
            guard isOurs(holder, uid: creation.handle.uid), holder.epoch == creation.handle.epoch else {
                throw nameTaken(by: holder)
            }
            pod = holder
        }
        if !plan.contents.isEmpty, pod.isGated, !pod.isBeingDeleted { try await makeContents(plan.contents, pod) }
        return observation.instance(pod)
    }

    func requireNamespace(_ namespace: String) throws(ProviderError) {
        guard let only = configuration.namespace, only != namespace else { return }
        throw ProviderError(
            .notSupported,
            "this Provider acts in the namespace \(only) alone, and the set is in \(namespace); use another Provider, or give "
                + "it rights in the whole cluster")
    }

    func nameTaken(by holder: Pod) -> ProviderError {
        ProviderError(
            .nameTaken,
            "the name \(holder.namespace)/\(holder.name) belongs to Pod \(holder.uid) of instance "
                + "\(holder.labels[ObjectLabels.uid] ?? "unknown"), epoch "
                + "\(holder.labels[ObjectLabels.epoch] ?? "unknown")")
    }

    /// nil: the name is held.
    private func make(_ body: JSONValue, _ plan: PodPlan) async throws(ProviderError) -> Pod? {
        let what = "create Pod \(plan.namespace)/\(names.pod(plan.creation.handle))"
        do throws(KubernetesError) {
            return Pod(try await api.create(.pods, in: plan.namespace, body))
        } catch {
            if error.kind == .alreadyExists { return nil }
            if error.kind == .notFound {
                throw ProviderError(
                    .engineFailed,
                    "\(what): the namespace \(plan.namespace) is not in the cluster; create it there: \(error.message)")
            }
            guard let code = Refusal.code(error) else { throw ProviderError(error, doing: what) }
            throw ProviderError(code, "\(what): \(error.description)")
        }
    }

    /// The Secret comes after the Pod, which is to own it; behind its gate the Pod does not miss it.
    private func makeContents(_ contents: InstanceContents, _ pod: Pod) async throws(ProviderError) {
        let body = try contents.secret(ownedBy: pod)
        let reference = APIReference(.secrets, namespace: pod.namespace, name: contents.name)
        let what = "create Secret \(pod.namespace)/\(contents.name)"
        for _ in 1...2 {
            do throws(KubernetesError) {
                _ = try await api.create(.secrets, in: pod.namespace, body)
                return
            } catch {
                if let code = Refusal.code(error) { throw ProviderError(code, "\(what): \(error.description)") }
                guard error.kind == .alreadyExists else { throw ProviderError(error, doing: what) }
            }
            guard let there = try await get(Contents.self, reference) else { continue }
            if there.owner == pod.uid { return }
            guard there.labels[ObjectLabels.installation] == configuration.installationID else {
                throw ProviderError(.nameTaken, "\(what): the name is taken by a Secret that is not ours; remove it")
            }
            // It is of an earlier Pod of this instance, which never ran.
            try await call(what) { () throws(KubernetesError) in
                try await api.delete(reference, APIPreconditions(uid: there.uid))
            }
        }
        throw ProviderError(.engineFailed, "\(what): the one of an earlier Pod is still there; try again")
    }

    /// Whether the Secret that a Pod needs is there: a create that was cut short has not made it.
    func requireContents(_ pod: Pod) async throws(ProviderError) {
        guard let name = pod.contentsName(names) else { return }
        let there = try await get(Contents.self, APIReference(.secrets, namespace: pod.namespace, name: name))
        guard there?.owner == pod.uid else {
            throw ProviderError(
                .notFound,
                "Pod \(pod.namespace)/\(pod.name) has no Secret \(name) yet: its creation was cut short; it is to be created "
                    + "again")
        }
    }
}

/// A Secret of ours, without its data.
struct Contents: ClusterObject {
    let json: JSONValue

    init(_ json: JSONValue) {
        var json = json
        json["data"] = nil
        self.json = json
    }

    /// uid of the Pod that owns it.
    var owner: String? { json.list("metadata", "ownerReferences").first { $0.text("kind") == "Pod" }?.text("uid") }
}
