import ArgumentParser
import InfraAPI
import JSON
import ResourceAPI

/// What `wait --for` waits for.
enum WaitGoal: ExpressibleByArgument, Sendable, Hashable, CustomStringConvertible {
    case condition(type: String, status: String)
    case deletion

    /// `condition=Ready`, `condition=Ready=False`, `delete`.
    init?(argument: String) {
        let parts = argument.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
        switch (parts[0], parts.count) {
        case ("delete", 1): self = .deletion
        case ("condition", 2) where !parts[1].isEmpty: self = .condition(type: parts[1], status: "True")
        case ("condition", 3) where !parts[1].isEmpty && !parts[2].isEmpty:
            self = .condition(type: parts[1], status: parts[2])
        default: return nil
        }
    }

    var description: String {
        switch self {
        case .condition(let type, let status): "condition \(type)=\(status)"
        case .deletion: "its deletion"
        }
    }

    var metText: String {
        switch self {
        case .condition: "condition met"
        case .deletion: "deleted"
        }
    }

    /// Waits for one object.
    ///
    /// - Returns: the object that met the goal; for a deletion, what is known of the last one.
    func wait(for reference: ObjectReference, _ client: any ResourceClient) async throws(CommandFailure) -> JSONValue {
        let action = "wait for \(reference.qualifiedName)"
        switch self {
        case .condition(let type, let status):
            return try await request(action) { () throws(APIStatus) in
                // An object that is not there is an error at once, and not something to wait for.
                var met = try await client.get(reference)
                if WaitGoal.has(type, status, met) { return met }
                try await ObjectFollower(client, reference).follow { news throws(APIStatus) in
                    let object: JSONValue?
                    switch news {
                    case .all(let objects): object = objects.first
                    case .added(let new), .modified(let new): object = new
                    case .deleted: throw APIStatus.notFound(reference.type, reference.name)
                    }
                    guard let object else { throw APIStatus.notFound(reference.type, reference.name) }
                    met = object
                    return !WaitGoal.has(type, status, object)
                }
                return met
            }
        case .deletion:
            let object: JSONValue
            do throws(APIStatus) {
                object = try await client.get(reference)
            } catch {
                guard error.isNotFound else { throw CommandFailure(error, while: action) }
                return ["metadata": ["name": .string(reference.name)]]
            }
            try await Deletion.waitUntilGone(reference, object.uid, client)
            return object
        }
    }

    /// Whether the object has the condition, said about its present generation.
    static func has(_ type: String, _ status: String, _ object: JSONValue) -> Bool {
        let conditions = object[path: ["status", "conditions"]]?.arrayValue ?? []
        guard
            let condition = conditions.first(where: {
                $0["type"]?.stringValue?.lowercased() == type.lowercased()
            })
        else { return false }
        let generation = object[path: ["metadata", "generation"]]?.intValue ?? 0
        let observed =
            condition["observedGeneration"]?.intValue ?? object[path: ["status", "observedGeneration"]]?.intValue
        return condition["status"]?.stringValue?.lowercased() == status.lowercased()
            && observed ?? generation >= generation
    }
}
