import InfraAPI
import JSON

/// Who may delete a volume (law L3: nothing lost).
public enum VolumeDeletion {
    /// Set to the volume's uid by `immctl volume delete`: somebody means this very volume.
    public static let approvalAnnotation = "imm.dev/approve-volume-deletion"
}

/// An orphaned volume with reclaim policy Retain holds data that nobody else keeps: only an approval deletes it. One that a
/// slot has may be asked to go, and waits by its finalizer. A place (set, slot, claim) has one volume.
struct VolumeRules: AdmissionCheck {
    func admit(_ request: inout AdmissionRequest, _ objects: AdmissionReader) async throws(APIStatus) {
        guard request.type == Volume.resourceType, !request.writesStatus else { return }
        switch request.operation {
        case .delete: try checkDeletion(request)
        case .create, .update: try await checkPlace(request, objects)
        }
    }

    private func checkDeletion(_ request: AdmissionRequest) throws(APIStatus) {
        let (spec, status, metadata) = (request.object["spec"], request.object["status"], request.object["metadata"])
        let isOrphaned = (status?["boundSetUID"]).isMissing && (status?["attachment"]).isMissing
        let retains = spec?["reclaimPolicy"]?.stringValue != ReclaimPolicy.delete.rawValue
        let holdsData = status?["provisioned"]?.boolValue == true || (status?["providerID"]).isSet
        let approval = metadata?["annotations"]?[VolumeDeletion.approvalAnnotation]
        guard isOrphaned, retains, holdsData, approval.isMissing || approval != metadata?["uid"] else { return }
        let arguments = "\(request.name) --namespace \(request.namespace)"
        throw .forbidden(
            request.type, request.name,
            "the volume is orphaned, holds data and its reclaimPolicy is Retain; "
                + "to delete it and its data run \"immctl volume delete \(arguments)\"")
    }

    /// A volume that gets a place: nobody else has it, and what stands there can use the volume.
    private func checkPlace(_ request: AdmissionRequest, _ objects: AdmissionReader) async throws(APIStatus) {
        let place = request.object["spec"]?["claim"]
        guard let place, !place.isNull, place != request.old?["spec"]?["claim"],
            let volume = try? Volume(json: request.object), let claim = volume.spec.claim
        else { return }
        let path = FieldPath([.field("spec"), .field("claim")])
        func refuse(_ rule: String, _ hint: String) -> APIStatus {
            .invalid(request.type, request.name, [FieldError(path, .forbidden, "Forbidden: \(rule)", hint: hint)])
        }
        let holder = try await objects.list(Volume.resourceType).first { other in
            other["spec"]?["claim"] == place && other["metadata"]?["namespace"]?.stringValue == request.namespace
                && other["metadata"]?["name"]?.stringValue != request.name
        }
        if let holder = holder?["metadata"]?["name"]?.stringValue {
            throw refuse(
                "claim \(claim.name) of slot \(claim.slot) of set \(claim.set) has volume \"\(holder)\"",
                "once that one is orphaned, `immctl volume reattach` moves it or takes its place with --displace")
        }
        guard
            let stored = try await objects.get(
                InstanceSet.resourceType, namespace: request.namespace, name: claim.set),
            let set = try? InstanceSet(json: stored)
        else { return }
        // Claims of older revisions count as long as something runs on them; the controller knows which.
        if request.operation == .update, !set.spec.volumeClaimTemplates.contains(where: { $0.name == claim.name }) {
            let names = set.spec.volumeClaimTemplates.map(\.name)
            throw refuse(
                "set \(claim.set) has no claim \"\(claim.name)\"",
                names.isEmpty ? "the set has no claims" : "its claims are: \(names.joined(separator: ", "))")
        }
        if let provider = set.status.provider ?? set.spec.provider, provider != volume.spec.provider {
            throw refuse(
                "the volume is at provider \(volume.spec.provider), and set \(claim.set) runs on \(provider)",
                "move the data with a copy of it; a volume does not change its provider")
        }
    }
}
