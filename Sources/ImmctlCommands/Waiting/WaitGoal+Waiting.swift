import InfraAPI
import JSON
import ResourceAPI

extension WaitGoal {
    /// Waits for one object.
    ///
    /// - Returns: the object that met the goal; for a deletion, what is known of the last one.
    func wait(for reference: ObjectReference, _ client: any ResourceClient) async throws(CommandFailure) -> JSONValue {
        switch self {
        case .deletion: return try await waitUntilGone(reference, client)
        case .creation, .condition, .jsonPath: break
        }
        // An object that is not there is an error at once, and not something to wait for.
        if self != .creation {
            let object = try await request("wait for \(reference.qualifiedName)") { () throws(APIStatus) in
                try await client.get(reference)
            }
            if try isMet(by: object) { return object }
        }
        return try await follow(reference, client)
    }

    private func follow(_ reference: ObjectReference, _ client: any ResourceClient) async throws(CommandFailure)
        -> JSONValue
    {
        var met: JSONValue = [:]
        var failure: CommandFailure?
        try await request("wait for \(reference.qualifiedName)") { () throws(APIStatus) in
            try await ObjectFollower(client, reference).follow { news throws(APIStatus) in
                let object: JSONValue?
                switch news {
                case .all(let objects): object = objects.first
                case .added(let new), .modified(let new): object = new
                case .deleted: object = nil
                }
                guard let object else {
                    if self == .creation { return true }
                    throw APIStatus.notFound(reference.type, reference.name)
                }
                met = object
                do throws(CommandFailure) {
                    return !(try isMet(by: object))
                } catch {
                    failure = error
                    return false
                }
            }
        }
        if let failure { throw failure }
        return met
    }

    private func waitUntilGone(_ reference: ObjectReference, _ client: any ResourceClient) async throws(CommandFailure)
        -> JSONValue
    {
        let object: JSONValue
        do throws(APIStatus) {
            object = try await client.get(reference)
        } catch {
            guard error.isNotFound else { throw CommandFailure(error, while: "wait for \(reference.qualifiedName)") }
            return ["metadata": ["name": .string(reference.name)]]
        }
        try await Deletion.waitUntilGone(reference, object.uid, client)
        return object
    }
}
