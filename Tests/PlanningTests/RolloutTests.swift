import Ambient
import InfraAPI
import Testing

@testable import Planning

@Suite struct RolloutTests {
    /// Runs a changed set to its fixed point and checks the laws after every step.
    private func roll(
        _ from: InstanceSet, _ change: (inout InstanceSet) -> Void
    ) throws -> (story: [String], end: SetObservation) {
        var observation = Fixture.settled(from)
        var set = observation.set
        change(&set)
        set.metadata.generation += 1
        observation.set = set
        observation.templateHash = Fixture.templateHash(set)
        observation.resolution = .succeeded(Fixture.resolved(set, observation.templateHash))
        var world = ImaginedWorld(observation)
        var story: [String] = []
        var rounds = 0
        while let plan = world.advance() {
            try Laws.check(world.observation)
            story += plan.steps.map { "\($0.slot.map { "slot \($0): " } ?? "")\($0.reason.rawValue): \($0.message)" }
            rounds += 1
            try #require(rounds < 2000, "no fixed point")
        }
        return (story, world.observation)
    }

    @Test(arguments: [0, 1, 3, 10]) func `a new set gets its replicas`(replicas: Int) {
        let end = Fixture.settled(Fixture.set(replicas: replicas))
        #expect(end.instances.count == replicas)
        #expect(Set(end.instances.map(\.record.spec.slot)) == Set(0..<replicas))
        #expect(end.set.status.availableReplicas == replicas)
        #expect(end.set.status.conditions["Ready"]?.status == .true)
    }

    @Test(arguments: [[], ["data"], ["data", "log"]]) func `a new image replaces every instance`(claims: [String])
        throws
    {
        let set = Fixture.set(replicas: 4, claims: claims)
        let before = Fixture.settled(set)
        let (_, end) = try roll(set) { $0.spec.template.spec.image = "app:v2" }
        #expect(Set(end.instances.map(\.record.spec.revision)).count == 1)
        #expect(
            Set(end.instances.map(\.record.metadata.uid)).isDisjoint(with: before.instances.map(\.record.metadata.uid)))
        #expect(end.set.status.currentRevision == end.set.status.updateRevision)
        #expect(end.volumes.allSatisfy { $0.record.status.epoch == 2 && $0.record.status.receipts.count == 1 })
    }

    @Test func `a settled set plans nothing`() {
        let end = Fixture.settled(Fixture.set(replicas: 3, claims: ["data"]))
        let plan = Planner.plan(end)
        #expect(plan.steps.isEmpty)
        #expect(plan.status == end.set.status)
        #expect(plan.waits.isEmpty)
    }

    @Test func `scaling down removes the highest slots and orphans their volumes`() throws {
        let (_, end) = try roll(Fixture.set(replicas: 4, claims: ["data"])) { $0.spec.replicas = 1 }
        #expect(end.instances.map(\.record.spec.slot) == [0])
        let orphans = end.volumes.filter { $0.record.status.boundSetUID == nil }
        #expect(orphans.map(\.record.metadata.name).sorted() == ["data-web-1", "data-web-2", "data-web-3"])
    }

    @Test func `of two that serve in a slot that goes, one leaves at once, also while another slot serves nobody`()
        throws
    {
        var observation = Fixture.settled(
            Fixture.set(replicas: 2) {
                $0.spec.strategy.maxSurge = .int(1)
                $0.spec.strategy.maxUnavailable = .int(0)
            })
        var spare = try #require(observation.instances.last { $0.record.spec.slot == 1 })
        spare.record.metadata.name += "-spare"
        spare.record.metadata.uid += "-spare"
        observation.instances.removeAll { $0.record.spec.slot == 0 }
        observation.instances.append(spare)
        observation.set.spec.replicas = 1
        let leaving = Planner.plan(observation).steps.filter { $0.slot == 1 && $0.reason == .scaledDown }
        #expect(leaving.count == 1)
    }

    @Test func `a slot that comes back gets its orphaned volume and its next epoch`() throws {
        var set = Fixture.set(replicas: 2, claims: ["data"])
        let (_, down) = try roll(set) { $0.spec.replicas = 1 }
        var observation = down
        set = down.set
        set.spec.replicas = 2
        observation.set = set
        var world = ImaginedWorld(observation)
        while world.advance() != nil { try Laws.check(world.observation) }
        let volume = try #require(world.observation.volumes.first { $0.record.metadata.name == "data-web-1" }?.record)
        #expect(volume.status.boundSetUID == "set-uid")
        #expect(volume.status.epoch == 2)
    }

    @Test func `Recreate stops every old instance before it starts a new one`() throws {
        let set = Fixture.set(replicas: 3) { $0.spec.strategy.type = .recreate }
        let (story, _) = try roll(set) { $0.spec.template.spec.image = "app:v2" }
        let firstMade = try #require(story.firstIndex { $0.contains("follows") })
        let lastGone = try #require(story.lastIndex { $0.contains("is gone") })
        #expect(lastGone < firstMade)
    }

    @Test func `a revision that dies in one slot takes no instance of another`() throws {
        var observation = Fixture.settled(Fixture.set(replicas: 3))
        observation.set.spec.template.spec.image = "app:v2"
        observation.templateHash = Fixture.templateHash(observation.set)
        observation.resolution = .succeeded(Fixture.resolved(observation.set, observation.templateHash))
        let old = Set(observation.instances.map(\.record.metadata.uid))
        var world = ImaginedWorld(observation)
        for _ in 0..<200 {
            guard world.advance() != nil else { break }
            // Every new instance is available for an instant, and dies.
            for index in world.observation.instances.indices
            where !old.contains(world.observation.instances[index].record.metadata.uid) {
                guard world.observation.instances[index].record.status.readySince != nil else { continue }
                world.observation.instances[index].fact = .exited(code: 3)
            }
        }
        let left = world.observation.instances.count {
            old.contains($0.record.metadata.uid) && !$0.record.isBeingDeleted
        }
        #expect(left >= 2)
        #expect(world.observation.set.status.conditions["Stalled"]?.status == .true)
        #expect(world.observation.set.status.conditions["Reconciling"] == nil)
    }

    @Test func `slots below the partition keep their revision`() throws {
        let set = Fixture.set(replicas: 4)
        let (_, end) = try roll(set) {
            $0.spec.template.spec.image = "app:v2"
            $0.spec.strategy.partition = .int(3)
        }
        let updated = end.instances.filter { $0.record.spec.revision == end.set.status.updateRevision }
        #expect(updated.map(\.record.spec.slot) == [3])
    }

    @Test func `a paused set replaces nothing`() throws {
        let (story, _) = try roll(Fixture.set(replicas: 3)) {
            $0.spec.template.spec.image = "app:v2"
            $0.spec.paused = true
        }
        #expect(!story.contains { $0.contains("NewRevision") && $0.contains("replace") })
    }

    @Test func `a restart token replaces every instance once`() throws {
        let set = Fixture.set(replicas: 3)
        let (story, end) = try roll(set) { $0.metadata.annotations["imm.dev/restartedAt"] = "1" }
        #expect(story.count { $0.contains("Restarted") } >= 3)
        #expect(end.instances.allSatisfy { $0.record.spec.restartToken == "1" })
    }

    @Test func `a newer revision takes the place of two that serve one slot, also where nothing may be missing`() throws
    {
        var set = Fixture.set(replicas: 3)
        set.spec.strategy.maxSurge = .int(1)
        set.spec.strategy.maxUnavailable = .int(0)
        var rehearsal = Rehearsal(Fixture.settled(set))
        rehearsal.apply(image: "app:v2")
        try rehearsal.run { rehearsal in
            let running = rehearsal.world.observation.instances.filter {
                $0.fact == .running && !$0.record.isBeingDeleted
            }
            return Set(running.map(\.record.spec.slot)).count < running.count
        }
        rehearsal.apply(image: "app:v3")
        try rehearsal.run()
        #expect(rehearsal.images == ["app:v3", "app:v3", "app:v3"])
    }

    @Test func `an outgoing instance of which nothing is known stays until something is`() throws {
        var set = Fixture.set(replicas: 1)
        set.spec.strategy.maxSurge = .int(1)
        set.spec.strategy.maxUnavailable = .int(0)
        var rehearsal = Rehearsal(Fixture.settled(set))
        let old = try #require(rehearsal.world.observation.instances.first?.record.metadata.name)
        rehearsal.apply(image: "app:v2")
        try rehearsal.run { $0.world.observation.instances.count { $0.fact == .running } == 2 }
        let index = try #require(
            rehearsal.world.observation.instances.firstIndex { $0.record.metadata.name == old })
        rehearsal.world.observation.instances[index].fact = .unknown
        let plan = Planner.plan(rehearsal.world.observation)
        #expect(!plan.steps.contains { $0.step == .deleteInstance(old) })
        #expect(plan.waits.contains { $0.reason == .providerUnreachable })
        rehearsal.world.observation.instances[index].fact = .running
        #expect(Planner.plan(rehearsal.world.observation).steps.contains { $0.step == .deleteInstance(old) })
    }

    @Test func `deleting a set takes its instances and leaves its volumes`() throws {
        var observation = Fixture.settled(Fixture.set(replicas: 3, claims: ["data"]))
        observation.set.metadata.deletionTimestamp = observation.now
        var world = ImaginedWorld(observation)
        while !world.observation.set.metadata.finalizers.isEmpty {
            try #require(world.advance() != nil, "the deletion is stuck")
            try Laws.check(world.observation)
        }
        #expect(world.observation.instances.isEmpty)
        #expect(world.observation.volumes.count == 3)
        #expect(
            world.observation.volumes.allSatisfy {
                $0.record.status.boundSetUID == nil && $0.record.status.attachment == nil
            })
    }

    @Test func `a stop that fails for too long ends in a destruction that is confirmed`() throws {
        var observation = Fixture.settled(Fixture.set(replicas: 1, claims: ["data"]))
        let name = observation.instances[0].record.metadata.name
        var step = InstanceStep()
        step.name = .stop
        step.startedAt = observation.now
        observation.instances[0].record.status.step = step
        func failed(at time: Timestamp) -> Execution<InstanceOutcome> {
            .failed(
                EffectFailure(kind: .tryAgain, reason: "UnknownOutcome", message: "no answer", attempts: 9, at: time))
        }
        observation.instances[0].executions[.stop] = failed(at: observation.now)
        let early = Planner.plan(observation)
        #expect(early.steps.allSatisfy { $0.reason != .stopOverdue })
        #expect(early.wakeAt != nil)

        // Grace of 30 s, and a minute more.
        observation.now = observation.now + .seconds(90)
        observation.instances[0].executions[.stop] = failed(at: observation.now)
        let late = Planner.plan(observation)
        #expect(late.steps.contains { $0.step == .deleteInstance(name) && $0.reason == .stopOverdue })

        observation.instances[0].record.metadata.deletionTimestamp = observation.now
        let destroying = Planner.plan(observation)
        #expect(destroying.steps.contains { $0.step == .execute(instance: name, .destroy) })
        // Until that is confirmed nothing else may happen in the slot.
        #expect(destroying.steps.allSatisfy { if case .createInstance = $0.step { false } else { true } })
    }

    @Test func `an instance that is gone before its record told of it is lost, and not still to come`() throws {
        var observation = Fixture.settled(Fixture.set(replicas: 1))
        let name = observation.instances[0].record.metadata.name
        observation.instances[0].record.status = InstanceStatus()
        observation.instances[0].fact = .absent
        observation.instances[0].observed = nil
        observation.instances[0].executions = [.launch: .succeeded(.done)]
        let plan = Planner.plan(observation)
        #expect(plan.steps.contains { $0.step == .deleteInstance(name) && $0.reason == .lost })
    }
}
