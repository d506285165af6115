import InfraAPI
import JSON
import ResourceAPI

/// The default that our CustomResourceDefinitions give to a new object's status.
struct UnobservedStatus: AdmissionCheck {
    func admit(_ request: inout AdmissionRequest, _ objects: AdmissionReader) async throws(APIStatus) {
        guard request.operation == .create,
            request.type.schema.property("status")?.schema.property("observedGeneration") != nil
        else { return }
        request.object["status"] = ["observedGeneration": -1]
    }
}
