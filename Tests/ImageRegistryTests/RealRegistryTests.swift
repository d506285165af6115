import Ambient
import GitServers
import HTTPTransport
import ImageRegistry
import JSON
import Testing

/// Against Debian's docker-registry on loopback.
@Suite(.enabled(if: RegistryServer.isThere, "needs docker-registry"))
struct RealRegistryTests {
    @Test func `tags and digests are those that were pushed`() async throws {
        try await Pushed.with { registry in
            let client = RegistryClient(SystemTime())
            let repository = "\(registry.address)/team/app"
            var digests: [String: String] = [:]
            for tag in ["1.0", "1.1", "latest"] { digests[tag] = try await registry.push("team/app", tag) }
            #expect(try await client.tags(of: repository).sorted() == ["1.0", "1.1", "latest"])
            for (tag, digest) in digests { #expect(try await client.digest(of: repository, tag: tag) == digest) }
            #expect(Set(digests.values).count == 3)
            let moved = try await registry.push("team/app", "latest", content: "moved")
            #expect(moved != digests["latest"])
            #expect(try await client.digest(of: repository, tag: "latest") == moved)
        }
    }

    @Test func `one that asks for a password answers to that alone`() async throws {
        try await Pushed.with(isPrivate: true) { registry in
            _ = try await registry.push("team/app", "1.0")
            let (client, repository) = (RegistryClient(SystemTime()), "\(registry.address)/team/app")
            let right = RegistryLogin(
                username: RegistryServer.login.username, password: RegistryServer.login.password)
            #expect(try await client.tags(of: repository, as: right) == ["1.0"])
            #expect(try await client.digest(of: repository, tag: "1.0", as: right).hasPrefix("sha256:"))
            for login in [nil, RegistryLogin(username: "imm", password: "closed")] {
                do throws(RegistryError) {
                    _ = try await client.tags(of: repository, as: login)
                    Issue.record("nothing was thrown")
                } catch {
                    #expect(error.kind == .denied)
                    #expect(!error.message.contains("closed"))
                }
            }
        }
    }

    @Test func `what is not there is not found`() async throws {
        try await Pushed.with { registry in
            _ = try await registry.push("team/app", "1")
            let client = RegistryClient(SystemTime())
            await #expect(throws: RegistryError.self) { _ = try await client.tags(of: "\(registry.address)/team/none") }
            do throws(RegistryError) {
                _ = try await client.digest(of: "\(registry.address)/team/app", tag: "2")
                Issue.record("nothing was thrown")
            } catch { #expect(error.kind == .notFound, "\(error)") }
        }
    }
}

/// The registry, and what pushes to it.
private struct Pushed {
    let address: String
    private let transport: HTTPTransport
    private let authorization: String?
    private static let basic =
        "Basic " + Base64.encode(Array("\(RegistryServer.login.username):\(RegistryServer.login.password)".utf8))

    static func with(isPrivate: Bool = false, _ body: (Pushed) async throws -> Void) async throws {
        let server = try RegistryServer(isPrivate: isPrivate)
        defer { server.end() }
        let pushed = Pushed(
            address: server.address, transport: HTTPTransport(endpoint: .tcp(base: "http://" + server.address)),
            authorization: isPrivate ? Pushed.basic : nil)
        defer { pushed.transport.shutdown() }
        try await body(pushed)
    }

    /// Pushes an image without layers, and returns its digest as the registry tells it.
    func push(_ path: String, _ tag: String, content: String? = nil) async throws -> String {
        // The blob `{}`.
        let blob = "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
        let begun = try await send(HTTPRequest(.post, "/v2/\(path)/blobs/uploads/"))
        let location = try #require(begun.headers["Location"]).replacing("http://\(address)", with: "")
        let uploaded = try await send(
            HTTPRequest(
                .put, "\(location)\(location.contains("?") ? "&" : "?")digest=\(blob)",
                headers: ["Content-Type": "application/octet-stream"], body: Array("{}".utf8)))
        try #require(uploaded.status == 201)
        let manifest: JSONValue = [
            "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": [
                "mediaType": "application/vnd.oci.image.config.v1+json", "digest": .string(blob), "size": 2,
            ], "layers": [], "annotations": ["content": .string(content ?? tag)],
        ]
        let pushed = try await send(
            HTTPRequest(
                .put, "/v2/\(path)/manifests/\(tag)",
                headers: ["Content-Type": "application/vnd.oci.image.manifest.v1+json"], body: manifest.encoded()))
        try #require(pushed.status == 201, "\(String(decoding: pushed.body, as: UTF8.self))")
        return try #require(pushed.headers["Docker-Content-Digest"])
    }

    private func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        var request = request
        if let authorization { request.headers["Authorization"] = authorization }
        return try await transport.send(request)
    }
}
