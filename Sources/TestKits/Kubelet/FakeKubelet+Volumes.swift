internal import Ambient
internal import JSON
internal import KubernetesAPI

extension FakeKubelet {
    /// Binds a claim to a volume of its own and attaches that to the node; false: the Pod waits, since the claim is missing or
    /// another Pod of the node may use it alone.
    func bind(_ name: String, _ pod: FakePod) async throws(KubernetesError) -> Bool {
        let reference = APIReference(.persistentVolumeClaims, namespace: pod.namespace, name: name)
        guard let claim = try await api.get(reference) else { return false }
        let modes = claim[path: ["spec", "accessModes"]]?.arrayValue?.compactMap(\.stringValue) ?? []
        if modes.contains("ReadWriteOncePod"), try await isUsed(name, besides: pod) { return false }
        let volume = "pv-\(claim[path: ["metadata", "uid"]]?.stringValue ?? name)"
        if claim[path: ["status", "phase"]]?.stringValue != "Bound" {
            _ = try await api.mergePatch(reference, ["spec": ["volumeName": .string(volume)]])
            _ = try await api.mergePatch(reference, ["status": ["phase": "Bound"]], subresource: "status")
        }
        let attachment: JSONValue = [
            "apiVersion": "storage.k8s.io/v1", "kind": "VolumeAttachment",
            "metadata": ["name": .string(attachmentName(volume))],
            "spec": [
                "attacher": "fake.csi.dev", "nodeName": .string(node),
                "source": ["persistentVolumeName": .string(volume)],
            ],
        ]
        do throws(KubernetesError) {
            _ = try await api.create(.volumeAttachments, in: nil, attachment)
        } catch {
            guard error.kind == .alreadyExists else { throw error }
        }
        return true
    }

    /// Detaches a claim's volume, unless another Pod of the node uses it.
    func detach(_ name: String, _ pod: FakePod) async throws(KubernetesError) {
        if try await isUsed(name, besides: pod) { return }
        let reference = APIReference(.persistentVolumeClaims, namespace: pod.namespace, name: name)
        guard let volume = try await api.get(reference)?[path: ["spec", "volumeName"]]?.stringValue else { return }
        do throws(KubernetesError) {
            try await api.delete(APIReference(.volumeAttachments, name: attachmentName(volume)))
        } catch {
            guard error.kind == .notFound else { throw error }
        }
    }

    func pods(in namespace: String?) async throws(KubernetesError) -> [FakePod] {
        var pods: [FakePod] = []
        try await api.forEachPage(.pods, in: namespace) { pods += $0.map { FakePod($0) } }
        return pods
    }

    private func attachmentName(_ volume: String) -> String { "csi-\(volume)-\(node)" }

    private func isUsed(_ claim: String, besides pod: FakePod) async throws(KubernetesError) -> Bool {
        for other in try await pods(in: pod.namespace)
        where other.uid != pod.uid && other.claims.contains(claim) && !other.nodeName.isEmpty {
            if let container = containers[other.uid], container.exitCode == nil { return true }
        }
        return false
    }

    /// Why the kubelet does not make the container; nil: it does.
    func flaw(of pod: FakePod) async throws(KubernetesError) -> (reason: String, message: String)? {
        for name in pod.secrets {
            guard try await api.get(APIReference(.secrets, namespace: pod.namespace, name: name)) == nil else {
                continue
            }
            return ("CreateContainerConfigError", "secret \"\(name)\" not found")
        }
        guard pod.runsAsRootAgainstItsWill else { return nil }
        return ("CreateContainerConfigError", "container's runAsUser breaks non-root policy")
    }
}
