import Ambient
import Hummingbird
import Logging
import ServiceLifecycle

/// Serves on a unix socket that is for its owner alone.
struct SocketListener: Service {
    let path: String
    let responder: AuthenticatingResponder
    let limits: APIServerLimits
    let logger: Logger

    /// - Throws: `ListenError` when the socket cannot be made, or another server answers on it.
    func run() async throws {
        let socket = try UnixSocketPath(path)
        let temporary = try socket.prepare()
        defer { socket.removeTemporary(temporary) }
        let published = Guarded<Result<Void, ListenError>>(.success(()))
        let application = Application.listening(
            at: .unixDomainSocket(path: temporary), responder: responder, limits: limits, security: nil, logger: logger
        ) { [logger] channel in
            do throws(ListenError) {
                try socket.publish(boundAt: temporary)
                logger.info("API server listening", metadata: ["socket": "\(socket.path)"])
            } catch {
                published.withLock { $0 = .failure(error) }
                channel.close(promise: nil)
            }
        }
        defer { socket.removeUnlessServed() }
        do {
            try await application.run()
        } catch {
            try published.withLock { $0 }.get()
            throw error
        }
        try published.withLock { $0 }.get()
    }
}
