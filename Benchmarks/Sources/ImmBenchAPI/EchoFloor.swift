import BenchKit
import NIOCore
import NIOPosix
import NIOSSL

/// A server that does nothing but TLS: answers each request with as many bytes, from a thread of its own.
struct EchoFloor {
    private let server: APIServer

    init(_ server: APIServer) { self.server = server }

    /// Says how fast the same client gets answers of the same size from it.
    func note(_ report: Report, connections: Int, request: ByteBuffer, answerBytes: Int, count: Int = 20_000) throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        defer { try? group.syncShutdownGracefully() }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: [.certificate(server.access.certificate)], privateKey: .privateKey(server.access.key))
        configuration.applicationProtocols = ["http/1.1"]
        let context = try NIOSSLContext(configuration: configuration)
        let answer = ByteBuffer(
            string: "HTTP/1.1 200 OK\r\nContent-Length: \(answerBytes)\r\n\r\n"
                + String(repeating: "x", count: answerBytes))
        let requestBytes = request.readableBytes
        let channel = try ServerBootstrap(group: group)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandlers(
                        NIOSSLServerHandler(context: context), EchoHandler(requestBytes, answer))
                }
            }
            .bind(host: "127.0.0.1", port: 0).wait()
        let client = try LoadClient(server.access, port: channel.localAddress?.port ?? 0, verifies: false)
        defer { client.stop() }
        let exchanges = try client.connect(connections)
        func round(_ count: Int) throws -> (Load, Double) {
            let load = Load(client.loop, count, expecting: 200) { _ in request }
            return (load, try load.run(on: exchanges))
        }
        _ = try round(count / 10)
        let (load, seconds) = try round(count)
        report.note(
            "floor, TLS alone with the same bytes: \(Report.figure(Double(count) / seconds))/s, "
                + "p50 \(Report.figure(load.latencies.median * 1e3)) ms, "
                + "p99 \(Report.figure(load.latencies.quantile(0.99) * 1e3)) ms")
    }
}

/// Answers when as many bytes have come as a request has.
private final class EchoHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let requestBytes: Int
    private let answer: ByteBuffer
    private var missing: Int

    init(_ requestBytes: Int, _ answer: ByteBuffer) {
        self.requestBytes = requestBytes
        self.answer = answer
        missing = requestBytes
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        missing -= unwrapInboundIn(data).readableBytes
        guard missing <= 0 else { return }
        missing = requestBytes
        context.writeAndFlush(wrapOutboundOut(answer), promise: nil)
    }
}
