import APIClient
public import Ambient
import ClusterCredentials
import HTTPTransport
import JSON
import ResourceAPI

extension Session {
    /// A connection to a server; nothing is sent yet.
    ///
    /// - Parameter environment: what a credential program of the kubeconfig is given.
    public static func http(
        _ address: ServerAddress, environment: [String: String] = [:], _ surroundings: Surroundings
    ) -> Session {
        let location: ServerLocation =
            switch address.location {
            case .socket(let path): .socket(path: path)
            case .url(let url): .url(url)
            case .selected(let server):
                .cluster(ClusterAccess(server, environment: environment, surroundings))
            }
        let client = HTTPResourceClient(location, userAgent: "immctl/\(Immctl.version)")
        return Session(
            client: client,
            tables: { type, namespace, options throws(APIStatus) in
                try await client.getTable(type, in: namespace, options)
            },
            logs: { instance, request throws(APIStatus) in try await client.logs(instance, request) },
            exec: { instance, wanted, randomness throws(APIStatus) in
                try await client.exec(instance, wanted, randomness: randomness)
            },
            plan: { set throws(APIStatus) in try await client.plan(set) },
            images: { provider, request throws(APIStatus) in try await client.images(provider, request) },
            version: { () throws(APIStatus) in try await Session.version(client) },
            raw: { path, body throws(APIStatus) in try await client.send(path, body) },
            close: { client.shutdown() })
    }

    private static func version(_ client: HTTPResourceClient) async throws(APIStatus) -> JSONValue {
        let response = try await client.raw(method: .get, path: "/version")
        guard response.status == 200, let version = try? JSONValue(parsing: response.body) else {
            throw APIStatus(
                code: response.status, reason: .unknown,
                message: "\(client.location) answered \(response.status) to GET /version; is it an imm server?")
        }
        return version
    }
}
