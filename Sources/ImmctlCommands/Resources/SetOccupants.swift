import Ambient
import InfraAPI
import JSON
import ResourceAPI

/// Who is in the slots of a set.
struct SetOccupants: Sendable, Hashable {
    var slot: Int
    var instance: Instance

    /// By slot; in a slot the outgoing instance before the incoming one.
    static func load(
        _ set: ObjectReference, _ client: any ResourceClient
    ) async throws(CommandFailure) -> [SetOccupants] {
        let instances: [Instance] = try await client.objects(of: set, by: "spec.set")
        return instances.map { SetOccupants(slot: $0.spec.slot, instance: $0) }
            .sorted { left, right in
                let (one, other) = (left.instance.metadata, right.instance.metadata)
                return (left.slot, one.creationTimestamp ?? .epoch, one.name)
                    < (right.slot, other.creationTimestamp ?? .epoch, other.name)
            }
    }
}

extension ResourceClient {
    /// All objects of a kind that name the set in `field`, decoded.
    func objects<Object: APIObject>(
        of set: ObjectReference, by field: String
    ) async throws(CommandFailure) -> [Object] {
        let type = Object.resourceType
        let list = try await request("list \(type.plural)") { () throws(APIStatus) in
            try await self.list(type, in: set.namespace, ListOptions(fieldSelector: "\(field)=\(set.name)"))
        }
        var objects: [Object] = []
        for item in list.items { objects.append(try decode(item)) }
        return objects
    }

    /// One object, decoded.
    func load<Object: APIObject>(_ reference: ObjectReference) async throws(CommandFailure) -> Object {
        try decode(
            try await request("get \(reference.qualifiedName)") { () throws(APIStatus) in try await get(reference) })
    }
}

/// The object as a value.
///
/// - Throws: when the server's schema is not ours, which is a mismatch of versions.
func decode<Object: APIObject>(_ json: JSONValue) throws(CommandFailure) -> Object {
    do throws(FieldError) {
        return try Object(json: json)
    } catch {
        throw CommandFailure(
            .failed, "\(json.qualifiedName) cannot be read: \(error)",
            hints: ["immctl and the server may be of different versions: see `immctl version`"])
    }
}
