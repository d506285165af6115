import Ambient
import Hummingbird
import HummingbirdCore
public import Logging
import NIOCore
import RequestSyntax
import ResourceAPI
public import ServiceLifecycle
public import Telemetry

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Health and metrics alone, over plain HTTP: for a process that serves no API, whose kubelet and Prometheus ask all the same.
public struct HealthService: Service {
    private let address: ListenAddress
    private let responder: HealthResponder
    private let logger: Logger
    private let isShuttingDown: Guarded<Bool>

    public init(address: ListenAddress, checks: [HealthCheck], metrics: MetricRegistry, logger: Logger) {
        let isShuttingDown = Guarded(false)
        self.address = address
        self.isShuttingDown = isShuttingDown
        self.logger = logger
        responder = HealthResponder(
            answers: HealthAnswers(checks) { isShuttingDown.withLock { $0 } }, metrics: metrics)
    }

    /// - Throws: `ListenError` when the address cannot be listened on.
    public func run() async throws {
        let isListening = Guarded(false)
        var limits = APIServerLimits()
        limits.maxConnections = 64
        limits.idleTimeout = .seconds(60)
        let application = Application.listening(
            at: .hostname(address.host, port: address.port), responder: responder, limits: limits, security: nil,
            logger: logger
        ) { [logger] channel in
            isListening.withLock { $0 = true }
            logger.info(
                "health and metrics listening", metadata: ["address": "\(channel.localAddress?.description ?? "")"])
        }
        try await withGracefulShutdownHandler {
            do {
                try await application.run()
            } catch {
                guard !isListening.withLock({ $0 }) else { throw error }
                let why = (error as? IOError).map { String(cString: strerror($0.errnoCode)) } ?? "\(error)"
                throw ListenError("cannot listen on \(address): \(why); choose another address with --health-listen")
            }
        } onGracefulShutdown: { [isShuttingDown] in
            isShuttingDown.withLock { $0 = true }
        }
    }
}

/// Everybody may ask: nothing here tells of anybody's objects.
struct HealthResponder: HTTPResponder {
    let answers: HealthAnswers
    let metrics: MetricRegistry

    func respond(to request: Request, context: APIRequestContext) async -> Response {
        guard let info = try? RequestInfo(uri: request.head.path ?? "/"), case .path(let segments) = info.target,
            let answer = await answer(segments, info.query)
        else { return .failure(.unknownPath(request.uri.path)) }
        guard request.method == .get else {
            return .failure(.methodNotAllowed(request.method.rawValue, on: request.uri.path))
        }
        return answer
    }

    private func answer(_ segments: [String], _ query: RequestQuery) async -> Response? {
        if segments == ["metrics"] { return .text(metrics.text(), type: MetricRegistry.contentType) }
        return await answers.answer(segments, query)
    }
}
