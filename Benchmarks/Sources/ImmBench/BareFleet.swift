import BenchKit
import Foundation
import Synchronization

/// The floor: no controller at all, only the engine's own calls, each container's in a row.
final class BareFleet: Fleet {
    let name = "floor"
    let label = "imm-bench=floor"
    private let engine: Engine
    private var ids: [String] = []

    init(_ engine: Engine) { self.engine = engine }

    func deploy(image: String) throws { ids = try replace([String?](repeating: nil, count: Workload.replicas), image) }

    func requestReplacement(image: String) throws { ids = try replace(ids, image) }

    func settle() {}

    func remove() throws { try engine.removeAll(label) }

    private func replace(_ old: [String?], _ image: String) throws -> [String] {
        let engine = engine
        let body = try JSONText.write([
            "Image": image, "Cmd": Workload.command, "Labels": ["imm-bench": "floor"],
            "HostConfig": ["NetworkMode": "host", "Init": true],
        ])
        let work = Work(old)
        // Threads of their own: Dispatch would run no more of them at a time than there are cores.
        let ended = DispatchSemaphore(value: 0)
        for _ in 0..<Workload.inFlight {
            Thread.detachNewThread {
                do { try BareFleet.replace(work, body, engine) } catch { work.fail(error) }
                ended.signal()
            }
        }
        for _ in 0..<Workload.inFlight { ended.wait() }
        return try work.made()
    }

    /// One container after the other: make, start, stop the old one, remove it.
    private static func replace(_ work: Work, _ body: String, _ engine: Engine) throws {
        let connection = try engine.connection()
        while let next = work.next() {
            let made = try connection.send("POST", "/containers/create", body)
            guard made.status == 201, let id = JSONText.object(made.body)["Id"] as? String else {
                throw BenchmarkFailure("engine: create: \(made.status) \(made.text)")
            }
            try engine.call("POST", "/containers/\(id)/start", over: connection)
            if let old = next {
                try engine.call("POST", "/containers/\(old)/stop?t=\(Workload.graceSeconds)", over: connection)
                try engine.call("DELETE", "/containers/\(old)?force=1", over: connection)
            }
            work.add(id)
        }
    }
}

/// What the threads share.
private final class Work: Sendable {
    private struct State {
        /// What is to be replaced; nil: nothing, only a new one is made.
        var waiting: [String?]
        var ids: [String] = []
        var failure: (any Error)?
    }

    private let state: Mutex<State>

    init(_ old: [String?]) { state = Mutex(State(waiting: old.reversed())) }

    func next() -> String?? { state.withLock { $0.waiting.popLast() } }

    func add(_ id: String) { state.withLock { $0.ids.append(id) } }

    func fail(_ error: any Error) { state.withLock { $0.failure = error } }

    func made() throws -> [String] {
        try state.withLock { state in
            if let failure = state.failure { throw failure }
            return state.ids
        }
    }
}
