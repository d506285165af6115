import Ambient
import InfraAPI
import JSON
import ResourceAPI

/// Makes Pods of stored Instances.
final class PodTranslation: Sendable {
    /// Revisions never change, so that one that was read once is right for ever; this many are kept.
    private static let maximumRevisions = 256

    private let client: any ResourceClient
    private let revisions = Guarded<[String: RevisionSpec]>([:])

    init(_ client: any ResourceClient) { self.client = client }

    /// - Parameter isPrinted: with what the columns of a table show, under `ViewedKinds.printedMember`.
    func pod(of json: JSONValue, isPrinted: Bool) async throws(APIStatus) -> JSONValue {
        let instance: Instance
        do throws(FieldError) {
            instance = try Instance(json: json)
        } catch {
            throw APIStatus(
                code: 500, reason: .internalError, message: "a stored instance cannot be shown as a Pod: \(error)")
        }
        let revision = try await revision(of: instance)
        let status = PodStatus(instance: instance)
        var metadata = json["metadata"] ?? [:]
        metadata["managedFields"] = nil
        // Of the provider's finalizer no client of Pods knows anything.
        metadata["finalizers"] = nil
        var pod: JSONValue = [
            "apiVersion": .string(ViewedKinds.pod.apiVersion), "kind": .string(ViewedKinds.pod.kind),
            "metadata": metadata, "spec": PodSpec(instance: instance, revision: revision).json,
            "status": status.json(image: revision?.requestedImage ?? ""),
        ]
        if isPrinted {
            pod[ViewedKinds.printedMember] = [
                "ready": status.isReady ? "1/1" : "0/1", "status": .string(status.summary), "restarts": 0,
            ]
        }
        return pod
    }

    private func revision(of instance: Instance) async throws(APIStatus) -> RevisionSpec? {
        let key = "\(instance.namespace)/\(instance.spec.revision)/\(instance.spec.revisionHash)"
        if let known = revisions.withLock({ $0[key] }) { return known }
        do throws(APIStatus) {
            let revision = try await client.get(
                Revision.self, namespace: instance.namespace, name: instance.spec.revision)
            guard revision.spec.hash == instance.spec.revisionHash else { return nil }
            revisions.withLock { revisions in
                if revisions.count >= PodTranslation.maximumRevisions { revisions.removeAll() }
                revisions[key] = revision.spec
            }
            return revision.spec
        } catch {
            if error.isNotFound { return nil }
            throw error
        }
    }
}
