import Controllers
import InfraAPI
import JSON
import ResourceAPI

/// `POST …/instancesets/NAME/plan`: what applying this set would do.
struct PlanEndpoint {
    let client: any ResourceClient
    let controllers: ControllerSet
    let installation: Installation

    func plan(_ object: JSONValue) async throws(APIStatus) -> JSONValue {
        // A dry run passes the same admission and brings the same object as the apply would.
        // A stored set may be planned too: what only the server writes is no part of the wish.
        var object = object
        for name in ["managedFields", "resourceVersion", "uid", "creationTimestamp", "generation"] {
            object[path: ["metadata", name]] = nil
        }
        object["status"] = nil
        let admitted = try await client.apply(object, WriteOptions(fieldManager: "immctl", force: true, dryRun: true))
        do throws(FieldError) {
            return await controllers.forecast(try InstanceSet(json: admitted), installation: installation)
        } catch {
            throw APIStatus(code: 400, reason: .badRequest, message: "\(error)")
        }
    }
}
