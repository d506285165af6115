import Controllers
import HTTPTransport
import NIOCore
import NIOPosix

/// Probes over the network.
struct NetworkProbes: ProbeTransport {
    // The host is part of each request: the transport joins `http://` and `/host:port/path` with one slash less, and all
    // probes share one thread.
    private let transport = HTTPTransport(endpoint: .tcp(base: "http://"))

    func shutdown() { transport.shutdown() }

    func httpGet(host: String, port: Int, path: String, timeout: Duration) async -> ProbeReply {
        let request = HTTPRequest(
            .get, "/\(host.contains(":") ? "[\(host)]" : host):\(port)\(path.hasPrefix("/") ? path : "/" + path)",
            timeout: timeout)
        do throws(HTTPError) {
            return .status(try await transport.send(request).status)
        } catch {
            switch error.code {
            // libcurl's own words tell milliseconds.
            case .connectionRefused: return .refused("the connection is refused")
            case .connectionFailed: return .refused("no connection")
            case .timedOut: return .refused("no answer in time")
            case .sentButUnanswered, .responseCutShort: return .refused("the connection ends before the answer does")
            case .protocolError: return .refused("the answer is not HTTP")
            case .tooLarge: return .refused("the answer is too large")
            default: return .unknown("the request cannot be made (\(error.code))")
            }
        }
    }

    func tcpConnect(host: String, port: Int, timeout: Duration) async -> ProbeReply {
        let (seconds, attoseconds) = timeout.components
        let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(.nanoseconds(seconds * 1_000_000_000 + attoseconds / 1_000_000_000))
        do {
            let channel = try await bootstrap.connect(host: host, port: port).get()
            try? await channel.close().get()
            return .connected
        } catch is NIOConnectionError {
            return .refused("no connection")
        } catch {
            return .refused("no connection in time")
        }
    }
}
