import Ambient
import InfraAPI
import Testing

@testable import Planning

/// Copies between an instance and its successor, and the way back to them.
@Suite struct SnapshotTests {
    private static func set(replicas: Int = 1, _ change: (inout InstanceSet) -> Void = { _ in }) -> InstanceSet {
        Fixture.set(replicas: replicas, claims: ["data"]) { set in
            set.spec.volumeClaimTemplates[0].spec.snapshotBeforeReplace = true
            change(&set)
        }
    }

    /// Settled on app:v1 at a provider that copies volumes.
    private static func settled(_ set: InstanceSet) -> Rehearsal {
        var observation = Fixture.observation(set)
        observation.provider.capabilities.snapshot = true
        var world = ImaginedWorld(observation)
        while world.advance() != nil {}
        return Rehearsal(world.observation)
    }

    /// Applies a plan's steps except those named, one plan at a time, and returns the plans.
    private func plans(_ rehearsal: inout Rehearsal, without omitted: String) -> [Plan] {
        var plans: [Plan] = []
        for _ in 0..<60 {
            let plan = Planner.plan(rehearsal.world.observation)
            plans.append(plan)
            for planned in plan.steps where planned.step.name != omitted { rehearsal.world.apply(planned.step) }
            rehearsal.world.observation.set.status = plan.status
        }
        return plans
    }

    @Test func `the copy comes after the receipt and before the next instance`() throws {
        var rehearsal = Self.settled(Self.set())
        rehearsal.apply(image: "app:v2")
        try rehearsal.run()
        let names = rehearsal.lines.compactMap { line in
            ["detachVolumes", "createSnapshot", "createInstance"].first { line.contains(": \($0)") }
        }
        #expect(names == ["detachVolumes", "createSnapshot", "createInstance"])
        let volume = try #require(rehearsal.world.observation.volumes.first)
        #expect(volume.snapshots.map(\.spec.epoch) == [1] && volume.snapshots.first?.spec.purpose == .replacement)
        #expect(volume.record.status.epoch == 2 && volume.record.status.revision == rehearsal.name("app:v2"))
    }

    @Test func `a successor of the same revision needs no copy`() throws {
        var rehearsal = Self.settled(Self.set())
        rehearsal.apply("restarts") { $0.metadata.annotations[RevisionChoice.restartAnnotation] = "now" }
        try rehearsal.run()
        #expect(rehearsal.world.observation.volumes.first?.record.status.epoch == 2)
        #expect(rehearsal.world.observation.volumes.first?.snapshots.isEmpty == true)
    }

    @Test func `no instance is made while the copy is not complete, and the slot says what it waits for`() {
        var rehearsal = Self.settled(Self.set())
        rehearsal.apply(image: "app:v2")
        let plans = plans(&rehearsal, without: "createSnapshot")
        #expect(!plans.flatMap(\.steps).contains { $0.step.name == "createInstance" })
        #expect(plans.last?.waits.map(\.reason) == [.snapshotting])
        #expect(plans.last?.steps.map(\.step.name) == ["createSnapshot"])
        // Held for a copy, and its try failed.
        var snapshot = SlotSnapshot()
        snapshot.metadata = ObjectMeta(name: "copy")
        snapshot.spec.volume = "data-web-0"
        snapshot.spec.volumeUID = rehearsal.world.observation.volumes[0].record.metadata.uid
        snapshot.spec.epoch = 1
        snapshot.spec.purpose = .replacement
        snapshot.status.failures = 1
        snapshot.status.conditions.set(
            Condition(
                type: "Ready", status: .false, reason: "CouldNotTry", message: "no space left", observedGeneration: 1,
                at: Fixture.now))
        rehearsal.world.observation.volumes[0].snapshots = [snapshot]
        let failed = Planner.plan(rehearsal.world.observation)
        #expect(failed.waits.map(\.reason) == [.couldNotTry] && failed.waits[0].message.contains("no space left"))
        #expect(failed.status.conditions["Stalled"]?.reason == "CouldNotTry")
    }

    @Test func `where the provider cannot copy nothing is replaced without, and the slot says so`() {
        var rehearsal = Self.settled(Self.set())
        rehearsal.world.observation.provider.capabilities.snapshot = false
        rehearsal.apply(image: "app:v2")
        let plans = plans(&rehearsal, without: "")
        #expect(!plans.flatMap(\.steps).contains { $0.step.name == "createInstance" })
        #expect(plans.last?.waits.first?.message.contains("cannot copy volumes") == true)
    }

    @Test func `a volume that is being copied is attached to nobody`() throws {
        var rehearsal = Self.settled(Self.set())
        rehearsal.world.observation.volumes[0].record.status.copy = VolumeCopy()
        rehearsal.apply("restarts") { $0.metadata.annotations[RevisionChoice.restartAnnotation] = "now" }
        let plans = plans(&rehearsal, without: "")
        #expect(!plans.flatMap(\.steps).contains { ["createInstance", "attachVolumes"].contains($0.step.name) })
        #expect(plans.last?.waits.map(\.reason) == [.snapshotting])
        rehearsal.world.observation.volumes[0].record.status.copy = nil
        try rehearsal.run()
        #expect(rehearsal.world.observation.volumes.first?.record.status.epoch == 2)
    }

    /// A set of two that went from v1 to v2, and is asked to go back with its data.
    private func undone(_ volumes: [String]) throws -> Rehearsal {
        var rehearsal = Self.settled(Self.set(replicas: 2))
        rehearsal.apply(image: "app:v2")
        try rehearsal.run()
        let views = rehearsal.world.observation.volumes
        for view in views {
            for var snapshot in view.snapshots {
                snapshot.status.provider = "docker"
                rehearsal.world.observation.restoreSources[snapshot.metadata.name] = snapshot
            }
        }
        var wanted: [String: String] = [:]
        for volume in volumes {
            let view = views.first { $0.record.metadata.name == volume }
            wanted[volume] = view?.snapshots.first?.metadata.name ?? "missing"
        }
        let request = VolumeRestoreRequest(token: "t1", volumes: wanted)
        rehearsal.apply("goes back with its data") { set in
            set.spec.template.spec.image = "app:v1"
            set.metadata.annotations[VolumeRestoreRequest.annotation] = request.text
        }
        return rehearsal
    }

    @Test func `going back with data gives each slot a new volume, and orphans the old one with its copy`() throws {
        var rehearsal = try undone(["data-web-0", "data-web-1"])
        try rehearsal.run()
        #expect(rehearsal.images == ["app:v1", "app:v1"])
        #expect(rehearsal.status.restoreToken == "t1" && rehearsal.status.restores.isEmpty)
        #expect(rehearsal.status.conditions["Ready"]?.status == .true)
        for slot in 0..<2 {
            let views = rehearsal.world.observation.volumes
            let old = try #require(views.first { $0.record.metadata.name == "data-web-\(slot)" })
            let new = try #require(views.first { $0.record.metadata.name == "data-web-\(slot)-2" }).record
            #expect(old.record.spec.claim == nil && old.record.status.boundSetUID == nil)
            #expect(old.record.status.attachment == nil && old.snapshots.map(\.spec.epoch) == [1, 2])
            #expect(new.spec.source?.snapshot == old.snapshots.first?.metadata.name)
            #expect(new.spec.claim?.slot == slot && new.status.attachment != nil)
        }
    }

    @Test func `an instance of the revision that is wanted goes too when its data is to be older`() throws {
        var rehearsal = Self.settled(Self.set())
        var snapshot = SlotSnapshot()
        snapshot.metadata = ObjectMeta(name: "mine")
        snapshot.status.takenAt = Fixture.now
        snapshot.status.provider = "docker"
        rehearsal.world.observation.restoreSources["mine"] = snapshot
        let request = VolumeRestoreRequest(token: "t1", volumes: ["data-web-0": "mine"])
        rehearsal.apply("wants older data") { $0.metadata.annotations[VolumeRestoreRequest.annotation] = request.text }
        try rehearsal.run()
        #expect(rehearsal.lines.contains { $0.contains("intend") && $0.contains("RestoreRequested") })
        let volume = rehearsal.world.observation.volumes.first { $0.record.status.attachment != nil }?.record
        #expect(volume?.metadata.name == "data-web-0-2" && volume?.spec.source?.snapshot == "mine")
        // The same annotation does nothing a second time.
        #expect(Planner.plan(rehearsal.world.observation).steps.isEmpty)
    }

    @Test func `a request that one slot cannot meet is refused as a whole`() throws {
        var rehearsal = try undone(["data-web-0", "data-web-7"])
        let plan = Planner.plan(rehearsal.world.observation)
        #expect(plan.steps.contains { $0.step == .refuseRestore && $0.message.contains("data-web-7") })
        #expect(plan.status.restoreToken == "t1" && plan.status.restores.isEmpty)
        #expect(plan.status.restoreRefusal == "no slot of the set has a volume data-web-7")
        try rehearsal.run()
        #expect(!rehearsal.world.observation.volumes.contains { $0.record.spec.source != nil })
    }

    @Test func `nothing loses its place before the request is stored`() throws {
        // As after a crash in which the set's status was lost: the slot is vacant already.
        var rehearsal = try undone(["data-web-0"])
        for _ in 0..<200 {
            let plan = Planner.plan(rehearsal.world.observation)
            #expect(!plan.steps.contains { ["displaceVolume"].contains($0.step.name) })
            for planned in plan.steps { rehearsal.world.apply(planned.step) }
            let (restores, token) = (
                rehearsal.world.observation.set.status.restores, rehearsal.world.observation.set.status.restoreToken
            )
            rehearsal.world.observation.set.status = plan.status
            rehearsal.world.observation.set.status.restores = restores
            rehearsal.world.observation.set.status.restoreToken = token
        }
    }
}

@Suite struct SnapshotPlannerTests {
    private static func observation(
        _ change: (inout SnapshotObservation) -> Void = { _ in }
    ) -> SnapshotObservation {
        var volume = Volume()
        volume.metadata = ObjectMeta(name: "data-web-0")
        volume.metadata.uid = "volume-uid"
        volume.status.provisioned = true
        volume.status.epoch = 3
        var snapshot = SlotSnapshot()
        snapshot.metadata = ObjectMeta(name: "copy")
        snapshot.metadata.uid = "copy-uid"
        snapshot.spec.volume = "data-web-0"
        var capabilities = ProviderCapabilities()
        capabilities.snapshot = true
        var observation = SnapshotObservation(
            now: Fixture.now, snapshot: snapshot, volume: volume,
            provider: ProviderView(
                name: "docker", health: .reachable, identity: "marker", capabilities: capabilities))
        change(&observation)
        return observation
    }

    private static func held(_ observation: inout SnapshotObservation) {
        var copy = VolumeCopy()
        copy.snapshotUID = "copy-uid"
        observation.volume?.status.copy = copy
        observation.snapshot.status.attempt = 1
    }

    private static let failure = EffectFailure(
        kind: .couldNotTry, reason: "QuotaExceeded", message: "full", attempts: 1, at: Fixture.now)

    private func isWait(_ step: SnapshotStep, _ reason: String) -> Bool {
        if case .wait(reason, _, _) = step { true } else { false }
    }

    @Test func `a free volume is held, then copied, recorded and let go`() {
        #expect(SnapshotPlanner.plan(Self.observation()) == .hold)
        var observation = Self.observation(Self.held)
        #expect(SnapshotPlanner.plan(observation) == .begin)
        observation.copying = .inFlight
        #expect(isWait(SnapshotPlanner.plan(observation), "Copying"))
        let taken = TakenSnapshot(attempt: 1, providerID: "id", providerIdentity: "marker")
        observation.copying = .succeeded(taken)
        #expect(SnapshotPlanner.plan(observation) == .record(taken))
        observation.snapshot.status.takenAt = Fixture.now
        #expect(SnapshotPlanner.plan(observation) == .release)
        observation.volume?.status.copy = nil
        #expect(SnapshotPlanner.plan(observation) == .done)
    }

    @Test func `after a restart, or with a result of an older try, it is begun anew`() {
        var observation = Self.observation(Self.held)
        observation.snapshot.status.attempt = 2
        observation.copying = .succeeded(TakenSnapshot(attempt: 1, providerID: "id", providerIdentity: "marker"))
        #expect(SnapshotPlanner.plan(observation) == .begin)
    }

    @Test func `an attached volume, one that is not made, one that another copies and a lost provider are waited for`()
    {
        let waits: [(String, (inout SnapshotObservation) -> Void)] = [
            ("Attached", { $0.volume?.status.attachment = VolumeAttachment() }),
            ("NotProvisioned", { $0.volume?.status.provisioned = false }),
            ("Busy", { $0.volume?.status.copy = VolumeCopy() }),
            ("Held", { $0.unknownHolder = "imm_x" }),
            ("ProviderUnreachable", { $0.provider.health = .unreachable("away") }),
        ]
        for (reason, change) in waits {
            #expect(isWait(SnapshotPlanner.plan(Self.observation(change)), reason), "\(reason)")
        }
    }

    @Test func `a try that fails lets the volume go, and is tried again after a pause`() {
        var observation = Self.observation(Self.held)
        observation.copying = .failed(Self.failure)
        #expect(SnapshotPlanner.plan(observation) == .fail(Self.failure))
        observation.copying = .notStarted
        observation.volume?.status.copy = nil
        observation.snapshot.status.failures = 3
        observation.snapshot.status.lastFailureAt = Fixture.now
        #expect(isWait(SnapshotPlanner.plan(observation), "CouldNotTry"))
        observation.now = Fixture.now + .seconds(4)
        #expect(SnapshotPlanner.plan(observation) == .hold)
    }

    @Test func `one for an epoch or a volume that is over is given up, after the volume was let go`() {
        for change: @Sendable (inout SnapshotObservation) -> Void in [
            { $0.snapshot.spec.epoch = 2 }, { $0.snapshot.spec.volumeUID = "other" },
        ] {
            var observation = Self.observation(change)
            guard case .giveUp = SnapshotPlanner.plan(observation) else {
                Issue.record("not given up")
                continue
            }
            Self.held(&observation)
            #expect(SnapshotPlanner.plan(observation) == .release)
        }
        guard case .giveUp = SnapshotPlanner.plan(Self.observation({ $0.volume = nil })) else {
            Issue.record("not given up")
            return
        }
    }

    @Test func `a deletion ends the copying first, and waits for what is made from it`() {
        var observation = Self.observation(Self.held)
        observation.snapshot.metadata.deletionTimestamp = Fixture.now
        observation.copying = .inFlight
        #expect(isWait(SnapshotPlanner.plan(observation), "Copying"))
        observation.copying = .notStarted
        #expect(SnapshotPlanner.plan(observation) == .release)
        observation.volume = nil
        observation.need = "volume x is being made from it"
        #expect(isWait(SnapshotPlanner.plan(observation), "InUse"))
        observation.need = nil
        #expect(SnapshotPlanner.plan(observation) == .delete)
        observation.provider.health = .unreachable("away")
        #expect(isWait(SnapshotPlanner.plan(observation), "ProviderUnreachable"))
    }

    @Test func `of the controller's own copies the newest of each of five revisions stay, and all of a person's`() {
        func copy(_ number: Int, _ revision: String, _ purpose: SlotSnapshotSpec.Purpose = .replacement) -> SlotSnapshot
        {
            var snapshot = SlotSnapshot()
            snapshot.metadata = ObjectMeta(name: "copy-\(number)")
            snapshot.metadata.uid = "uid-\(number)"
            snapshot.spec.volume = "data-web-0"
            snapshot.spec.purpose = purpose
            snapshot.status.volumeUID = "volume-uid"
            snapshot.status.revision = revision
            snapshot.status.takenAt = Fixture.now + .seconds(number)
            return snapshot
        }
        var observation = Self.observation()
        observation.snapshot = copy(9, "r6")
        observation.others = [
            copy(1, "r1"), copy(2, "r2"), copy(3, "r2"), copy(4, "r3"), copy(5, "r4"), copy(6, "r5"), copy(7, "r6"),
            copy(8, "r1", .manual),
        ]
        #expect(SnapshotPlanner.plan(observation) == .forgetOthers(["copy-7", "copy-2", "copy-1"]))
    }
}
