import Dispatch
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
        let waiting = Mutex(Array(old.reversed()))
        let results = Mutex<(ids: [String], failure: (any Error)?)>(([], nil))
        DispatchQueue.concurrentPerform(iterations: Workload.inFlight) { _ in
            do {
                let connection = try engine.connection()
                while let next = waiting.withLock({ $0.popLast() }) {
                    let made = try connection.send("POST", "/containers/create", body)
                    guard made.status == 201, let id = JSONText.object(made.body)["Id"] as? String else {
                        throw BenchmarkFailure("engine: create: \(made.status) \(made.text)")
                    }
                    try engine.call("POST", "/containers/\(id)/start", over: connection)
                    if let next {
                        try engine.call("POST", "/containers/\(next)/stop?t=\(Workload.graceSeconds)", over: connection)
                        try engine.call("DELETE", "/containers/\(next)?force=1", over: connection)
                    }
                    results.withLock { $0.ids.append(id) }
                }
            } catch {
                results.withLock { $0.failure = error }
            }
        }
        return try results.withLock { result in
            if let failure = result.failure { throw failure }
            return result.ids
        }
    }
}
