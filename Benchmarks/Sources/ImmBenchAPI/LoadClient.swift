import BenchKit
import NIOCore
import NIOPosix
import NIOSSL

/// Kept-alive TLS connections on one thread: the client shares its cores with the server.
struct LoadClient {
    private let group: MultiThreadedEventLoopGroup
    private let context: NIOSSLContext
    private let port: Int

    /// - Parameter verifies: whether the server must have a certificate of the authority's for servers.
    init(_ access: AdminAccess, port: Int, verifies: Bool = true) throws {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.certificateChain = [.certificate(access.certificate)]
        configuration.privateKey = .privateKey(access.key)
        configuration.trustRoots = .certificates([access.authority])
        configuration.certificateVerification = verifies ? .noHostnameVerification : .none
        configuration.applicationProtocols = ["http/1.1"]
        context = try NIOSSLContext(configuration: configuration)
        group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        self.port = port
    }

    /// The one of all connections.
    var loop: any EventLoop { group.any() }

    func stop() { try? group.syncShutdownGracefully() }

    func connect() throws -> Exchange { try begin().wait() }

    /// Connections, a few at a time.
    func connect(_ count: Int, atOnce: Int = 32) throws -> [Exchange] {
        var connections: [Exchange] = []
        connections.reserveCapacity(count)
        while connections.count < count {
            let begun = (0..<min(atOnce, count - connections.count)).map { _ in begin() }
            for connection in begun { connections.append(try connection.wait()) }
        }
        return connections
    }

    private func begin() -> EventLoopFuture<Exchange> {
        let (context, exchange) = (context, Exchange())
        return ClientBootstrap(group: group)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let tls = try NIOSSLClientHandler(context: context, serverHostname: nil)
                    try channel.pipeline.syncOperations.addHandlers(tls, exchange)
                }
            }
            .connect(host: "127.0.0.1", port: port).map { _ in exchange }
    }
}

extension Exchange {
    /// Sends one request and waits for the end of its answer.
    func answer(to request: ByteBuffer) throws -> Answer {
        guard let loop = channel?.eventLoop else { throw BenchmarkFailure("the connection was never set up") }
        let promise = loop.makePromise(of: Answer.self)
        loop.execute {
            self.onAnswer = { promise.succeed($0) }
            self.onClosed = { promise.fail(BenchmarkFailure("the server closed the connection: \($0)")) }
            self.send(request)
        }
        return try promise.futureResult.wait()
    }
}
