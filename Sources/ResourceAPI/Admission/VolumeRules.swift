import InfraAPI
import JSON

/// Who may delete a volume (law L3: nothing lost).
public enum VolumeDeletion {
    /// Set to the volume's uid by `immctl volume delete`: somebody means this very volume.
    public static let approvalAnnotation = "imm.dev/approve-volume-deletion"
}

/// An orphaned volume with reclaim policy Retain holds data that nobody else keeps: only an approval deletes it. An
/// attached one may be asked to go, and waits by its finalizer.
struct VolumeRules: AdmissionCheck {
    func admit(_ request: inout AdmissionRequest, _ objects: AdmissionReader) async throws(APIStatus) {
        guard request.operation == .delete, request.type == Volume.resourceType else { return }
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
}
