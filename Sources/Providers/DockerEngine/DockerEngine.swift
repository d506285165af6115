public import Ambient
public import HTTPTransport
internal import JSON

/// A client of the Docker Engine API (1.40 to 1.51), also as Podman serves it. It knows containers, images, volumes and
/// networks, and nothing of what they are for.
///
/// The version is negotiated at the first call (`/_ping`), and again after the engine could not be reached.
public struct DockerEngine: Sendable {
    static let oldestVersion = APIVersion(major: 1, minor: 40)
    static let newestVersion = APIVersion(major: 1, minor: 51)

    private let transport: HTTPTransport
    let time: any TimeSource
    private let negotiated = Guarded<APIVersion?>(nil)

    public init(transport: HTTPTransport, time: any TimeSource) {
        self.transport = transport
        self.time = time
    }

    /// Over a unix socket, with limits that fit an engine: images go up in one body.
    public init(socketPath: String, time: any TimeSource) {
        self.init(
            transport: HTTPTransport(
                endpoint: .unix(path: socketPath), limits: HTTPLimits(maxRequestBytes: 256 << 20)),
            time: time)
    }

    /// Over TCP with TLS and certificates on both sides (dockerd --tlsverify), at `host:port`.
    public init(address: String, tls: TLSOptions, time: any TimeSource) {
        self.init(
            transport: HTTPTransport(
                endpoint: .tcp(base: "https://\(address)", tls: tls), limits: HTTPLimits(maxRequestBytes: 256 << 20)),
            time: time)
    }

    /// Ends all calls and streams; the client cannot be used any more.
    public func shutdown() {
        transport.shutdown()
    }

    // MARK: for the calls

    /// Sends a call and returns its answer if the status is a success (or 304, not modified).
    func send(_ call: EngineCall) async throws(DockerError) -> HTTPResponse {
        let request = call.request(version: try await version().description)
        let response: HTTPResponse
        do throws(HTTPError) {
            response = try await transport.send(request)
        } catch {
            throw failed(error, call)
        }
        if let error = DockerEngine.refusal(response.status, response.body, call) { throw error }
        return response
    }

    /// Like `send`, with a body that is written while it is sent.
    func send(_ call: EngineCall, body: HTTPUpload) async throws(DockerError) -> HTTPResponse {
        let request = call.request(version: try await version().description)
        let response: HTTPResponse
        do throws(HTTPError) {
            response = try await transport.send(request, body: body)
        } catch {
            throw failed(error, call)
        }
        if let error = DockerEngine.refusal(response.status, response.body, call) { throw error }
        return response
    }

    /// Like `send`, with the answer as JSON.
    func json(_ call: EngineCall) async throws(DockerError) -> JSONValue {
        let response = try await send(call)
        do throws(JSONError) {
            return try JSONValue(parsing: response.body)
        } catch {
            throw .malformed("the answer is not JSON: \(error)", call: call)
        }
    }

    /// Sends a call and returns its body as it comes.
    func stream<Decoder: StreamDecoder>(
        _ call: EngineCall, _ decoder: Decoder
    ) async throws(DockerError) -> EngineStream<Decoder.Element> {
        let request = call.request(version: try await version().description)
        let response: HTTPStreamingResponse
        var refusal: [UInt8] = []
        do throws(HTTPError) {
            response = try await transport.stream(request)
            if response.status >= 300 { refusal = try await response.body.collect(upTo: 1 << 20) }
        } catch {
            throw failed(error, call)
        }
        guard response.status < 300 else {
            throw DockerEngine.refusal(response.status, refusal, call)
                ?? .malformed("status \(response.status) where a stream should be", call: call)
        }
        return EngineStream(response.body, decoder, call)
    }

    /// Sends a call that goes on as a connection of its own (the engine's "hijacking").
    func upgrade(_ call: EngineCall) async throws(DockerError) -> UpgradedConnection {
        var call = call
        call.headers["Connection"] = "Upgrade"
        call.headers["Upgrade"] = "tcp"
        let request = call.request(version: try await version().description)
        let answer: HTTPUpgradeAnswer
        do throws(HTTPError) {
            answer = try await transport.upgrade(request)
        } catch {
            throw failed(error, call)
        }
        switch answer {
        case .switched(let connection): return connection
        case .refused(let response):
            throw DockerEngine.refusal(response.status, response.body, call)
                ?? .malformed("status \(response.status) where a connection should be", call: call)
        }
    }

    func version() async throws(DockerError) -> APIVersion {
        if let known = negotiated.withLock({ $0 }) { return known }
        let version = try await ping().apiVersion
        let chosen = min(version, DockerEngine.newestVersion)
        guard chosen >= DockerEngine.oldestVersion else {
            throw DockerError(
                kind: .badRequest,
                engineMessage: "the engine speaks API \(version), and \(DockerEngine.oldestVersion) is the oldest that "
                    + "is supported; update the engine",
                call: "GET /_ping")
        }
        negotiated.withLock { $0 = chosen }
        return chosen
    }

    func unversioned(_ call: EngineCall) async throws(DockerError) -> HTTPResponse {
        do throws(HTTPError) {
            return try await transport.send(call.request(version: nil))
        } catch {
            throw failed(error, call)
        }
    }

    private func failed(_ error: HTTPError, _ call: EngineCall) -> DockerError {
        // The engine may come back as another version.
        if error.code != .cancelled { negotiated.withLock { $0 = nil } }
        return DockerError(error, call: call)
    }

    /// The error that a status stands for; nil for 2xx and 304.
    static func refusal(_ status: Int, _ body: [UInt8], _ call: EngineCall) -> DockerError? {
        let kind: DockerError.Kind
        switch status {
        case 200..<300, 304: return nil
        case 404: kind = .notFound
        case 409: kind = .conflict
        case 500...: kind = .serverError
        default: kind = .badRequest
        }
        let message = (try? JSONValue(parsing: body))?["message"]?.stringValue
        return DockerError(
            kind: kind, statusCode: status,
            engineMessage: message ?? String(decoding: body.prefix(1024), as: UTF8.self), call: call.label)
    }
}
