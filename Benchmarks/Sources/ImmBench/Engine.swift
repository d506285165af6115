import BenchKit

/// The Docker Engine API, as far as the benchmarks need it.
struct Engine: Sendable {
    let socket: String

    func connection() throws -> UnixConnection { try UnixConnection(path: socket) }

    /// Sends a request that must succeed.
    @discardableResult
    func call(
        _ method: String, _ target: String, _ object: [String: Any]? = nil, over connection: UnixConnection? = nil
    ) throws -> [UInt8] {
        let connection = try connection ?? self.connection()
        let response = try connection.send(method, target, try object.map(JSONText.write))
        guard (200..<300).contains(response.status) || response.status == 304 else {
            throw BenchmarkFailure("engine: \(method) \(target): \(response.status) \(response.text)")
        }
        return response.body
    }

    /// Ids and images of the running containers with a label, as `label` or `label=value`.
    func running(_ label: String) throws -> [String: String] {
        let filters = try JSONText.query(["label": [label], "status": ["running"]])
        var images: [String: String] = [:]
        for container in JSONText.list(try call("GET", "/containers/json?filters=\(filters)")) {
            if let id = container["Id"] as? String { images[id] = container["ImageID"] as? String ?? "" }
        }
        return images
    }

    func imageID(_ tag: String) throws -> String {
        JSONText.object(try call("GET", "/images/\(tag)/json"))["Id"] as? String ?? ""
    }

    func removeAll(_ label: String) throws {
        let filters = try JSONText.query(["label": [label]])
        for container in JSONText.list(try call("GET", "/containers/json?all=1&filters=\(filters)")) {
            if let id = container["Id"] as? String { _ = try? call("DELETE", "/containers/\(id)?force=1") }
        }
    }
}
