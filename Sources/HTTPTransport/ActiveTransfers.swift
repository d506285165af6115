import Ambient
import CLibcurl
import CShims

/// The transfers of one multi handle. Used on its thread only.
struct ActiveTransfers: ~Copyable {
    private let multi: UnsafeMutableRawPointer
    private let endpoint: HTTPEndpoint
    private let limits: HTTPLimits
    private var byID: [UInt64: Transfer] = [:]
    private var idByHandle: [UnsafeMutableRawPointer: UInt64] = [:]
    /// Handles for reuse: making one costs more than resetting one.
    private var spare: [EasyHandle] = []

    init(multi: UnsafeMutableRawPointer, endpoint: HTTPEndpoint, limits: HTTPLimits) {
        self.multi = multi
        self.endpoint = endpoint
        self.limits = limits
    }

    mutating func carryOut(_ command: TransferLoop.Command) {
        switch command {
        case .start(let order): start(order)
        case .cancel(let id): remove(id)?.abandon(.cancelled, because: "cancelled")
        case .resume(let id):
            // May call back at once with what libcurl kept while the transfer was paused.
            if let transfer = byID[id] { curl_easy_pause(transfer.easy.pointer, CURLPAUSE_CONT) }
        }
    }

    private mutating func start(_ order: TransferOrder) {
        if order.isCancelled.withLock({ $0 }) { return order.fail(.cancelled, "cancelled") }
        guard let easy = spare.popLast() ?? EasyHandle() else {
            return order.fail(.internalFailure, "out of memory for a transfer")
        }
        let transfer = Transfer(order, easy: easy, maxHeadBytes: limits.maxHeadBytes)
        let hasUpload = order.upload != nil
        guard easy.prepare(order.request, endpoint: endpoint, limits: limits, hasUpload: hasUpload),
            transfer.connectCallbacks()
        else {
            return order.fail(.internalFailure, "libcurl refused an option; it must be 7.85 or later, with TLS")
        }
        byID[order.id] = transfer
        idByHandle[easy.pointer] = order.id
        guard curl_multi_add_handle(multi, easy.pointer) == CURLM_OK else {
            forget(transfer)
            return order.fail(.internalFailure, "libcurl took no further transfer")
        }
    }

    /// Moves every transfer on as far as it goes without waiting.
    mutating func advance() {
        var running: Int32 = 0
        curl_multi_perform(multi, &running)
        var handle: UnsafeMutableRawPointer?
        var result = CURLE_OK
        while imm_curl_multi_next_done(multi, &handle, &result) == 1 {
            guard let handle, let id = idByHandle[handle], let transfer = remove(id) else { continue }
            transfer.finish(result, endpoint: endpoint)
            if spare.count < limits.maxIdleConnections { spare.append(transfer.easy) }
        }
    }

    mutating func abandonAll() {
        for id in byID.keys.sorted() {
            remove(id)?.abandon(.shutDown, because: "the transport was shut down")
        }
    }

    /// Every easy handle must go before its multi handle does.
    mutating func releaseHandles() {
        spare = []
    }

    private mutating func remove(_ id: UInt64) -> Transfer? {
        guard let transfer = byID[id] else { return nil }
        curl_multi_remove_handle(multi, transfer.easy.pointer)
        forget(transfer)
        return transfer
    }

    private mutating func forget(_ transfer: Transfer) {
        byID[transfer.id] = nil
        idByHandle[transfer.easy.pointer] = nil
    }
}
