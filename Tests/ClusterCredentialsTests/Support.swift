import Ambient
import ClusterCredentials
import Foundation
import JSON

/// A clock that only its test moves.
final class SetTime: TimeSource {
    private let moved = Guarded(Duration.zero)
    static let start = Timestamp(rfc3339: "2026-11-21T12:00:00Z") ?? .epoch

    var now: Timestamp { SetTime.start + uptime }
    var uptime: Duration { moved.withLock { $0 } }

    func advance(_ duration: Duration) { moved.withLock { $0 += duration } }

    /// Programs are watched by the real clock.
    func sleep(for duration: Duration) async throws { try await Task.sleep(for: duration) }
}

struct Folder: ~Copyable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("imm-cred-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ name: String, _ text: String, isProgram: Bool = false) throws {
        let file = path + "/" + name
        try text.write(toFile: file, atomically: true, encoding: .utf8)
        if isProgram {
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file)
        }
    }

    func read(_ name: String) throws -> String { try String(contentsOfFile: path + "/" + name, encoding: .utf8) }
}

/// A kubeconfig of one context `x`.
func kubeconfig(user: JSONValue, cluster: JSONValue = ["server": "https://api.example:6443"]) throws -> Kubeconfig {
    try Kubeconfig(json: [
        "kind": "Config", "current-context": "x",
        "clusters": [["name": "c", "cluster": cluster]], "users": [["name": "u", "user": user]],
        "contexts": [["name": "x", "context": ["cluster": "c", "user": "u", "namespace": "fleet"]]],
    ])
}

func surroundings(_ time: SetTime) -> Surroundings { Surroundings(time: time, randomness: SystemRandomness()) }
