internal import HTTPTransport
internal import JSON

extension DockerEngine {
    /// Makes a container and returns its id. `conflict`: the name is taken; `notFound`: the image is missing.
    public func createContainer(name: String, _ spec: ContainerSpec) async throws(DockerError) -> String {
        let call = EngineCall(.post, "/containers/create", query: [("name", name)]).carrying(spec.json)
        let id = try await json(call).text("Id")
        guard !id.isEmpty else { throw .malformed("no Id in the answer", call: call) }
        return id
    }

    /// - Returns: false when it ran already (304).
    @discardableResult
    public func startContainer(_ id: String, timeout: Duration = .seconds(120)) async throws(DockerError) -> Bool {
        try await send(container(.post, id, "/start", timeout: timeout)).status != 304
    }

    /// SIGTERM (or the image's stop signal), then SIGKILL after `grace`, rounded up to seconds.
    ///
    /// - Returns: false when it was stopped already (304).
    @discardableResult
    public func stopContainer(_ id: String, grace: Duration) async throws(DockerError) -> Bool {
        let (seconds, fraction) = max(grace, .zero).components
        let wait = seconds + (fraction > 0 ? 1 : 0)
        let call = try container(
            .post, id, "/stop", query: [("t", String(wait))], timeout: .seconds(wait) + .seconds(60))
        return try await send(call).status != 304
    }

    public func killContainer(_ id: String, signal: String = "SIGKILL") async throws(DockerError) {
        _ = try await send(container(.post, id, "/kill", query: [("signal", signal)]))
    }

    /// Removes a container and its anonymous volumes; named volumes stay.
    public func removeContainer(_ id: String, force: Bool = false) async throws(DockerError) {
        let query = [("v", "1"), ("force", force ? "1" : "0")]
        _ = try await send(container(.delete, id, "", query: query, timeout: .seconds(120)))
    }

    /// By id or name.
    public func inspectContainer(_ id: String) async throws(DockerError) -> Container {
        try await Container(json(container(.get, id, "/json")))
    }

    /// All containers, running or not, that carry every one of `labels` (`name=value` or `name`).
    public func listContainers(labels: [String]) async throws(DockerError) -> [ContainerSummary] {
        let query = [("all", "1"), EngineCall.filters([("label", labels)])]
        return try await json(EngineCall(.get, "/containers/json", query: query)).arrayValue?
            .map { ContainerSummary($0) } ?? []
    }

    /// All containers, running or not and whoever's, that mount a volume. Podman leaves the names of volumes out of the rows.
    public func listContainers(mounting volume: String) async throws(DockerError) -> [ContainerSummary] {
        let query = [("all", "1"), EngineCall.filters([("volume", [volume])])]
        return try await json(EngineCall(.get, "/containers/json", query: query)).arrayValue?
            .map { ContainerSummary($0) } ?? []
    }

    /// Waits until the container does not run, and returns its exit code.
    public func waitForContainer(_ id: String, timeout: Duration) async throws(DockerError) -> Int {
        let call = try container(.post, id, "/wait", query: [("condition", "not-running")], timeout: timeout)
        return Int(try await json(call)["StatusCode"]?.intValue ?? 0)
    }

    /// What differs from the image; mount points count as changes.
    public func containerChanges(_ id: String) async throws(DockerError) -> [ContainerChange] {
        try await json(container(.get, id, "/changes")).arrayValue?.compactMap { row in
            guard let kind = row["Kind"]?.intValue.flatMap({ ContainerChange.Kind(rawValue: Int($0)) }) else {
                return nil
            }
            return ContainerChange(path: row.text("Path"), kind: kind)
        } ?? []
    }

    /// A call on one container. An empty id is refused here, since the engine would take it for another call.
    func container(
        _ method: HTTPRequest.Method, _ id: String, _ rest: String, query: [(String, String)] = [],
        timeout: Duration? = nil
    ) throws(DockerError) -> EngineCall {
        try EngineCall(
            method, "/containers/\(DockerEngine.segment(id, of: "container"))\(rest)", query: query, timeout: timeout)
    }

    /// `name` as one segment of a path.
    static func segment(_ name: String, of what: String, keeping: String = "") throws(DockerError) -> String {
        guard !name.isEmpty, !name.split(separator: "/").contains(where: { $0 == ".." || $0 == "." }) else {
            throw DockerError(
                kind: .badRequest, engineMessage: "'\(name)' is no name of a \(what)", call: "a call on a \(what)")
        }
        return name.percentEncoded(keeping: keeping)
    }
}
