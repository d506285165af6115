import Ambient
import CLibcurl
import CShims

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A request on its way to the transfer thread.
struct TransferOrder: Sendable {
    let id: UInt64
    let request: HTTPRequest
    let receiver: any TransferReceiver
    let isStream: Bool
    /// The body, when it is made while it is sent.
    var upload: HTTPUpload?
    /// Set before a cancel is posted, so that a cancel that overtakes its order still counts.
    let isCancelled: Guarded<Bool>
}

/// libcurl's multi interface on a thread of its own.
///
/// Other threads post commands and wake the thread; everything of libcurl but the wake-up happens on the thread.
final class TransferLoop: Sendable {
    enum Command: Sendable {
        case start(TransferOrder)
        case cancel(UInt64)
        case resume(UInt64)
    }

    /// libcurl allows `curl_multi_wakeup` from any thread while the handle lives; it is cleared under the lock before
    /// the handle goes, and the thread alone makes all other calls. Hence unchecked.
    private struct MultiHandle: @unchecked Sendable {
        let pointer: UnsafeMutableRawPointer
    }

    private enum Phase { case idle, running, stopping, stopped }

    private struct Shared {
        var phase = Phase.idle
        var multi: MultiHandle?
        var commands: [Command] = []
    }

    private let endpoint: HTTPEndpoint
    private let limits: HTTPLimits
    private let shared = Guarded(Shared())

    init(endpoint: HTTPEndpoint, limits: HTTPLimits) {
        self.endpoint = endpoint
        self.limits = limits
    }

    /// Hands a command to the thread, which is started by the first one.
    func post(_ command: Command) {
        let problem: (HTTPError.Code, String)? = shared.withLock { shared in
            switch shared.phase {
            case .stopping, .stopped: return (.shutDown, "the transport was shut down")
            case .idle:
                guard startThread(&shared) else { return (.internalFailure, "no thread or memory for transfers") }
            case .running: break
            }
            shared.commands.append(command)
            if let multi = shared.multi { curl_multi_wakeup(multi.pointer) }
            return nil
        }
        if let problem, case .start(let order) = command { order.fail(problem.0, problem.1) }
    }

    /// Ends all transfers and the thread, which finishes soon after.
    func stop() {
        shared.withLock { shared in
            switch shared.phase {
            case .idle: shared.phase = .stopped
            case .running: shared.phase = .stopping
            case .stopping, .stopped: return
            }
            if let multi = shared.multi { curl_multi_wakeup(multi.pointer) }
        }
    }

    static let isCurlReady = curl_global_init(Int(CURL_GLOBAL_ALL)) == CURLE_OK

    private func startThread(_ shared: inout Shared) -> Bool {
        guard TransferLoop.isCurlReady, let multi = curl_multi_init() else { return false }
        imm_curl_multi_set_long(multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, limits.maxConnections)
        imm_curl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, limits.maxIdleConnections)
        shared.multi = MultiHandle(pointer: multi)
        shared.phase = .running
        // The thread owns one reference to this object until it ends.
        let context = Unmanaged.passRetained(self).toOpaque()
        var thread = pthread_t()
        let body: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { context in
            if let context { Unmanaged<TransferLoop>.fromOpaque(context).takeRetainedValue().run() }
            return nil
        }
        guard pthread_create(&thread, nil, body, context) == 0 else {
            Unmanaged<TransferLoop>.fromOpaque(context).release()
            curl_multi_cleanup(multi)
            shared.multi = nil
            shared.phase = .idle
            return false
        }
        pthread_detach(thread)
        return true
    }

    // MARK: the thread

    private func run() {
        TransferLoop.blockSignals()
        guard let multi = shared.withLock({ $0.multi }) else { return }
        var active = ActiveTransfers(multi: multi.pointer, endpoint: endpoint, limits: limits)
        while true {
            let (commands, phase) = shared.withLock { shared in
                let commands = shared.commands
                shared.commands = []
                return (commands, shared.phase)
            }
            for command in commands { active.carryOut(command) }
            if phase == .stopping { break }
            active.advance()
            // Idle or not, libcurl wakes up for its own timers and for curl_multi_wakeup.
            curl_multi_poll(multi.pointer, nil, 0, 60_000, nil)
        }
        active.abandonAll()
        shared.withLock { shared in
            shared.phase = .stopped
            shared.multi = nil
        }
        active.releaseHandles()
        curl_multi_cleanup(multi.pointer)
    }

    /// Signals are for the threads of the program, and none may end this one in the middle of a write (SIGPIPE).
    static func blockSignals() {
        var all = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_BLOCK, &all, nil)
    }
}

extension TransferOrder {
    /// Fails an order that never became a transfer.
    func fail(_ code: HTTPError.Code, _ reason: String) {
        upload?.close()
        receiver.finish(
            .failure(HTTPError(code: code, mayHaveReachedServer: false, message: "\(request.label): \(reason)")))
    }
}
