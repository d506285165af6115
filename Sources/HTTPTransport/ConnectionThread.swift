import CLibcurl
import CShims

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Moves the bytes of one upgraded connection: libcurl connects (sockets, TLS), and then sends and receives what it is given.
///
/// A thread for each, since libcurl's multi interface, which serves all other requests, knows no connections without
/// HTTP. There are few: a command that somebody runs in an instance is one.
final class ConnectionThread: Sendable {
    private let request: HTTPRequest
    private let endpoint: HTTPEndpoint
    private let limits: HTTPLimits
    private let receiver: any TransferReceiver
    private let outbox: ConnectionOutbox
    private let onEnd: @Sendable () -> Void

    init(
        _ request: HTTPRequest, _ endpoint: HTTPEndpoint, _ limits: HTTPLimits, _ receiver: any TransferReceiver,
        _ outbox: ConnectionOutbox, onEnd: @escaping @Sendable () -> Void
    ) {
        (self.request, self.endpoint, self.limits) = (request, endpoint, limits)
        (self.receiver, self.outbox, self.onEnd) = (receiver, outbox, onEnd)
    }

    /// False when the system gives no thread.
    func start() -> Bool {
        guard TransferLoop.isCurlReady else { return false }
        let context = Unmanaged.passRetained(self).toOpaque()
        var thread = pthread_t()
        let body: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { context in
            if let context { Unmanaged<ConnectionThread>.fromOpaque(context).takeRetainedValue().run() }
            return nil
        }
        guard pthread_create(&thread, nil, body, context) == 0 else {
            Unmanaged<ConnectionThread>.fromOpaque(context).release()
            return false
        }
        pthread_detach(thread)
        return true
    }

    private func run() {
        TransferLoop.blockSignals()
        // One writes, the other is polled.
        var wakePair: [Int32] = [-1, -1]
        guard socketpair(AF_UNIX, ConnectionThread.wakeSocketType, 0, &wakePair) == 0 else {
            outbox.detach()
            onEnd()
            return receiver.finish(
                .failure(failure(.internalFailure, "no socket to wake a connection with", wasBegun: false)))
        }
        outbox.attach(wakeDescriptor: wakePair[1])
        let result = serve(wakePair[0])
        outbox.detach()
        close(wakePair[0])
        close(wakePair[1])
        onEnd()
        receiver.finish(result)
    }

    #if canImport(Glibc)
        private static let wakeSocketType = Int32(
            SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
    #else
        private static let wakeSocketType = Int32(SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK)
    #endif

    private func serve(_ wakeDescriptor: Int32) -> Result<Void, HTTPError> {
        var first = HTTPRequest(.get, "/")
        first.identity = request.identity
        guard let easy = EasyHandle(), easy.prepare(first, endpoint: endpoint, limits: limits),
            easy.set(CURLOPT_CONNECT_ONLY, 1)
        else { return .failure(failure(.internalFailure, "libcurl refused an option", wasBegun: false)) }
        let code = curl_easy_perform(easy.pointer)
        guard code == CURLE_OK else {
            return .failure(
                TransferFailure(
                    code: code, request: request, endpoint: endpoint, wasBegun: false, hasHead: false,
                    systemError: Int32(truncatingIfNeeded: easy.number(CURLINFO_OS_ERRNO)),
                    words: easy.errorMessage(for: code)
                ).error)
        }
        var socket: curl_socket_t = -1
        guard imm_curl_get_socket(easy.pointer, &socket) == CURLE_OK, socket >= 0 else {
            return .failure(failure(.internalFailure, "libcurl names no socket", wasBegun: false))
        }
        var traffic = ConnectionTraffic(maxHeadBytes: limits.maxHeadBytes, receiver: receiver)
        var isWritingClosed = false
        while true {
            let work = outbox.work
            if work.isCancelled { return .failure(failure(.cancelled, "cancelled")) }
            var unsent = work.bytes.count
            if unsent > 0, !isWritingClosed {
                switch send(work.bytes, easy) {
                case .success(let count):
                    outbox.sent(count)
                    unsent -= count
                case .failure: isWritingClosed = true  // What the other side says of it is still to be read.
                }
            }
            if unsent == 0, work.closesWriting, !isWritingClosed {
                shutdown(socket, Int32(SHUT_WR))
                isWritingClosed = true
            }
            if !traffic.isPaused || traffic.deliverKept() {
                switch traffic.receive(from: easy.pointer) {
                case .goesOn: break
                case .ended: return .success(())
                case .failed(let code, let words): return .failure(failure(code, words))
                }
            }
            wait(socket, wakeDescriptor, reads: !traffic.isPaused, writes: unsent > 0 && !isWritingClosed)
        }
    }

    private struct SendFailure: Error {}

    private func send(_ bytes: ArraySlice<UInt8>, _ easy: EasyHandle) -> Result<Int, SendFailure> {
        var total = 0
        while total < bytes.count {
            var count = 0
            let code = bytes.dropFirst(total).withUnsafeBytes {
                curl_easy_send(easy.pointer, $0.baseAddress, $0.count, &count)
            }
            if code == CURLE_AGAIN { break }
            guard code == CURLE_OK else { return .failure(SendFailure()) }
            total += count
        }
        return .success(total)
    }

    private func wait(_ socket: curl_socket_t, _ wakeDescriptor: Int32, reads: Bool, writes: Bool) {
        let events = (reads ? POLLIN : 0) | (writes ? POLLOUT : 0)
        var polled = [
            pollfd(fd: events == 0 ? -1 : socket, events: Int16(events), revents: 0),
            pollfd(fd: wakeDescriptor, events: Int16(POLLIN), revents: 0),
        ]
        poll(&polled, nfds_t(polled.count), -1)
        var drain = [UInt8](repeating: 0, count: 64)
        while read(wakeDescriptor, &drain, drain.count) > 0 {}
    }

    private func failure(_ code: HTTPError.Code, _ words: String, wasBegun: Bool = true) -> HTTPError {
        HTTPError(code: code, mayHaveReachedServer: wasBegun, message: "\(request.label) on \(endpoint): \(words)")
    }
}
