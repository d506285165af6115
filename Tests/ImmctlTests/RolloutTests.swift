import Ambient
import InfraAPI
import JSON
import ResourceAPI
import Testing

@testable import ImmctlCommands

/// A set in the middle of a roll-out from revision 1 to 2, as the controller leaves it.
enum Fleet {
    static func digest(_ digit: Int) -> String { "registry/web@sha256:" + String(repeating: "\(digit)", count: 64) }

    static func revision(_ number: Int, _ verdict: RevisionStatus.Verdict) -> Revision {
        var revision = Revision()
        revision.metadata.name = "web-\(String(repeating: "\(number)", count: 10))"
        revision.metadata.namespace = "default"
        revision.spec.set = "web"
        revision.spec.number = number
        revision.spec.hash = "v1-" + String(repeating: "\(number)", count: 64)
        revision.spec.template.spec.image = digest(number)
        revision.spec.requestedImage = "registry/web:\(number)"
        revision.status.verdict = verdict
        if verdict == .rejected {
            var evidence = RevisionEvidence()
            evidence.instance = "web-1-gone"
            evidence.slot = 1
            evidence.reason = "Died"
            evidence.message = "it exited with code 3"
            evidence.exitCode = 3
            evidence.at = TestTime.now
            revision.status.evidence = evidence
        }
        return revision
    }

    static func instance(slot: Int, _ suffix: String, revision: Int, token: String? = nil) -> Instance {
        var instance = Instance()
        instance.metadata.name = "web-\(slot)-\(suffix)"
        instance.metadata.namespace = "default"
        instance.spec.set = "web"
        instance.spec.slot = slot
        instance.spec.revision = Fleet.revision(revision, .pending).name
        instance.spec.revisionHash = Fleet.revision(revision, .pending).spec.hash
        instance.spec.provider = "docker"
        instance.spec.restartToken = token
        instance.status.phase = "Available"
        instance.status.address = "127.0.0.1:8080"
        return instance
    }

    static func status(current: Int?, update: Int, generation: Int) -> InstanceSetStatus {
        var status = InstanceSetStatus()
        status.observedGeneration = generation
        status.replicas = 3
        status.updatedReplicas = 1
        status.readyReplicas = 3
        status.availableReplicas = 2
        status.currentRevision = current.map { Fleet.revision($0, .pending).name }
        status.updateRevision = Fleet.revision(update, .pending).name
        status.targetRevision = status.updateRevision
        status.conditions = [
            SetStatus.condition("Ready", .false, "Progressing", "slot 1: starting", generation),
            SetStatus.condition("Reconciling", .true, "Starting", "slot 1: web-1-new is starting", generation),
        ]
        return status
    }

    /// Revisions 1 to 3, of which the third is rolled out.
    static func make(
        on bench: Bench, current: Int? = 3, verdicts: [RevisionStatus.Verdict] = [.proven, .rejected, .pending]
    ) async throws {
        _ = await bench.run("apply -f -", input: Manifest.web(image: "registry/web:3"))
        for (index, verdict) in verdicts.enumerated() { try await bench.create(revision(index + 1, verdict)) }
        try await bench.setStatus(of: "web", SetStatus.json(status(current: current, update: 3, generation: 1)))
    }
}

@Suite struct RolloutProgressTests {
    private func set(_ status: InstanceSetStatus, generation: Int = 2) -> InstanceSet {
        var set = InstanceSet()
        set.metadata.name = "web"
        set.metadata.generation = generation
        set.spec.replicas = 3
        set.status = status
        return set
    }

    @Test func `a roll-out that goes on names what it waits for`() {
        let progress = RolloutProgress(set(Fleet.status(current: 1, update: 2, generation: 2)))
        #expect(progress.state == .waiting(reason: "Starting", message: "slot 1: web-1-new is starting"))
        #expect(
            RolloutText.line(progress)
                == "Waiting for instanceset.imm.dev/web: 1 of 3 updated, 3 ready, 2 available; "
                + "Starting: slot 1: web-1-new is starting")
    }

    @Test func `what the controller said about an older spec does not count`() {
        var status = Fleet.status(current: 1, update: 2, generation: 1)
        status.conditions = [SetStatus.condition("Ready", .true, "Settled", "3 of 3 available", 1)]
        guard case .waiting(let reason, _) = RolloutProgress(set(status)).state else {
            Issue.record("is over")
            return
        }
        #expect(reason == "NotObserved")
    }

    @Test func `complete, failed and partitioned are over`() {
        var status = Fleet.status(current: 1, update: 2, generation: 2)
        status.conditions = [SetStatus.condition("Ready", .true, "Settled", "3 of 3 available", 2)]
        #expect(RolloutProgress(set(status)).state == .complete(message: "2 of 3 available"))
        status.conditions = [
            SetStatus.condition("Progressing", .false, "ProgressDeadlineExceeded", "600 s without progress", 2),
            SetStatus.condition("Ready", .false, "ProgressDeadlineExceeded", "600 s without progress", 2),
        ]
        let failed = RolloutProgress(set(status))
        #expect(failed.state == .failed(reason: "ProgressDeadlineExceeded", message: "600 s without progress"))
        #expect(
            RolloutText.line(failed)
                == "instanceset.imm.dev/web failed to roll out: ProgressDeadlineExceeded: 600 s without progress")
        status.conditions = [SetStatus.condition("Ready", .false, "Partitioned", "slots below keep theirs", 2)]
        #expect(RolloutProgress(set(status)).isOver)
    }

    @Test func `a terminal gets bars that fit its width`() {
        let progress = RolloutProgress(set(Fleet.status(current: 1, update: 2, generation: 2)))
        let lines = RolloutText.bars(progress, width: 40, style: .plain)
        #expect(
            lines
                == [
                    "instanceset.imm.dev/web  revision web-2…",
                    "  updated   [#######...............] 1/3",
                    "  ready     [######################] 3/3",
                    "  available [##############........] 2/3",
                    "  Starting: slot 1: web-1-new is starti…",
                ], "\(lines)")
        #expect(lines.allSatisfy { $0.count <= 40 })
        let narrow = RolloutText.bars(progress, width: 12, style: .plain)
        #expect(narrow.allSatisfy { $0.count <= 12 }, "\(narrow)")
        #expect(RolloutText.bars(progress, width: 80, style: .ansi).joined().contains("\u{1B}[33m"))
    }

    @Test func `no replicas are full bars`() {
        var empty = set(Fleet.status(current: 1, update: 2, generation: 2))
        empty.spec.replicas = 0
        empty.status.updatedReplicas = 0
        #expect(RolloutText.bars(RolloutProgress(empty), width: 40, style: .plain)[1].hasSuffix("] 0/0"))
        #expect(!RolloutText.bars(RolloutProgress(empty), width: 40, style: .plain)[1].contains("."))
    }
}

@Suite struct RolloutCommandTests {
    @Test func `status follows until the end, in lines for a pipe`() async throws {
        let bench = try await Bench()
        try await Fleet.make(on: bench)
        let text = GrowingText()
        async let following = bench.run("rollout status iset/web --timeout 60s", output: text)
        try await text.waitFor(1)
        try await bench.setStatus(of: "web", SetStatus.ready(generation: 1))
        let result = await following
        #expect(result.status == .success, "\(result.errors)")
        try #require(result.lines.count == 2, "\(result.output)")
        #expect(result.lines[0].hasPrefix("Waiting for instanceset.imm.dev/web: 1 of 3 updated"))
        #expect(result.lines[1] == "instanceset.imm.dev/web successfully rolled out: 3 of 3 available")
        let json = try await bench.run("rollout status web -o json").json
        #expect(json["state"] == "Complete" && json["availableReplicas"] == 3)
    }

    @Test func `status redraws bars on a terminal`() async throws {
        let bench = try await Bench()
        try await Fleet.make(on: bench)
        let text = GrowingText()
        async let following = bench.run("rollout status iset/web --timeout 60s", isTerminal: true, output: text)
        try await text.waitFor(5)
        try await bench.setStatus(of: "web", SetStatus.ready(generation: 1))
        let result = await following
        #expect(result.status == .success)
        #expect(result.output.contains("\u{1B}[5A"), "the second drawing goes up over the first")
        #expect(result.output.contains("3/3"))
    }

    @Test func `status fails with the roll-out, or when the time is up`() async throws {
        let bench = try await Bench()
        try await Fleet.make(on: bench)
        let late = await bench.run("rollout status iset/web --timeout 150ms")
        #expect(late.status == .failed)
        #expect(late.errors.contains("not rolled out after"))
        #expect(await bench.run("rollout status iset/web --watch=false").status == .success)
        var status = Fleet.status(current: 1, update: 3, generation: 1)
        status.conditions = [
            SetStatus.condition("Progressing", .false, "ProgressDeadlineExceeded", "600 s without progress", 1)
        ]
        try await bench.setStatus(of: "web", SetStatus.json(status))
        #expect(await bench.run("rollout status iset/web").status == .failed)
        #expect(await bench.run("rollout status iset/web --watch=false").status == .failed)
        #expect(await bench.run("rollout status iset/nope").status == .failed)
    }

    @Test func `a restart that was not taken up yet is not complete`() async throws {
        let bench = try await Bench()
        try await Fleet.make(on: bench)
        try await bench.setStatus(of: "web", SetStatus.ready(generation: 1))
        #expect(await bench.run("rollout restart iset/web").status == .success)
        let waiting = await bench.run("rollout status iset/web --watch=false")
        #expect(waiting.output.contains("RestartRequested: the restart is not taken up yet"), "\(waiting.output)")
        try await bench.setStatus(of: "web", ["restartToken": .string(TestTime.now.rfc3339Micro)])
        #expect(await bench.run("rollout status iset/web").output.contains("successfully rolled out"))
    }

    @Test func `restart writes a token, and with --resolve another`() async throws {
        let bench = try await Bench()
        _ = await bench.run("apply -f -", input: Manifest.web())
        _ = await bench.run("rollout restart web")
        var annotations = try await bench.get(InstanceSet.resourceType, "web")[path: ["metadata", "annotations"]]
        #expect(annotations?["imm.dev/restartedAt"] == "2026-03-01T12:00:00.000000Z")
        #expect(annotations?["imm.dev/resolve"] == nil)
        _ = await bench.run("rollout restart web --resolve")
        annotations = try await bench.get(InstanceSet.resourceType, "web")[path: ["metadata", "annotations"]]
        #expect(annotations?["imm.dev/resolve"] == "2026-03-01T12:00:00.000000Z")
        // The next apply leaves the tokens alone.
        #expect(await bench.run("apply -f -", input: Manifest.web()).output.contains("unchanged"))
    }

    @Test func `history lists the revisions`() async throws {
        let bench = try await Bench()
        try await Fleet.make(on: bench)
        let result = await bench.run("rollout history iset/web")
        try #require(result.lines.count == 4, "\(result.output)")
        #expect(result.lines[2].contains("Rejected"))
        #expect(result.lines[3].hasPrefix("3          web-3333333333   Pending    wanted,current"), "\(result.output)")
        #expect(result.lines[3].contains("registry/web:3 (registry/web@sha256:333"))
        let one = await bench.run("rollout history web --revision 2")
        #expect(one.output.contains("Requested image:"))
        #expect(one.output.contains("Died: slot 1: web-1-gone: it exited with code 3"), "\(one.output)")
        #expect(result.lines[2].contains("Died: slot 1: web-1-gone: it exited with code 3"))
        #expect(await bench.run("rollout history web --revision 9").status == .failed)
    }

    @Test func `undo writes the template of the newest earlier revision that was not rejected`() async throws {
        let bench = try await Bench()
        try await Fleet.make(on: bench)
        let result = await bench.run("rollout undo iset/web")
        #expect(result.output.hasPrefix("instanceset.imm.dev/web rolled back to revision 1 "), "\(result.errors)")
        let image = try await bench.get(InstanceSet.resourceType, "web")[path: ["spec", "template", "spec", "image"]]
        #expect(image == .string(Fleet.digest(1)))
        // The manifest that was applied before can be applied again: immctl is in no conflict with itself.
        let again = await bench.run("apply -f -", input: Manifest.web(image: "registry/web:4"))
        #expect(again.status == .success, "\(again.errors)")
    }

    @Test func `undo in the middle of a roll-out goes back to what every slot last ran`() async throws {
        let bench = try await Bench()
        try await Fleet.make(on: bench, current: 1, verdicts: [.pending, .pending, .pending])
        #expect(await bench.run("rollout undo web").output.contains("revision 1"))
        // Never to one that was rejected since.
        let other = try await Bench()
        try await Fleet.make(on: other, current: 2)
        #expect(await other.run("rollout undo web").output.contains("revision 1"))
    }

    @Test func `undo to a revision by number`() async throws {
        let bench = try await Bench()
        try await Fleet.make(on: bench)
        let dry = await bench.run("rollout undo web --to-revision 1 --dry-run=server")
        #expect(dry.output.hasSuffix("(server dry run)\n"), "\(dry.errors)")
        let image = try await bench.get(InstanceSet.resourceType, "web")[path: ["spec", "template", "spec", "image"]]
        #expect(image == "registry/web:3")
        #expect(await bench.run("rollout undo web --to-revision 1").status == .success)
        let same = await bench.run("rollout undo web --to-revision 1")
        #expect(same.output.contains("unchanged"))
        #expect(await bench.run("rollout undo web --to-revision 7").errors.contains("its revisions are 1, 2, 3"))
    }

    @Test func `undo to a rejected revision is refused with the evidence, unless it is to be tried again`() async throws
    {
        let bench = try await Bench()
        try await Fleet.make(on: bench)
        let refused = await bench.run("rollout undo web --to-revision 2")
        #expect(refused.status == .failed)
        #expect(
            refused.errors.contains("revision 2 was rejected: slot 1: web-1-gone: it exited with code 3"),
            "\(refused.errors)")
        #expect(refused.errors.contains("--to-revision 2 --retry"))
        var set = try await bench.get(InstanceSet.resourceType, "web")
        #expect(set[path: ["spec", "template", "spec", "image"]] == "registry/web:3")
        let forced = await bench.run("rollout undo web --to-revision 2 --retry=true")
        #expect(forced.status == .success, "\(forced.errors)")
        set = try await bench.get(InstanceSet.resourceType, "web")
        #expect(set[path: ["spec", "template", "spec", "image"]] == .string(Fleet.digest(2)))
        #expect(
            set[path: ["metadata", "annotations"]]?["imm.dev/retry"] == .string(TestTime.now.rfc3339Micro))
    }

    @Test func `retry asks for the rejected revision again, and says when there is none`() async throws {
        let bench = try await Bench()
        try await Fleet.make(on: bench, current: 1, verdicts: [.proven, .pending, .rejected])
        let result = await bench.run("rollout retry web")
        #expect(
            result.output == "instanceset.imm.dev/web: revision 3 (web-3333333333) is tried again\n", "\(result.errors)"
        )
        let set = try await bench.get(InstanceSet.resourceType, "web")
        #expect(set[path: ["metadata", "annotations"]]?["imm.dev/retry"] == .string(TestTime.now.rfc3339Micro))
        let waiting = await bench.run("rollout status web --watch=false")
        #expect(waiting.output.contains("RetryRequested"), "\(waiting.output)")

        let other = try await Bench()
        try await Fleet.make(on: other)
        let nothing = await other.run("rollout retry iset/web")
        #expect(nothing.status == .failed)
        #expect(
            nothing.errors.contains("revision 3 (web-3333333333) is not rejected, but pending"), "\(nothing.errors)")
    }

    @Test func `status ends with the evidence when the set was rolled back`() async throws {
        let bench = try await Bench()
        try await Fleet.make(on: bench, current: 1, verdicts: [.proven, .pending, .rejected])
        var status = Fleet.status(current: 1, update: 3, generation: 1)
        status.targetRevision = Fleet.revision(1, .proven).name
        let why = "revision 3 was rejected: slot 1: web-1-gone: it exited with code 3; rolled back to revision 1"
        status.conditions = [
            SetStatus.condition("Progressing", .false, "RolledBack", why, 1),
            SetStatus.condition("Ready", .false, "RolledBack", why, 1),
            SetStatus.condition("Stalled", .true, "RolledBack", why, 1),
        ]
        try await bench.setStatus(of: "web", SetStatus.json(status))
        for line in ["rollout status web", "rollout status web --watch=false"] {
            let result = await bench.run(line)
            #expect(result.status == .failed)
            #expect(result.output.contains("failed to roll out: RolledBack: \(why)"), "\(result.output)")
        }
        let told = await bench.run("why web")
        #expect(told.output.contains("Stalled is True"), "\(told.output)")
        #expect(told.output.contains("RolledBack: \(why)"))
        let description = await bench.run("describe iset/web")
        #expect(description.output.contains("Rolled back to:"), "\(description.output)")
        #expect(description.output.contains("Died: slot 1: web-1-gone: it exited with code 3"))
    }

    @Test func `undo without an earlier revision says so`() async throws {
        let bench = try await Bench()
        _ = await bench.run("apply -f -", input: Manifest.web())
        let result = await bench.run("rollout undo web")
        #expect(result.status == .failed)
        #expect(result.errors.contains("no earlier revision"))
    }

    @Test(arguments: [
        (#"{"a":1,"b":{"c":1}}"#, #"{"a":1,"b":{"c":1}}"#), (#"{"a":1}"#, #"{"b":2}"#),
        (#"{"a":{"b":1,"c":2}}"#, #"{"a":{"b":3}}"#), (#"{"a":[1,2]}"#, #"{"a":[2]}"#),
        (#"{"a":1}"#, #"{"a":{"b":1}}"#),
        (#"{}"#, #"{"a":{"b":{"c":[]}}}"#),
    ])
    func `a merge patch makes the target of the source`(source: String, target: String) throws {
        let source = try JSONValue(parsing: source)
        let target = try JSONValue(parsing: target)
        let patch = source.mergePatch(to: target)
        #expect(source.mergePatched(with: patch) == target)
        if source == target { #expect(patch == [:]) }
    }
}
