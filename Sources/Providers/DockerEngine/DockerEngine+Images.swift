internal import HTTPTransport
internal import JSON

/// `GET /images/{name}/json` or a row of the list, as far as it is used.
public struct EngineImage: Sendable, Hashable {
    /// `sha256:…`
    public let id: String
    public let tags: [String]
    /// `repository@sha256:…`, one for each repository that it was pulled from or pushed to.
    public let repositoryDigests: [String]
    public let labels: [String: String]

    init(_ json: JSONValue) {
        id = json.text("Id")
        tags = json.strings("RepoTags").filter { $0 != "<none>:<none>" }
        repositoryDigests = json.strings("RepoDigests").filter { !$0.hasPrefix("<none>") }
        // At the top in a row of the list, below the configuration in an inspection.
        labels = json.map("Labels").merging(json["Config"]?.map("Labels") ?? [:]) { top, _ in top }
    }
}

/// One line of a pull's progress.
public struct PullProgress: Sendable, Hashable {
    /// Layer or tag that the line is about; may be empty.
    public let id: String
    public let status: String
    /// Bytes of the layer so far, and in all.
    public let current: Int64?
    public let total: Int64?
}

extension DockerEngine {
    /// By name, digest or id.
    public func inspectImage(_ name: String) async throws(DockerError) -> EngineImage {
        try await EngineImage(json(EngineCall(.get, imagePath(name) + "/json")))
    }

    /// All images, or those that carry every one of `labels`.
    public func listImages(labels: [String] = []) async throws(DockerError) -> [EngineImage] {
        let query = labels.isEmpty ? [] : [EngineCall.filters([("label", labels)])]
        return try await json(EngineCall(.get, "/images/json", query: query)).arrayValue?
            .map { EngineImage($0) } ?? []
    }

    /// The digest under which the registry holds `name`, without pulling it.
    public func registryDigest(
        of name: String, login: RegistryLogin? = nil
    ) async throws(DockerError) -> String {
        let name = try DockerEngine.segment(name, of: "image", keeping: "/:@")
        var call = EngineCall(.get, "/distribution/\(name)/json", timeout: .seconds(60))
        if let login { call.headers[RegistryLogin.header] = login.headerValue }
        let digest = try await json(call)["Descriptor"]?.text("digest") ?? ""
        guard !digest.isEmpty else { throw .malformed("no digest in the answer", call: call) }
        return digest
    }

    /// Pulls `repository:tag` or `repository@digest`; `progress` hears every line.
    public func pullImage(
        _ name: String, login: RegistryLogin? = nil, progress: @Sendable (PullProgress) -> Void = { _ in }
    ) async throws(DockerError) {
        var call = EngineCall(.post, "/images/create", query: [("fromImage", name)], timeout: .seconds(120))
        if let login { call.headers[RegistryLogin.header] = login.headerValue }
        let lines = try await stream(call, JSONLinesDecoder())
        while let line = try await lines.next() {
            try DockerEngine.check(line, call)
            progress(
                PullProgress(
                    id: line.text("id"), status: line.text("status"),
                    current: line["progressDetail"]?["current"]?.intValue,
                    total: line["progressDetail"]?["total"]?.intValue))
        }
    }

    /// Pushes `repository:tag` to the registry that its name says.
    public func pushImage(
        repository: String, tag: String, login: RegistryLogin? = nil
    ) async throws(DockerError) {
        var call = EngineCall(
            .post, try imagePath(repository) + "/push", query: [("tag", tag)], timeout: .seconds(120))
        // The engine wants the header even where there is nothing to say.
        call.headers[RegistryLogin.header] =
            (login ?? RegistryLogin(username: "", password: "", server: "")).headerValue
        let lines = try await stream(call, JSONLinesDecoder())
        while let line = try await lines.next() { try DockerEngine.check(line, call) }
    }

    /// Loads the images of a tar as `docker save` writes it.
    public func loadImages(tar: [UInt8]) async throws(DockerError) {
        let call = EngineCall(.post, "/images/load", query: [("quiet", "1")], timeout: .seconds(600))
            .carrying(tar: tar)
        let lines = try await stream(call, JSONLinesDecoder())
        while let line = try await lines.next() { try DockerEngine.check(line, call) }
    }

    /// Builds an image with the classic builder from a tar of its context, with a `Dockerfile` in it.
    ///
    /// - Returns: the image's id.
    public func buildImage(context: [UInt8], tag: String) async throws(DockerError) -> String {
        let query = [("t", tag), ("rm", "1"), ("forcerm", "1"), ("version", "1")]
        let call = EngineCall(.post, "/build", query: query, timeout: .seconds(600)).carrying(tar: context)
        let lines = try await stream(call, JSONLinesDecoder())
        while let line = try await lines.next() { try DockerEngine.check(line, call) }
        return try await inspectImage(tag).id
    }

    public func tagImage(_ name: String, repository: String, tag: String) async throws(DockerError) {
        _ = try await send(
            EngineCall(.post, imagePath(name) + "/tag", query: [("repo", repository), ("tag", tag)]))
    }

    /// Takes a name away, and with its last name the image. `conflict`: a container uses it.
    public func removeImage(_ name: String, force: Bool = false) async throws(DockerError) {
        _ = try await send(EngineCall(.delete, imagePath(name), query: [("force", force ? "1" : "0")]))
    }

    private func imagePath(_ name: String) throws(DockerError) -> String {
        // Names of images hold slashes, and engines route on them unescaped.
        try "/images/" + DockerEngine.segment(name, of: "image", keeping: "/:@")
    }

    /// Errors in the middle of such a stream come as a line, under status 200.
    private static func check(_ line: JSONValue, _ call: EngineCall) throws(DockerError) {
        guard let message = line["errorDetail"]?["message"]?.stringValue ?? line["error"]?.stringValue else { return }
        throw DockerError(kind: .serverError, statusCode: 200, engineMessage: message, call: call.label)
    }
}
