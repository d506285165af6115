import InfraAPI
import JSON

/// How a namespace goes away.
public enum NamespaceLifecycle {
    /// Held by every namespace until the namespace controller has found it empty.
    public static let finalizer = "imm.dev/namespace"
    public static let active = "Active"
    public static let terminating = "Terminating"
    /// Namespaces that cannot be deleted.
    public static let permanent = ["default", system]
    /// Where imm keeps what is its own: the leader's Lease, the installation.
    public static let system = "imm-system"
}

/// How the life of an object begins: with the finalizers that the server itself puts on, since what is behind the object
/// has to go before it does, and a namespace with its phase.
struct LifecycleBeginning: AdmissionCheck {
    func admit(_ request: inout AdmissionRequest, _ objects: AdmissionReader) async throws(APIStatus) {
        guard request.operation == .create else { return }
        switch request.type {
        case Namespace.resourceType:
            add(NamespaceLifecycle.finalizer, to: &request.object)
            request.object["status"] = ["phase": .string(NamespaceLifecycle.active)]
        case Volume.resourceType: add(Volume.finalizer, to: &request.object)
        case SlotSnapshot.resourceType: add(SlotSnapshot.finalizer, to: &request.object)
        default: return
        }
    }

    private func add(_ finalizer: String, to object: inout JSONValue) {
        var finalizers = object["metadata"]?["finalizers"]?.arrayValue ?? []
        if !finalizers.contains(.string(finalizer)) { finalizers.append(.string(finalizer)) }
        object[path: ["metadata", "finalizers"]] = .array(finalizers)
    }
}

/// Nothing is made in a namespace that is not there or is going away; some namespaces stay.
struct NamespaceRules: AdmissionCheck {
    func admit(_ request: inout AdmissionRequest, _ objects: AdmissionReader) async throws(APIStatus) {
        switch request.operation {
        case .create: try await checkNamespace(of: request, objects)
        case .delete:
            guard request.type == Namespace.resourceType, NamespaceLifecycle.permanent.contains(request.name) else {
                return
            }
            throw .forbidden(request.type, request.name, "this namespace may not be deleted")
        case .update: return
        }
    }

    private func checkNamespace(of request: AdmissionRequest, _ objects: AdmissionReader) async throws(APIStatus) {
        guard request.type.namespaced else { return }
        let name = request.namespace
        guard let namespace = try await objects.get(Namespace.resourceType, name: name) else {
            throw .notFound(Namespace.resourceType, name)
        }
        let isTerminating =
            namespace.isBeingDeleted
            || namespace["status"]?["phase"]?.stringValue == NamespaceLifecycle.terminating
        // A volume that holds the namespace may be the very one whose attachment has to be ended by force.
        guard isTerminating, request.type != VolumeForceDetach.resourceType else { return }
        var status = APIStatus.forbidden(
            request.type, request.name,
            "unable to create new content in namespace \(name) because it is being terminated")
        status.causes = [
            APIStatus.Cause(
                reason: "NamespaceTerminating", message: "namespace \(name) is being terminated",
                field: "metadata.namespace")
        ]
        throw status
    }
}

/// A set that is being deleted takes no new desired state: the answer says when it can be made again.
struct TerminatingSets: AdmissionCheck {
    func admit(_ request: inout AdmissionRequest, _ objects: AdmissionReader) async throws(APIStatus) {
        guard request.operation == .update, !request.writesStatus, request.changesContent, let old = request.old else {
            return
        }
        try TerminatingSets.check(old, request.type)
    }

    /// Throws status 409 for a set with a deletionTimestamp.
    static func check(_ object: JSONValue, _ type: ResourceType) throws(APIStatus) {
        guard type == InstanceSet.resourceType,
            let since = object["metadata"]?["deletionTimestamp"]?.stringValue
        else { return }
        let name = object["metadata"]?["name"]?.stringValue ?? ""
        let finalizers = (object["metadata"]?["finalizers"]?.arrayValue ?? []).compactMap(\.stringValue)
        throw .conflict(
            type, name,
            "the set is being deleted since \(since) and waits for \(finalizers.joined(separator: ", ")); "
                + "apply again once it is gone")
    }
}
