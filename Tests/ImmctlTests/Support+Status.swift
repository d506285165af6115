import Ambient
import InfraAPI
import JSON
import ResourceAPI

@testable import ImmctlCommands

/// Statuses as the controller writes them.
enum SetStatus {
    static func ready(generation: Int, replicas: Int = 3) -> JSONValue {
        var status = InstanceSetStatus()
        status.observedGeneration = generation
        status.replicas = replicas
        status.updatedReplicas = replicas
        status.readyReplicas = replicas
        status.availableReplicas = replicas
        status.conditions = [condition("Ready", .true, "Settled", "3 of 3 available", generation)]
        return json(status)
    }

    static func condition(
        _ type: String, _ status: Condition.Status, _ reason: String, _ message: String, _ generation: Int
    ) -> Condition {
        Condition(
            type: type, status: status, reason: reason, message: message, observedGeneration: generation,
            at: TestTime.now)
    }

    static func json(_ status: InstanceSetStatus) -> JSONValue {
        var set = InstanceSet()
        set.status = status
        return set.json["status"] ?? [:]
    }
}

/// Text that grows while a command runs.
final class GrowingText: Sendable {
    private let text = Guarded("")

    func append(_ more: String) { text.withLock { $0 += more } }

    var all: String { text.withLock { $0 } }
    var lines: [String] { all.split(separator: "\n").map(String.init) }

    /// Waits for a number of lines, 10 s at most.
    func waitFor(_ count: Int) async throws {
        for _ in 0..<1000 where lines.count < count { try await Task.sleep(for: .milliseconds(10)) }
    }
}
