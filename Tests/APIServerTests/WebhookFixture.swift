import APIClient
import APIServer
import Ambient
import HTTPTransport
import InfraAPI
import JSON
import ResourceAPI
import Testing

/// A source `fleet` in `default` with a webhook, and its deliveries.
struct WebhookFixture {
    static let path = "/hooks/default/fleet"
    let served: ServedFixture

    static func run(
        type: GitWebhook.Kind = .github, ref: JSONValue? = ["branch": "main"],
        limits: APIServerLimits = APIServerLimits(), _ body: @Sendable (WebhookFixture) async throws -> Void
    ) async throws {
        try await ServedFixture.run(limits: limits) { served in
            try await make(in: served.local, type: type, ref: ref)
            try await body(WebhookFixture(served: served))
        }
    }

    static func make(
        in client: LocalResourceClient, name: String = "fleet", type: GitWebhook.Kind = .github,
        ref: JSONValue? = ["branch": "main"], secret: String? = "hook"
    ) async throws {
        var source: JSONValue = [
            "apiVersion": "imm.dev/v1alpha1", "kind": "GitSource",
            "metadata": ["name": .string(name), "namespace": "default"],
            "spec": ["url": "https://git.example/fleet.git"],
        ]
        source[path: ["spec", "ref"]] = ref
        if let secret {
            source[path: ["spec", "webhook"]] = [
                "type": .string(type.rawValue), "secretRef": ["name": .string(secret)],
            ]
        }
        _ = try await client.create(source, WriteOptions())
        guard secret == "hook", try await client.find(Secret.self, namespace: "default", name: "hook") == nil else {
            return
        }
        _ = try await client.create(
            [
                "apiVersion": "v1", "kind": "Secret", "metadata": ["name": "hook", "namespace": "default"],
                "stringData": ["token": "key"],
            ], WriteOptions())
    }

    /// What the source was told last.
    func token() async throws -> String? {
        try await served.local.get(GitSource.self, namespace: "default", name: "fleet")
            .metadata.annotations[GitSource.syncAnnotation]
    }

    func post(
        _ headers: HTTPHeaders, _ body: String, path: String = path, type: String = "application/json"
    ) async throws -> (code: Int, json: JSONValue, headers: HTTPHeaders, bytes: [UInt8]) {
        var headers = headers
        headers["Content-Type"] = type
        let response = try await served.send(HTTPRequest(.post, path, headers: headers, body: Array(body.utf8)))
        return (
            response.status, (try? JSONValue(parsing: response.body)) ?? .null, response.headers, response.body
        )
    }

    /// As GitHub sends it.
    static func github(
        _ body: String, event: String = "push", delivery: String = "d-1", key: String = "key"
    ) -> HTTPHeaders {
        [
            "X-GitHub-Event": event, "X-GitHub-Delivery": delivery, "X-Hub-Signature-256": "sha256=\(sign(key, body))",
        ]
    }

    static func push(_ ref: String = "refs/heads/main", number: Int = 1) -> String {
        #"{"ref":"\#(ref)","after":"\#(number)","repository":{"default_branch":"main"}}"#
    }
}
