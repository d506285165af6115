import Ambient
import InfraAPI
import Testing

@testable import Planning

/// What follows from a verdict.
@Suite struct RollbackTests {
    /// On the proven app:v1; app:v2 fails.
    private func proven(
        _ replicas: Int = 3, claims: [String] = [], failure: Rehearsal.Failure = .dies(code: 3),
        _ change: (inout InstanceSet) -> Void = { _ in }
    ) -> Rehearsal {
        var rehearsal = Rehearsal(Fixture.settled(Fixture.set(replicas: replicas, claims: claims, change)))
        rehearsal.failures["app:v2"] = failure
        return rehearsal
    }

    private func stalled(_ rehearsal: Rehearsal) -> String? { rehearsal.status.conditions["Stalled"]?.reason }

    @Test(arguments: [[], ["data"]]) func `a rejected revision gives way to the last proven one, and spec stays`(
        claims: [String]
    ) throws {
        var rehearsal = proven(claims: claims)
        let before = Set(rehearsal.world.observation.instances.map(\.record.metadata.uid))
        rehearsal.apply(image: "app:v2")
        let spec = rehearsal.set.spec
        try rehearsal.run()
        #expect(rehearsal.set.spec == spec)
        #expect(rehearsal.images == ["app:v1", "app:v1", "app:v1"])
        let status = rehearsal.status
        #expect(status.updateRevision == rehearsal.name("app:v2"))
        #expect(status.targetRevision == rehearsal.name("app:v1"))
        #expect(status.currentRevision == rehearsal.name("app:v1"))
        #expect(status.updatedReplicas == 3 && status.availableReplicas == 3)
        let ready = try #require(status.conditions["Ready"])
        #expect(ready.status == .false && ready.reason == "RolledBack")
        #expect(ready.message.contains("it exited with code 3"), "\(ready.message)")
        #expect(status.conditions["Stalled"]?.message == ready.message)
        #expect(status.conditions["Reconciling"] == nil)
        #expect(status.conditions["Progressing"]?.status == .false)
        // Those who were healthy on it were kept.
        let kept = before.intersection(rehearsal.world.observation.instances.map(\.record.metadata.uid))
        #expect(kept.count >= 2)
        #expect(Planner.plan(rehearsal.world.observation).steps.isEmpty)
    }

    @Test(arguments: [[], ["data"]]) func `a rollback obeys the budget`(claims: [String]) throws {
        var rehearsal = proven(4, claims: claims) {
            $0.spec.strategy.maxUnavailable = .int(1)
            $0.spec.strategy.maxSurge = claims.isEmpty ? .int(1) : nil
        }
        rehearsal.failures = [:]
        rehearsal.apply(image: "app:v2")
        try rehearsal.run { $0.status.currentRevision == $0.name("app:v2") }
        let index = try #require(rehearsal.world.observation.instances.firstIndex { $0.record.spec.slot == 2 })
        rehearsal.world.observation.instances[index].fact = .exited(code: 1)
        var fewest = 4
        try rehearsal.run { rehearsal in
            let serving = rehearsal.world.observation.instances.filter { $0.fact == .running }
            fewest = min(fewest, Set(serving.map(\.record.spec.slot)).count)
            return rehearsal.images == Array(repeating: "app:v1", count: 4) && rehearsal.status.availableReplicas == 4
        }
        #expect(fewest == 3, "the dead one is all that may be missing")
    }

    @Test func `a retry forgets what stood there before`() throws {
        var rehearsal = Rehearsal(Fixture.observation(Fixture.set(replicas: 1)))
        rehearsal.failures["app:v1"] = .dies(code: 1)
        try rehearsal.run { $0.revision("app:v1")?.status.verdict == .rejected }
        try rehearsal.run {
            $0.world.observation.instances.contains { $0.fact == .exited(code: 1) && !$0.record.isBeingDeleted }
        }
        rehearsal.failures = [:]
        rehearsal.apply { $0.metadata.annotations["imm.dev/retry"] = "1" }
        try rehearsal.run()
        #expect(rehearsal.revision("app:v1")?.status.verdict == .proven)
        #expect(rehearsal.revision("app:v1")?.status.retriedAt != nil)
    }

    @Test func `the same manifest applied again rolls nothing out`() throws {
        var rehearsal = proven()
        rehearsal.apply(image: "app:v2")
        try rehearsal.run()
        let before = rehearsal.world.observation.instances
        rehearsal.apply(image: "app:v2")
        try rehearsal.run()
        #expect(rehearsal.world.observation.instances == before)
        #expect(stalled(rehearsal) == "RolledBack")
        // By way of another one, too.
        rehearsal.apply(image: "app:v3")
        try rehearsal.run()
        rehearsal.apply(image: "app:v2")
        try rehearsal.run()
        #expect(rehearsal.images == ["app:v3", "app:v3", "app:v3"])
        #expect(stalled(rehearsal) == "RolledBack")
    }

    @Test func `scaling after a rollback keeps the proven revision`() throws {
        var rehearsal = proven()
        rehearsal.apply(image: "app:v2")
        try rehearsal.run()
        rehearsal.apply { $0.spec.replicas = 5 }
        try rehearsal.run()
        #expect(rehearsal.images == Array(repeating: "app:v1", count: 5))
        rehearsal.apply { $0.spec.replicas = 2 }
        try rehearsal.run()
        #expect(rehearsal.images == Array(repeating: "app:v1", count: 2))
        #expect(stalled(rehearsal) == "RolledBack")
    }

    @Test func `a newer spec wins in the middle of a rollback`() throws {
        var rehearsal = proven(failure: .diesLater(code: 1)) { $0.spec.strategy.maxUnavailable = .int(1) }
        rehearsal.apply(image: "app:v2")
        try rehearsal.run { $0.revision("app:v2")?.status.verdict == .rejected }
        rehearsal.apply(image: "app:v3")
        try rehearsal.run()
        #expect(rehearsal.images == ["app:v3", "app:v3", "app:v3"])
        #expect(rehearsal.status.conditions["Ready"]?.status == .true)
        #expect(rehearsal.status.targetRevision == rehearsal.name("app:v3"))
    }

    @Test func `a spec that asks for what runs ends the rollback`() throws {
        var rehearsal = proven()
        rehearsal.apply(image: "app:v2")
        try rehearsal.run()
        let before = rehearsal.world.observation.instances
        rehearsal.apply(image: "app:v1")
        try rehearsal.run()
        #expect(rehearsal.world.observation.instances == before)
        #expect(rehearsal.status.conditions["Ready"]?.status == .true)
    }

    @Test func `a retry clears the verdict once`() throws {
        var rehearsal = proven()
        rehearsal.apply(image: "app:v2")
        try rehearsal.run()
        rehearsal.apply { $0.metadata.annotations["imm.dev/retry"] = "1" }
        try rehearsal.run()
        #expect(rehearsal.revision("app:v2")?.status.verdict == .rejected)
        #expect(rehearsal.revision("app:v2")?.status.retriedAt != nil)
        #expect(rehearsal.status.retryToken == "1")
        #expect(rehearsal.images == ["app:v1", "app:v1", "app:v1"])
        rehearsal.failures = [:]
        rehearsal.apply { $0.spec.minReadySeconds = 1 }
        try rehearsal.run()
        #expect(rehearsal.images == ["app:v1", "app:v1", "app:v1"], "the token was obeyed already")
        rehearsal.apply { $0.metadata.annotations["imm.dev/retry"] = "2" }
        try rehearsal.run()
        #expect(rehearsal.images == ["app:v2", "app:v2", "app:v2"])
        #expect(rehearsal.revision("app:v2")?.status.verdict == .proven)
        #expect(rehearsal.revision("app:v2")?.status.evidence == nil)
        #expect(rehearsal.status.conditions["Ready"]?.status == .true)
    }

    @Test func `a retry waits for the template that was applied with it`() throws {
        var rehearsal = proven()
        rehearsal.apply(image: "app:v2")
        try rehearsal.run()
        rehearsal.apply(image: "app:v3")
        try rehearsal.run()
        rehearsal.failures = [:]
        rehearsal.apply(image: "app:v2")
        rehearsal.world.observation.set.metadata.annotations["imm.dev/retry"] = "1"
        let resolution = rehearsal.world.observation.resolution
        rehearsal.world.observation.resolution = .notStarted
        #expect(Planner.plan(rehearsal.world.observation).status.retryToken == nil)
        rehearsal.world.observation.resolution = resolution
        try rehearsal.run()
        #expect(rehearsal.images == ["app:v2", "app:v2", "app:v2"])
    }

    @Test(arguments: [nil, "data"]) func `without a proven revision the roll-out stops, and who serves stays`(
        claim: String?
    ) throws {
        var rehearsal = Rehearsal(Fixture.observation(Fixture.set(replicas: 3, claims: claim.map { [$0] } ?? [])))
        try rehearsal.run { $0.status.availableReplicas == 3 }
        rehearsal.failures["app:v2"] = .dies(code: 3)
        rehearsal.apply(image: "app:v2")
        try rehearsal.run(for: .seconds(3000))
        #expect(rehearsal.revision("app:v2")?.status.verdict == .rejected)
        #expect(rehearsal.status.targetRevision == rehearsal.name("app:v2"))
        #expect(stalled(rehearsal) == "Rejected")
        #expect(rehearsal.images.filter { $0 == "app:v1" }.count >= 2)
        if claim == nil {
            #expect(rehearsal.images == ["app:v1", "app:v1", "app:v1"])
            #expect(Planner.plan(rehearsal.world.observation).wakeAt == nil, "nothing is tried where somebody serves")
        } else {
            #expect((rehearsal.status.slotFailures.map(\.count).max() ?? 0) > 3, "the slot that serves nobody is tried")
            rehearsal.failures = [:]
            try rehearsal.run()
            #expect(rehearsal.images == ["app:v1", "app:v1", "app:v2"])
            #expect(stalled(rehearsal) == "Rejected", "nobody who serves is taken for it")
        }
    }

    @Test func `a first revision that fails at first may prove itself after all`() throws {
        var rehearsal = Rehearsal(Fixture.observation(Fixture.set(replicas: 2)))
        rehearsal.failures["app:v1"] = .dies(code: 1)
        try rehearsal.run(for: .seconds(100))
        #expect(rehearsal.revision("app:v1")?.status.verdict == .rejected)
        #expect(stalled(rehearsal) == "Rejected")
        rehearsal.failures = [:]
        try rehearsal.run { $0.status.availableReplicas == 2 }
        #expect(rehearsal.status.conditions["Ready"]?.reason == "Rejected")
        try rehearsal.run()
        #expect(rehearsal.revision("app:v1")?.status.verdict == .proven)
        #expect(rehearsal.status.conditions["Ready"]?.status == .true)
        #expect(stalled(rehearsal) == nil)
    }

    @Test func `a rollback target that fails causes no further rollback`() throws {
        var rehearsal = proven()
        rehearsal.apply(image: "app:v2")
        try rehearsal.run()
        rehearsal.apply(image: "app:v3")
        try rehearsal.run()
        // app:v1 and app:v3 are proven; what app:v4 is rolled back to has begun to fail as well.
        rehearsal.failures["app:v4"] = .diesLater(code: 1)
        rehearsal.failures["app:v3"] = .dies(code: 2)
        rehearsal.apply(image: "app:v4")
        try rehearsal.run(for: .seconds(4000))
        #expect(rehearsal.status.targetRevision == rehearsal.name("app:v3"))
        #expect(rehearsal.revision("app:v3")?.status.verdict == .proven)
        #expect(stalled(rehearsal) == "RolledBack")
        #expect(!rehearsal.images.contains("app:v1"))
        #expect(rehearsal.images.filter { $0 == "app:v3" }.count >= 2, "\(rehearsal.images)")
    }

    @Test(arguments: [[], ["data"]]) func `Pause stops and keeps what is healthy`(claims: [String]) throws {
        var rehearsal = proven(claims: claims, failure: .diesLater(code: 1)) {
            $0.spec.onFailure = .pause
            $0.spec.strategy.maxUnavailable = .int(1)
        }
        rehearsal.apply(image: "app:v2")
        try rehearsal.run(for: .seconds(2000))
        #expect(rehearsal.status.targetRevision == rehearsal.name("app:v2"))
        #expect(stalled(rehearsal) == "Rejected")
        #expect(rehearsal.images.filter { $0 == "app:v1" }.count >= 2)
        #expect(rehearsal.status.conditions["Ready"]?.message.contains("onFailure is Pause") == true)
        // The policy takes effect at once.
        rehearsal.apply { $0.spec.onFailure = .rollback }
        try rehearsal.run()
        #expect(rehearsal.images == ["app:v1", "app:v1", "app:v1"])
        #expect(stalled(rehearsal) == "RolledBack")
    }

    @Test func `in a stopped roll-out a slot heals to what it had`() throws {
        var rehearsal = proven { $0.spec.onFailure = .pause }
        rehearsal.apply(image: "app:v2")
        try rehearsal.run()
        let index = try #require(
            rehearsal.world.observation.instances.firstIndex { $0.record.spec.slot == 0 && !$0.record.isBeingDeleted })
        rehearsal.world.observation.instances[index].fact = .exited(code: 137)
        try rehearsal.run()
        #expect(rehearsal.images == ["app:v1", "app:v1", "app:v1"])
        rehearsal.apply { $0.spec.replicas = 4 }
        try rehearsal.run()
        #expect(rehearsal.images == ["app:v1", "app:v1", "app:v1", "app:v1"])
    }

    @Test func `a paused set is judged, and goes back when it goes on`() throws {
        var rehearsal = proven(failure: .diesLater(code: 1)) { $0.spec.strategy.maxSurge = .int(1) }
        rehearsal.apply(image: "app:v2")
        try rehearsal.run { $0.images == ["app:v1", "app:v1", "app:v2"] }
        rehearsal.apply { $0.spec.paused = true }
        try rehearsal.run(for: .seconds(1000))
        #expect(rehearsal.revision("app:v2")?.status.verdict == .rejected)
        #expect(stalled(rehearsal) == "RolledBack")
        rehearsal.apply { $0.spec.paused = false }
        try rehearsal.run()
        #expect(rehearsal.images == ["app:v1", "app:v1", "app:v1"])
    }

    @Test func `Recreate goes back as a whole`() throws {
        var rehearsal = proven { $0.spec.strategy.type = .recreate }
        rehearsal.apply(image: "app:v2")
        try rehearsal.run()
        #expect(rehearsal.images == ["app:v1", "app:v1", "app:v1"])
        #expect(rehearsal.status.availableReplicas == 3)
    }

    @Test func `slots below the partition do not take part in a rollback`() throws {
        var rehearsal = proven(4, failure: .diesLater(code: 1)) { $0.spec.strategy.partition = .int(2) }
        rehearsal.apply(image: "app:v2")
        let below = rehearsal.world.observation.instances.filter { $0.record.spec.slot < 2 }.map(\.record.metadata.uid)
        try rehearsal.run()
        #expect(rehearsal.images == Array(repeating: "app:v1", count: 4))
        #expect(Set(rehearsal.world.observation.instances.map(\.record.metadata.uid)).isSuperset(of: below))
    }

    @Test func `the plan of a rejected revision says that it is not rolled out`() throws {
        var rehearsal = proven()
        rehearsal.apply(image: "app:v2")
        try rehearsal.run()
        rehearsal.apply(image: "app:v1")
        try rehearsal.run()
        rehearsal.apply(image: "app:v2")
        let forecast = Forecast(rehearsal.world.observation)
        #expect(forecast.changes.isEmpty)
        #expect(forecast.waits.map(\.reason) == [.rolledBack])
        #expect(!forecast.isSettled)
    }

    @Test func `the plan of a failed roll-out shows the rollback with its reason`() throws {
        var rehearsal = proven(failure: .diesLater(code: 1)) { $0.spec.strategy.maxUnavailable = .int(1) }
        rehearsal.apply(image: "app:v2")
        try rehearsal.run { rehearsal in
            rehearsal.world.observation.instances.contains { $0.fact == .exited(code: 1) }
        }
        let changes = Forecast(rehearsal.world.observation).changes
        #expect(changes.first?.reason == .rejected)
        #expect(changes.contains { $0.reason == .rolledBack && $0.message.contains(rehearsal.name("app:v1")) })
    }

    @Test func `a verdict stands while the provider is away`() throws {
        var rehearsal = proven()
        rehearsal.apply(image: "app:v2")
        try rehearsal.run()
        rehearsal.world.observation.provider.health = .unreachable("no answer")
        let status = Planner.plan(rehearsal.world.observation).status
        #expect(status.conditions["Stalled"]?.reason == "RolledBack")
        #expect(status.conditions["Reconciling"] == nil)
    }

    @Test func `a restart is echoed once it is taken up`() throws {
        var rehearsal = proven()
        rehearsal.apply {
            $0.metadata.annotations["imm.dev/restartedAt"] = "1"
            $0.spec.paused = true
        }
        try rehearsal.run()
        #expect(rehearsal.status.restartToken == nil)
        rehearsal.apply { $0.spec.paused = false }
        try rehearsal.run()
        #expect(rehearsal.status.restartToken == "1")
    }
}
