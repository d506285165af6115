import Ambient
import Hummingbird
import Logging
import NIOCore
import ServiceLifecycle

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Serves on TCP with TLS, and renews the certificate while it does.
struct TCPListener: Service {
    /// How often the certificate is looked at: its renewal begins months before its end.
    private static let renewalInterval = Duration.seconds(43_200)

    let address: ListenAddress
    let security: ConnectionChannel.Security
    let responder: AuthenticatingResponder
    let limits: APIServerLimits
    let time: any TimeSource
    let logger: Logger
    /// Told the port when the server listens.
    let onListening: @Sendable (Int) -> Void

    /// - Throws: `ListenError` when the address cannot be listened on.
    func run() async throws {
        let isListening = Guarded(false)
        let application = Application.listening(
            at: .hostname(address.host, port: address.port), responder: responder, limits: limits, security: security,
            logger: logger
        ) { [logger, address, onListening] channel in
            isListening.withLock { $0 = true }
            onListening(channel.localAddress?.port ?? address.port)
            logger.info("API server listening", metadata: ["address": "\(channel.localAddress?.description ?? "")"])
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await cancelWhenGracefulShutdown { await renewCertificate() } }
            group.addTask {
                do {
                    try await application.run()
                } catch {
                    guard isListening.withLock({ $0 }) else { throw listenError(error) }
                    throw error
                }
            }
            defer { group.cancelAll() }
            // Unlike waitForAll this ends with the first failure.
            for try await _ in group {}
        }
    }

    private func listenError(_ error: any Error) -> ListenError {
        let why = (error as? IOError).map { String(cString: strerror($0.errnoCode)) } ?? "\(error)"
        return ListenError(
            "cannot listen on \(address): \(why); choose another address with --listen, or none with --listen none")
    }

    private func renewCertificate() async {
        while (try? await time.sleep(for: TCPListener.renewalInterval)) != nil {
            do {
                if try security.settings.renew() { logger.notice("the server's certificate was renewed") }
            } catch {
                logger.error("the server's certificate cannot be renewed", metadata: ["error": "\(error)"])
            }
        }
    }
}
