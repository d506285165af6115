import InfraAPI
import JSON

/// A dangerous request says who made it: the server writes that down when the object is made, and nobody
/// changes it later.
struct OverrideAuthors: AdmissionCheck {
    func admit(_ request: inout AdmissionRequest, _ objects: AdmissionReader) async throws(APIStatus) {
        switch request.operation {
        case .create:
            switch request.type {
            case VolumeForceDetach.resourceType:
                var object = VolumeForceDetach()
                object.status.requestedBy = request.user
                request.object["status"] = object.json["status"]
            case PruneApproval.resourceType:
                var object = PruneApproval()
                object.status.requestedBy = request.user
                request.object["status"] = object.json["status"]
            default: return
            }
        case .update where request.writesStatus:
            guard [VolumeForceDetach.resourceType, PruneApproval.resourceType].contains(request.type),
                var status = request.object["status"]
            else { return }
            status["requestedBy"] = request.old?["status"]?["requestedBy"]
            request.object["status"] = status
        case .update, .delete: return
        }
    }
}
