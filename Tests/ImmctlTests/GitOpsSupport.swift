import Ambient
import InfraAPI
import JSON
import ResourceAPI

@testable import ImmctlCommands

/// Sources as the controller leaves them.
enum Sources {
    static let commit = String(repeating: "a1", count: 20)
    static let older = String(repeating: "b2", count: 20)

    /// A source that is ready at `commit`; `change` edits it.
    static func source(_ name: String = "fleet", _ change: (inout GitSource) -> Void = { _ in }) -> GitSource {
        var source = GitSource()
        source.metadata = ObjectMeta(name: name, namespace: "default")
        source.spec.url = "https://git.example/fleet.git"
        var ref = GitReference()
        ref.branch = "main"
        source.spec.ref = ref
        source.status.observedGeneration = 1
        source.status.lastAttemptedCommit = commit
        source.status.lastAppliedCommit = commit
        source.status.inventory = [entry("web"), entry("db")]
        source.status.history = [
            record(older, .refused, "ManifestInvalid", "fleet/web.yaml:3:5: unknown field", hours: 2),
            record(commit, .applied, "Applied", "2 objects", hours: 1),
        ]
        source.status.conditions = [condition("Ready", .true, "Applied", "2 objects are healthy")]
        change(&source)
        return source
    }

    static func entry(_ name: String, uid: String? = nil) -> InventoryEntry {
        var entry = InventoryEntry()
        entry.apiVersion = "imm.dev/v1alpha1"
        entry.kind = "InstanceSet"
        entry.namespace = "default"
        entry.name = name
        entry.uid = uid ?? "uid-\(name)"
        return entry
    }

    static func record(
        _ commit: String, _ outcome: SyncRecord.Outcome, _ reason: String, _ message: String, hours: Int
    ) -> SyncRecord {
        var record = SyncRecord()
        record.commit = commit
        record.subject = "Change \(commit.prefix(2))"
        record.outcome = outcome
        record.reason = reason
        record.message = message
        record.at = TestTime.now - .seconds(3600 * hours)
        return record
    }

    static func condition(
        _ type: String, _ status: Condition.Status, _ reason: String, _ message: String, generation: Int = 1
    ) -> Condition {
        Condition(
            type: type, status: status, reason: reason, message: message, observedGeneration: generation,
            at: TestTime.now)
    }

    static func pending(_ entries: [InventoryEntry]) -> PendingPrune {
        var pending = PendingPrune()
        pending.commit = commit
        pending.objects = entries
        pending.message = "2 objects are more than 25% of 2"
        return pending
    }
}

extension Bench {
    /// Answers the source's request as a controller would, with what `change` makes of its status.
    func answerSync(of name: String, _ change: @Sendable (inout GitSourceStatus) -> Void) async throws {
        for _ in 0..<500 {
            var source = try await client.get(GitSource.self, namespace: "default", name: name)
            let token = source.metadata.annotations[GitSource.syncAnnotation]
            if let token, token != source.status.syncToken {
                source.status.syncToken = token
                change(&source.status)
                _ = try await client.updateStatus(source)
                return
            }
            try await Task.sleep(for: .milliseconds(10))
        }
    }
}
