import Ambient
import InfraAPI
import Testing

@testable import Planning

/// Law L2's override: an attachment ends without proof only by a request that names it exactly.
@Suite struct ForceDetachTests {
    private func request(_ volume: String, epoch: Int, uid: String? = nil) -> VolumeForceDetach {
        var request = VolumeForceDetach()
        request.metadata = ObjectMeta(name: "burned", namespace: "default")
        request.metadata.uid = "request-uid"
        request.spec.volume = volume
        request.spec.volumeUID = uid
        request.spec.epoch = epoch
        request.spec.reason = "the host burned down"
        request.status.requestedBy = "alice"
        return request
    }

    /// A settled slot with a volume at an engine that does not answer any more.
    private func lost(_ request: VolumeForceDetach) throws -> SetObservation {
        var observation = Fixture.settled(Fixture.set(replicas: 1, claims: ["data"]))
        observation.provider.health = .unreachable("no route to host")
        for index in observation.instances.indices {
            observation.instances[index].fact = .unknown
            observation.instances[index].executions = [:]
        }
        let index = try #require(
            observation.volumes.firstIndex { $0.record.metadata.name == request.spec.volume })
        observation.volumes[index].forceDetaches = [request]
        return observation
    }

    private func answer(_ plan: Plan) -> VolumeForceDetachStatus? {
        plan.steps.lazy.compactMap { planned -> VolumeForceDetachStatus? in
            if case .answerForceDetach(_, let status) = planned.step { status } else { nil }
        }.first
    }

    @Test func `the attachment of that epoch ends with a receipt that says what was not proven`() throws {
        let observation = try lost(request("data-web-0", epoch: 1))
        let plan = Planner.plan(observation)
        guard case .detachVolumes(let names, let receipt)? = plan.steps.first?.step else {
            Issue.record("no receipt first: \(plan.steps)")
            return
        }
        #expect(names == ["data-web-0"])
        #expect(receipt.proof == .forced && receipt.providerIdentity.isEmpty && receipt.epoch == 1)
        #expect(receipt.override?.requestUID == "request-uid" && receipt.override?.requestedBy == "alice")
        #expect(receipt.override?.reason == "the host burned down")
        #expect(receipt.override?.notProven.contains("nobody has confirmed that") == true)
        #expect(answer(plan)?.outcome == .accepted)
        #expect(answer(plan)?.decidedAt == observation.now)
        #expect(plan.steps.map(\.reason) == [.forceDetached, .forceDetached])
        #expect(plan.waits.map(\.reason).contains(.providerUnreachable))
    }

    @Test(arguments: [(2, nil, "epoch 1, and not 2"), (1, "other", "it is another one")])
    func `another epoch or another volume is refused`(epoch: Int, uid: String?, why: String) throws {
        let plan = Planner.plan(try lost(request("data-web-0", epoch: epoch, uid: uid)))
        #expect(answer(plan)?.outcome == .refused)
        #expect(answer(plan)?.message?.contains(why) == true)
        #expect(!plan.steps.contains { if case .detachVolumes = $0.step { true } else { false } })
    }

    @Test func `a volume that nobody holds is refused, and so is one that is not there`() {
        var volume = Volume()
        volume.metadata = ObjectMeta(name: "data-web-0")
        for held in [volume, nil] {
            guard case .refuse(let status) = ForceDetachDecision(request("data-web-0", epoch: 1), on: held, now: .epoch)
            else {
                Issue.record("accepted")
                return
            }
            #expect(status.outcome == .refused && status.message != nil)
        }
    }

    @Test func `a request whose receipt stands is only answered`() throws {
        let asked = request("data-web-0", epoch: 1)
        var world = ImaginedWorld(try lost(asked))
        _ = world.advance()
        let index = try #require(world.observation.volumes.firstIndex { !$0.forceDetaches.isEmpty })
        world.observation.volumes[index].forceDetaches = [asked]
        let plan = Planner.plan(world.observation)
        #expect(answer(plan)?.outcome == .accepted)
        #expect(!plan.steps.contains { if case .detachVolumes = $0.step { true } else { false } })
    }

    @Test func `the instance that comes back is not attached again, and leaves while its successor takes the slot`()
        throws
    {
        var world = ImaginedWorld(try lost(request("data-web-0", epoch: 1)))
        while world.advance() != nil {}
        let old = try #require(world.observation.instances.first?.record)
        #expect(world.observation.instances.count == 1, "nothing is begun while the engine does not answer")
        #expect(world.observation.volumes.first?.record.status.attachment == nil)

        // The engine answers again, and the instance runs as ever.
        world.observation.provider.health = .reachable
        world.observation.instances[0].fact = .running
        world.observation.instances[0].readiness = .pass(since: world.observation.now)
        let advanced = world.advance()
        let plan = try #require(advanced)
        #expect(
            plan.steps.contains { $0.step == .intend(instance: old.metadata.name, .stop) },
            "it is told to go: \(plan.steps)")
        #expect(plan.status.availableReplicas == 0, "it serves nobody that counts")
        while world.advance() != nil {}
        let standing = try #require(world.observation.instances.first)
        #expect(world.observation.instances.count == 1)
        #expect(standing.record.metadata.uid != old.metadata.uid && standing.record.spec.epoch == 2)
        let volume = try #require(world.observation.volumes.first?.record)
        #expect(volume.status.attachment?.instanceUID == standing.record.metadata.uid && volume.status.epoch == 2)
        #expect(volume.status.receipts.map(\.proof) == [.forced], "no second receipt for the same epoch")
    }

    @Test func `a slot whose occupant cannot be destroyed is filled after the override`() throws {
        var observation = try lost(request("data-web-0", epoch: 1))
        observation.provider.health = .reachable
        observation.instances[0].fact = .running
        var world = ImaginedWorld(observation)
        _ = world.advance()
        // Whatever is tried on it fails.
        let failure = EffectFailure(
            kind: .tryAgain, reason: "UnknownOutcome", message: "the engine hangs", attempts: 3, at: observation.now)
        let old = observation.instances[0].record.metadata.uid
        for _ in 0..<20 {
            _ = world.advance()
            let index = try #require(world.observation.instances.firstIndex { $0.record.metadata.uid == old })
            world.observation.instances[index].fact = .running
            for step in InstanceStep.Name.allCases {
                world.observation.instances[index].executions[step] = .failed(failure)
            }
        }
        #expect(world.observation.instances.contains { $0.record.metadata.uid == old }, "its record stays")
        #expect(world.observation.instances.contains { $0.record.spec.epoch == 2 && $0.fact == .running })
    }
}
