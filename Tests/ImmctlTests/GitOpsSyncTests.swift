import Ambient
import InfraAPI
import JSON
import ResourceAPI
import Testing

@testable import ImmctlCommands

@Suite struct GitOpsSyncTests {
    private func token(_ bench: Bench, _ name: String) async throws -> String? {
        try await bench.client.get(GitSource.self, namespace: "default", name: name)
            .metadata.annotations[GitSource.syncAnnotation]
    }

    @Test func `sync sets the token of the named sources, or of all that are not suspended`() async throws {
        let bench = try await Bench()
        #expect(await bench.run("gitops sync").status == .failed)
        for name in ["fleet", "shop"] { try await bench.create(Sources.source(name)) }
        try await bench.create(Sources.source("paused") { $0.spec.suspend = true })
        let one = await bench.run("gitops sync shop")
        #expect(one.output == "gitsource.imm.dev/shop looks at its repository\n")
        #expect(try await token(bench, "fleet") == nil)
        #expect(try await token(bench, "shop") == TestTime.now.rfc3339Micro)
        let all = await bench.run("gitops sync")
        #expect(all.lines.count == 2 && all.lines[0].contains("fleet"))
        #expect(try await token(bench, "paused") == nil)
        let paused = await bench.run("gitops sync paused")
        #expect(paused.status == .failed && paused.errors.contains("immctl gitops resume paused"))
    }

    @Test func `with --wait it tells each change, and ends when the commit is applied and healthy`() async throws {
        let bench = try await Bench()
        try await bench.create(Sources.source())
        async let result = bench.run("gitops sync fleet --wait")
        try await bench.answerSync(of: "fleet") { status in
            status.lastAttemptedCommit = Sources.older
            status.conditions = [
                Sources.condition("Ready", .false, "Progressing", "1 of 2 is healthy"),
                Sources.condition("Reconciling", .true, "Progressing", "1 of 2 is healthy"),
            ]
        }
        var source = try await bench.client.get(GitSource.self, namespace: "default", name: "fleet")
        source.status.lastAppliedCommit = Sources.older
        source.status.conditions = [Sources.condition("Ready", .true, "Applied", "2 objects are healthy")]
        _ = try await bench.client.updateStatus(source)
        let done = await result
        #expect(done.status == .success, "\(done.errors)")
        #expect(done.lines.first == "gitsource.imm.dev/fleet looks at its repository")
        #expect(done.lines.last == "gitsource.imm.dev/fleet is ready at b2b2b2b2b2b2: 2 objects are healthy")
    }

    @Test func `with --wait a refused commit is a failure with its reason`() async throws {
        let bench = try await Bench()
        try await bench.create(Sources.source())
        try await bench.create(Sources.source("shop"))
        async let result = bench.run("gitops sync --wait -o json")
        try await bench.answerSync(of: "fleet") { status in
            status.conditions = [
                Sources.condition("Ready", .false, "ManifestInvalid", "a.yaml:3:5: unknown field"),
                Sources.condition("Stalled", .true, "ManifestInvalid", "a.yaml:3:5: unknown field"),
            ]
        }
        try await bench.answerSync(of: "shop") { _ in }
        let done = await result
        #expect(done.status == .failed)
        let states = try done.json["sources"]?.arrayValue?.map { $0["state"] }
        #expect(states == ["Failed", "Complete"], "\(done.output)")
    }

    @Test func `with --wait the time ends too`() async throws {
        let bench = try await Bench()
        try await bench.create(Sources.source())
        let done = await bench.run("gitops sync fleet --wait --timeout 50ms")
        #expect(done.status == .failed && done.errors.contains("immctl gitops status"), "\(done.errors)")
    }

    @Test func `a sync is judged by its token first, then by generation and conditions`() {
        func state(_ change: (inout GitSource) -> Void) -> SyncProgress {
            SyncProgress(
                Sources.source {
                    $0.metadata.generation = 1
                    $0.status.syncToken = "t"
                    change(&$0)
                }, token: "t")
        }
        let ready = state { _ in }
        #expect(ready.isOver && ready.done == 4)
        let unseen = state { $0.status.syncToken = "older" }
        #expect(!unseen.isOver && unseen.done == 1)
        #expect(!state { $0.metadata.generation = 2 }.isOver)
        let stale = state { source in
            source.metadata.generation = 2
            source.status.observedGeneration = 2
        }
        #expect(!stale.isOver, "a condition of an older spec says nothing")
        let stalled = state { source in
            source.status.conditions = [
                Sources.condition("Ready", .false, "X", "x"), Sources.condition("Stalled", .true, "Y", "y"),
            ]
        }
        #expect(stalled.state == .failed(reason: "Y", message: "y") && stalled.done == 3)
        #expect(
            state { $0.spec.suspend = true }.state == .failed(reason: "Suspended", message: "the source is suspended"))
    }

    @Test func `a terminal gets a bar a source that never is wider than it`() {
        let waiting = SyncProgress(
            Sources.source { source in
                source.status.lastAttemptedCommit = Sources.older
                source.status.conditions = [
                    Sources.condition("Ready", .false, "Progressing", "waits"),
                    Sources.condition("Reconciling", .true, "Progressing", String(repeating: "long ", count: 40)),
                ]
            }, token: nil)
        let lines = SyncText.bars([waiting], width: 80, style: .plain)
        #expect(lines[0] == "gitsource.imm.dev/fleet  b2b2b2b2b2b2")
        #expect(lines[1].hasPrefix("  [########........] 2/4 looked  Progressing: long"))
        #expect(lines.allSatisfy { $0.count <= 80 })
    }
}
