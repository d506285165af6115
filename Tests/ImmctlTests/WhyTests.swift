import Ambient
import InfraAPI
import JSON
import ResourceAPI
import Testing

@testable import ImmctlCommands

@Suite struct WhyTests {
    private func stuck() async throws -> Bench {
        let bench = try await Bench()
        try await Fleet.make(on: bench)
        var status = Fleet.status(current: 1, update: 3, generation: 1)
        status.conditions = [
            SetStatus.condition("Ready", .false, "CrashLooping", "slot 1: web-1-new exited 3 times", 1),
            SetStatus.condition("Available", .true, "MinimumAvailable", "fine", 1),
            SetStatus.condition("Stalled", .true, "CrashLooping", "slot 1: web-1-new exited 3 times", 1),
        ]
        try await bench.setStatus(of: "web", SetStatus.json(status))
        var instance = Fleet.instance(slot: 1, "new", revision: 3)
        instance.status.phase = "Failed"
        instance.status.exitCode = 3
        instance.status.reason = "Died"
        instance.status.message = "it exited with code 3"
        try await bench.create(instance)
        try await bench.create(Fleet.instance(slot: 0, "old", revision: 1))
        try await bench.create([
            "apiVersion": "v1", "kind": "Event", "metadata": ["name": "e1", "namespace": "default"],
            "involvedObject": ["kind": "Instance", "name": "web-1-new", "namespace": "default"], "type": "Warning",
            "reason": "Died", "message": "it exited with code 3", "lastTimestamp": "2026-03-01T11:59:00Z",
        ])
        bench.plan.withLock {
            $0 = [
                "set": "default/web", "messages": [],
                "steps": [["slot": 2, "action": "Launch", "reason": "NewRevision", "message": "run web-3"]],
                "waits": [["slot": 1, "reason": "BackOff", "message": "tries again in 4 s"]],
            ]
        }
        return bench
    }

    @Test func `a set tells its conditions, instances, waits, steps and events`() async throws {
        let bench = try await stuck()
        let result = await bench.run("why web")
        #expect(result.status == .success, "\(result.errors)")
        #expect(result.lines[0] == "instanceset.imm.dev/web:")
        for words in [
            "Ready is False", "Stalled is True", "CrashLooping: slot 1: web-1-new exited 3 times",
            "slot 1: web-1-new of",
            "Failed; exit code 3: Died: it exited with code 3", "slot 1: BackOff: tries again in 4 s",
            "slot 2: Launch: NewRevision: run web-3", "instance/web-1-new",
        ] { #expect(result.output.contains(words), "\(words): \(result.output)") }
        #expect(!result.output.contains("MinimumAvailable"))
    }

    @Test func `a slot and an instance tell their own part`() async throws {
        let bench = try await stuck()
        let slot = await bench.run("why instanceset/web --slot 1")
        #expect(slot.lines[0] == "slot 1 of instanceset.imm.dev/web:", "\(slot.errors)")
        #expect(
            slot.output.contains("  BackOff: tries again") && !slot.output.contains("web-0-old")
                && !slot.output.contains("Launch"))
        let instance = await bench.run("why instance/web-0-old")
        #expect(
            instance.output.contains("web-0-old, slot 0 of") && !instance.output.contains("web-1-new of"),
            "\(instance.output)")
        #expect(await bench.run("why web --slot 2").output.contains("slot 2 has no instance"))
        let beyond = await bench.run("why web --slot 7")
        #expect(beyond.status == .failed && beyond.errors.contains("its slots are 0 to 2"), "\(beyond.errors)")
        #expect(await bench.run("why instance/web-0-old --slot 1").status == .usage)
        #expect(await bench.run("why nothing").status == .failed)
    }

    @Test func `machines get the same`() async throws {
        let bench = try await stuck()
        let json = try await bench.run("why web --slot 1 -o json").json
        #expect(json["slot"] == 1 && json["waits"]?.arrayValue?.first?["reason"] == "BackOff")
        #expect(json["steps"]?.arrayValue?.isEmpty == true && json["events"]?.arrayValue?.count == 1)
        #expect(await bench.run(["why", "web", "-o", "jsonpath={.conditions[0].reason}"]).output == "CrashLooping")
    }
}

@Suite struct RolloutLinesTests {
    private func progress(_ updated: Int, _ slots: [SlotPhase], stalled: String? = nil, over: Bool = false)
        -> RolloutProgress
    {
        var progress = RolloutProgress(InstanceSet())
        (progress.set, progress.desired, progress.updated, progress.slots) = (
            "instanceset.imm.dev/web", 3, updated, slots
        )
        progress.stalledReason = stalled
        progress.state =
            over
            ? .complete(message: "3 of 3 available")
            : .waiting(reason: stalled ?? "Progressing", message: "tick \(updated)")
        return progress
    }

    private func phase(_ slot: Int, _ name: String, _ phase: SlotPhase.Phase) -> SlotPhase {
        SlotPhase(slot: slot, instance: "web-\(slot)-\(name)", phase: phase)
    }

    @Test func `a pipe gets one line a slot and phase, and the end`() {
        var lines = RolloutLines()
        var printed: [String] = []
        let available = phase(2, "new", .available)
        for step in [
            progress(1, [available]), progress(1, [available]), progress(1, [phase(1, "old", .leaving), available]),
            progress(1, [phase(1, "old", .leaving), available]), progress(2, [phase(1, "new", .starting), available]),
            progress(2, [phase(1, "new", .starting), available], stalled: "PullFailed"),
            progress(2, [phase(1, "new", .starting), available], stalled: "PullFailed"),
            progress(2, [phase(1, "new", .ready), available]),
            progress(3, [phase(1, "new", .available), available]),
            progress(3, [phase(1, "new", .available), available], over: true),
        ] { printed += lines.lines(for: step) }
        #expect(
            printed == [
                "Waiting for instanceset.imm.dev/web: 1 of 3 updated, 0 ready, 0 available; Progressing: tick 1",
                "slot 1: web-1-old leaves",
                "slot 1: web-1-new starts",
                "Waiting for instanceset.imm.dev/web: 2 of 3 updated, 0 ready, 0 available; PullFailed: tick 2",
                "slot 1: web-1-new is ready", "slot 1: web-1-new is available",
                "instanceset.imm.dev/web successfully rolled out: 3 of 3 available",
            ], "\(printed)")
    }

    @Test func `the phase of a slot comes from its newest instance of the revision`() {
        func occupant(_ slot: Int, _ name: String, _ revision: String, _ change: (inout Instance) -> Void = { _ in })
            -> SetOccupants
        {
            var instance = Instance()
            (instance.metadata.name, instance.spec.slot, instance.spec.revision) = (name, slot, revision)
            change(&instance)
            return SetOccupants(slot: slot, instance: instance)
        }
        let phases = SlotPhase.phases(
            of: [
                occupant(0, "a", "v1"), occupant(1, "b", "v1") { $0.metadata.deletionTimestamp = TestTime.now },
                occupant(2, "c", "v1") { $0.metadata.deletionTimestamp = TestTime.now }, occupant(2, "d", "v2"),
                occupant(3, "e", "v2") { $0.status.readySince = TestTime.now },
                occupant(4, "f", "v2") { $0.status.phase = "Available" },
                occupant(5, "g", "v2") { ($0.status.phase, $0.status.reason) = ("Failed", "Died") },
            ], revision: "v2")
        #expect(
            phases.map(\.line) == [
                "slot 1: b leaves", "slot 2: d starts", "slot 3: e is ready", "slot 4: f is available",
                "slot 5: g failed: Died",
            ], "\(phases)")
    }
}
