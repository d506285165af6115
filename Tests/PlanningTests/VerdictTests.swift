import Ambient
import InfraAPI
import Testing

@testable import Planning

/// What rejects a revision, and what does not.
@Suite struct VerdictTests {
    /// A set on its proven first revision, of which a second one that fails is rolled out.
    private func release(
        _ failure: Rehearsal.Failure, replicas: Int = 3, claims: [String] = [], for limit: Duration = .seconds(100_000),
        _ change: (inout InstanceSet) -> Void = { _ in }
    ) throws -> Rehearsal {
        var rehearsal = Rehearsal(Fixture.settled(Fixture.set(replicas: replicas, claims: claims, change)))
        rehearsal.failures["app:v2"] = failure
        rehearsal.apply(image: "app:v2")
        try rehearsal.run(for: limit)
        return rehearsal
    }

    @Test(
        arguments: [
            (.dies(code: 3), "Died", 3, "it exited with code 3"),
            (.dies(code: 0), "Died", 0, "it exited with code 0"),
            (.diesLater(code: 139), "Died", 139, "it exited with code 139"),
            (.outOfMemory, "Died", 137, "it exited with code 137: out of memory"),
            (.notLive, "NotLive", nil, "its liveness probe failed"),
            (.refused, "StartRefused", nil, "exec: not found"),
            (.neverReady, "ProgressDeadlineExceeded", nil, "it was not ready for 600 s"),
        ] as [(Rehearsal.Failure, String, Int?, String)])
    func `a failure of its own rejects a revision, and the evidence is kept`(
        failure: Rehearsal.Failure, reason: String, code: Int?, message: String
    ) throws {
        for claims in [[], ["data"]] {
            let end = try release(failure, claims: claims)
            let rejected = try #require(end.revision("app:v2"))
            #expect(rejected.status.verdict == .rejected)
            let evidence = try #require(rejected.status.evidence)
            #expect(evidence.reason == reason)
            #expect(evidence.exitCode == code)
            #expect(evidence.message == message)
            #expect(evidence.instance.hasPrefix("web-\(evidence.slot)-"))
            #expect(rejected.status.rejectedAt == evidence.at)
            #expect(end.images == ["app:v1", "app:v1", "app:v1"])
        }
    }

    @Test(
        arguments: [
            .dies(code: 137), .dies(code: 143), .dies(code: 130), .dies(code: 129), .unwatched, .signalled, .lost,
            .couldNotTry, .unanswered,
        ] as [Rehearsal.Failure])
    func `what blames nobody never rejects`(failure: Rehearsal.Failure) throws {
        for claims in [[], ["data"]] {
            let end = try release(failure, claims: claims, for: .seconds(3000))
            #expect(end.revision("app:v2")?.status.verdict == .pending)
            #expect(end.status.targetRevision == end.name("app:v2"))
            #expect(end.status.conditions["Ready"]?.status == .false)
        }
    }

    @Test func `the message of the evidence is bounded`() throws {
        var world = Fixture.settled(Fixture.set(replicas: 1))
        world.revisions[0].status = RevisionStatus()
        world.instances[0].fact = .created
        world.instances[0].executions[.launch] = .failed(
            EffectFailure(
                kind: .blamesRevision, reason: "StartRefused", message: String(repeating: "x", count: 100_000),
                attempts: 1, at: world.now))
        let evidence = try #require(Trial(world).observation.revisions[0].status.evidence)
        #expect(evidence.message.count == RevisionEvidence.longestMessage)
    }

    @Test func `a death in the proving window rejects`() throws {
        var rehearsal = Rehearsal(Fixture.settled(Fixture.set(replicas: 2)))
        rehearsal.apply(image: "app:v2")
        try rehearsal.run { $0.status.currentRevision == $0.name("app:v2") }
        #expect(rehearsal.revision("app:v2")?.status.verdict == .pending)
        rehearsal.world.observation.instances[0].fact = .exited(code: 1)
        try rehearsal.run()
        #expect(rehearsal.revision("app:v2")?.status.verdict == .rejected)
        #expect(rehearsal.images == ["app:v1", "app:v1"])
    }

    @Test func `a proven revision is never rejected`() throws {
        var rehearsal = Rehearsal(Fixture.settled(Fixture.set(replicas: 2)))
        rehearsal.failures["app:v1"] = .diesLater(code: 1)
        for index in rehearsal.world.observation.instances.indices {
            rehearsal.world.observation.instances[index].fact = .exited(code: 1)
        }
        try rehearsal.run(for: .seconds(2000))
        #expect(rehearsal.revision("app:v1")?.status.verdict == .proven)
        #expect(rehearsal.status.conditions["Stalled"]?.reason == "CrashLooping")
        rehearsal.failures = [:]
        try rehearsal.run()
        #expect(rehearsal.status.conditions["Ready"]?.status == .true)
    }

    @Test func `what is told to go may die as it likes`() throws {
        var rehearsal = Rehearsal(Fixture.settled(Fixture.set(replicas: 1)))
        rehearsal.apply(image: "app:v2")
        try rehearsal.run { $0.status.currentRevision == $0.name("app:v2") }
        let index = rehearsal.world.observation.instances.startIndex
        rehearsal.world.observation.instances[index].record.metadata.deletionTimestamp = rehearsal.now
        rehearsal.world.observation.instances[index].fact = .exited(code: 1)
        #expect(Trial(rehearsal.world.observation).steps.isEmpty)
    }

    @Test func `the deadline begins with the first failing probe, whatever the clocks say`() throws {
        for skew in [Duration.seconds(-100_000), .zero, .seconds(100_000)] {
            var observation = Fixture.settled(Fixture.set(replicas: 1))
            observation.revisions[0].status = RevisionStatus()
            let made = observation.now
            // The wall clock was set since it was made.
            observation.instances[0].record.metadata.creationTimestamp = made - skew
            observation.instances[0].record.status.readySince = nil
            observation.instances[0].record.status.availableAt = nil
            observation.instances[0].observed?.startedAt = made + .seconds(20) + skew
            observation.instances[0].readiness = .fail(since: made + .seconds(21))
            observation.now = made + .seconds(599)
            #expect(Trial(observation).steps.isEmpty)
            observation.now = made + .seconds(621)
            #expect(Trial(observation).observation.revisions[0].status.verdict == .rejected)
        }
    }

    @Test func `one that served is given the deadline anew`() throws {
        var observation = Fixture.settled(Fixture.set(replicas: 1))
        observation.revisions[0].status = RevisionStatus()
        observation.now = observation.now + .seconds(5000)
        observation.instances[0].readiness = .fail(since: observation.now + .seconds(-599))
        #expect(Trial(observation).steps.isEmpty)
        observation.now = observation.now + .seconds(1)
        #expect(Trial(observation).observation.revisions[0].status.evidence?.reason == "ProgressDeadlineExceeded")
    }

    @Test func `probes of what only a list has shown are no evidence`() throws {
        var observation = Fixture.settled(Fixture.set(replicas: 1))
        observation.revisions[0].status = RevisionStatus()
        observation.now = observation.now + .seconds(5000)
        observation.instances[0].wasSeenAlive = false
        observation.instances[0].readiness = .fail(since: observation.now + .seconds(-700))
        #expect(Trial(observation).steps.isEmpty)
        observation.instances[0].liveness = .fail(since: observation.now)
        #expect(Trial(observation).steps.isEmpty)
        observation.instances[0].wasSeenAlive = true
        #expect(Trial(observation).steps.count == 1)
    }

    @Test func `nothing is judged while the provider is away or the image is being resolved`() throws {
        var observation = Fixture.settled(Fixture.set(replicas: 1))
        observation.revisions[0].status = RevisionStatus()
        observation.instances[0].fact = .exited(code: 1)
        #expect(Trial(observation).steps.count == 1)
        var away = observation
        away.provider.health = .unreachable("no answer")
        #expect(Trial(away).steps.isEmpty)
        var unresolved = observation
        unresolved.set.spec.template.spec.image = "app:v2"
        unresolved.templateHash = Fixture.templateHash(unresolved.set)
        unresolved.resolution = .inFlight
        #expect(Trial(unresolved).steps.isEmpty)
    }

    @Test func `a revision that comes back is the last proven one again`() throws {
        var rehearsal = Rehearsal(Fixture.settled(Fixture.set(replicas: 2)))
        for image in ["app:v2", "app:v1"] {
            rehearsal.apply(image: image)
            try rehearsal.run()
            #expect(rehearsal.status.lastProvenRevision == rehearsal.name(image))
        }
        rehearsal.failures["app:v3"] = .dies(code: 1)
        rehearsal.apply(image: "app:v3")
        try rehearsal.run()
        #expect(rehearsal.images == ["app:v1", "app:v1"])
    }
}
