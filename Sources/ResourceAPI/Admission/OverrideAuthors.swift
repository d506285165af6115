import InfraAPI
import JSON

/// A request to get around a law says who made it: the server writes that down when the object is made, and nobody
/// changes it later.
struct OverrideAuthors: AdmissionCheck {
    func admit(_ request: inout AdmissionRequest, _ objects: AdmissionReader) async throws(APIStatus) {
        guard request.type == VolumeForceDetach.resourceType else { return }
        switch request.operation {
        case .create:
            var status = VolumeForceDetachStatus()
            status.requestedBy = request.user
            var object = VolumeForceDetach()
            object.status = status
            request.object["status"] = object.json["status"]
        case .update where request.writesStatus:
            guard var status = request.object["status"] else { return }
            status["requestedBy"] = request.old?["status"]?["requestedBy"]
            request.object["status"] = status
        case .update, .delete: return
        }
    }
}
