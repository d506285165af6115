import Ambient
import InfraAPI
public import JSON
import ObjectStore

/// Finalizers by which a deletion treats what the object owns; the garbage collector takes them off.
public enum PropagationFinalizer {
    /// The object stays until everything that it owns, and that blocks it, is gone.
    public static let foreground = "foregroundDeletion"
    /// What the object owns is released first.
    public static let orphan = "orphan"
}

extension LocalResourceClient {
    private static let deleteAttempts = 10

    public func delete(_ reference: ObjectReference, _ options: DeleteOptions) async throws(APIStatus) -> JSONValue {
        let served = try types.find(reference.type)
        let key = served.key(reference.namespace, reference.name)
        for _ in 0..<LocalResourceClient.deleteAttempts {
            guard let stored = try await find(key) else { throw .notFound(served.type, key.name) }
            let live = stored.body
            try options.check(live, served.type)
            let request = AdmissionRequest(
                operation: .delete, type: served.type, subresource: nil, fieldValidation: .strict, report: nil,
                user: nil,
                old: live, object: live)
            try await admission.judge(request, AdmissionReader(store: store))
            let object = deleted(live, served.type, options.propagation)
            if !object.finalizers.isEmpty, object == live { return live }
            if options.dryRun { return object }
            let change: StoreMutation.Change = object.finalizers.isEmpty ? .delete : .put(object)
            let mutation = StoreMutation(key, change, if: .version(stored.version))
            if let result = try await commit(mutation, in: options.term) {
                return result.body
            }
            if options.resourceVersion != nil { break }
        }
        throw .modified(served.type, key.name)
    }

    /// The object as a deletion leaves it while finalizers hold it.
    private func deleted(
        _ live: JSONValue, _ type: ResourceType, _ propagation: DeleteOptions.Propagation?
    ) -> JSONValue {
        var metadata = live["metadata"] ?? .object(JSONObject())
        if let propagation {
            var finalizers = live.finalizers.filter {
                $0 != PropagationFinalizer.foreground && $0 != PropagationFinalizer.orphan
            }
            switch propagation {
            case .background: break
            case .foreground: finalizers.append(PropagationFinalizer.foreground)
            case .orphan: finalizers.append(PropagationFinalizer.orphan)
            }
            if finalizers != live.finalizers { metadata["finalizers"] = .array(finalizers.map(JSONValue.string)) }
        }
        var object = live
        if metadata["deletionTimestamp"].isMissing {
            metadata["deletionTimestamp"] = .string(now)
            metadata["deletionGracePeriodSeconds"] = 0
            metadata["generation"] = .int((metadata["generation"]?.intValue ?? 0) + 1)
            if type == Namespace.resourceType {
                object[path: ["status", "phase"]] = .string(NamespaceLifecycle.terminating)
            }
        }
        object["metadata"] = metadata
        return object
    }
}

extension DeleteOptions {
    /// The preconditions, in Kubernetes' words.
    fileprivate func check(_ live: JSONValue, _ type: ResourceType) throws(APIStatus) {
        let (name, standing) = (live.metadataText("name"), live.metadataText("uid"))
        if let uid, uid != standing {
            throw .conflict(
                type, name,
                "the UID in the precondition (\(uid)) does not match the UID in record (\(standing)). "
                    + "The object might have been deleted and then recreated")
        }
        let version = live.metadataText("resourceVersion")
        if let resourceVersion, resourceVersion != version {
            throw .conflict(
                type, name,
                "the ResourceVersion in the precondition (\(resourceVersion)) does not match the ResourceVersion in "
                    + "record (\(version)). The object might have been modified")
        }
    }
}
