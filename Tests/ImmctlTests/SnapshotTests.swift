import Ambient
import InfraAPI
import JSON
import ResourceAPI
import Testing

@testable import ImmctlCommands

@Suite struct SnapshotTests {
    private static func snapshot(
        _ name: String, of volume: String = "data-web-0", slot: Int = 0, revision: String, taken: Int
    ) -> SlotSnapshot {
        var snapshot = SlotSnapshot()
        snapshot.metadata = ObjectMeta(name: name, namespace: "default")
        snapshot.spec.volume = volume
        snapshot.status.phase = "Ready"
        snapshot.status.takenAt = TestTime.now - .seconds(3600 - taken)
        snapshot.status.revision = revision
        snapshot.status.epoch = taken
        snapshot.status.claim = VolumeTests.volume(volume, slot: slot).spec.claim
        return snapshot
    }

    private static func set(_ replicas: Int) -> InstanceSet {
        var set = InstanceSet()
        set.metadata = ObjectMeta(name: "web", namespace: "default")
        set.metadata.uid = "set-uid"
        set.spec.replicas = replicas
        var claim = VolumeClaimTemplate()
        claim.name = "data"
        claim.spec.snapshotBeforeReplace = true
        set.spec.volumeClaimTemplates = [claim]
        return set
    }

    private static func revision(_ name: String) -> Revision {
        var revision = Revision()
        revision.metadata = ObjectMeta(name: name)
        revision.spec.number = 1
        return revision
    }

    private static func volume(_ slot: Int, writtenBy revision: String) -> Volume {
        VolumeTests.volume("data-web-\(slot)", slot: slot) {
            VolumeTests.attached(&$0)
            $0.revision = revision
        }
    }

    @Test func `going back takes the newest copy of the revision's data, and leaves what has it already`() throws {
        let rollback = try DataRollback(
            Self.set(2), to: Self.revision("web-1"),
            [Self.volume(0, writtenBy: "web-2"), Self.volume(1, writtenBy: "web-1")],
            [
                Self.snapshot("old", revision: "web-1", taken: 1), Self.snapshot("new", revision: "web-1", taken: 2),
                Self.snapshot("newer", revision: "web-2", taken: 3),
                Self.snapshot("elsewhere", of: "data-web-1", slot: 1, revision: "web-1", taken: 4),
            ])
        #expect(rollback.request(token: "t").volumes == ["data-web-0": "new"])
        #expect(rollback.lines(now: TestTime.now).count == 1)
        #expect(rollback.lines(now: TestTime.now)[0].contains("orphaned with its data"))
    }

    @Test func `a slot without a copy is a refusal of all, and so is a set without the promise`() {
        let volumes = [Self.volume(0, writtenBy: "web-2"), Self.volume(1, writtenBy: "web-2")]
        let copies = [Self.snapshot("new", revision: "web-1", taken: 2)]
        #expect(throws: CommandFailure.self) {
            _ = try DataRollback(Self.set(2), to: Self.revision("web-1"), volumes, copies)
        }
        var plain = Self.set(1)
        plain.spec.volumeClaimTemplates[0].spec.snapshotBeforeReplace = false
        #expect(throws: CommandFailure.self) {
            _ = try DataRollback(plain, to: Self.revision("web-1"), volumes, copies)
        }
    }

    @Test func `create asks for a copy, and says what it waits for`() async throws {
        let bench = try await Bench()
        try await bench.create(VolumeTests.volume("data-web-0", VolumeTests.attached))
        let made = await bench.run("volume snapshot create data-web-0 --reason migration")
        #expect(made.status == .success && made.output.contains("it waits: the volume is attached to web-0-abcde"))
        let stored = try #require(try await bench.client.list(SlotSnapshot.self, in: "default").items.first)
        #expect(stored.spec.volume == "data-web-0" && stored.spec.reason == "migration")
        #expect(stored.spec.purpose == .manual && stored.metadata.finalizers == [SlotSnapshot.finalizer])
        let list = await bench.run("volume snapshot list data-web-0")
        #expect(list.lines.count == 2 && list.lines[1].contains("migration"), "\(list.output)")
        #expect(await bench.run("volume snapshot list data-web-9").output == "no snapshots\n")
    }

    @Test func `a snapshot goes only when it is meant`() async throws {
        let bench = try await Bench()
        try await bench.create(Self.snapshot("mine", revision: "web-1", taken: 1))
        #expect(await bench.run("volume snapshot delete mine").status == .usage)
        #expect(await bench.run("volume snapshot delete mine --yes").status == .success)
        #expect(try await bench.get(SlotSnapshot.resourceType, "mine")["metadata"]?["deletionTimestamp"] != nil)
    }

    /// Does what the controller does with a request: takes it up, or refuses it.
    private func answer(_ bench: Bench, _ refusal: String?) async throws {
        for _ in 0..<2000 {
            let set = try await bench.client.get(InstanceSet.self, namespace: "default", name: "web")
            guard let request = VolumeRestoreRequest(set) else {
                try await Task.sleep(for: .milliseconds(5))
                continue
            }
            var status: JSONValue = ["restoreToken": .string(request.token)]
            status["restoreRefusal"] = refusal.map(JSONValue.string)
            try await bench.setStatus(of: "web", status)
            return
        }
        Issue.record("nobody asked")
    }

    @Test(arguments: [nil, "there is no snapshot mine that holds a whole copy"])
    func `restore tells what will happen, asks, and waits for the answer`(refusal: String?) async throws {
        let bench = try await Bench()
        _ = await bench.run("apply -f -", input: Manifest.web())
        try await bench.create(VolumeTests.volume("data-web-0", VolumeTests.attached))
        try await bench.create(Self.snapshot("mine", revision: "web-1", taken: 1))
        #expect(await bench.run("volume snapshot restore mine").status == .usage)
        bench.typed.withLock { $0 = "yes" }
        async let result = bench.run("volume snapshot restore mine")
        try await answer(bench, refusal)
        let done = await result
        #expect(done.output.contains("volume data-web-0 is copied, orphaned with its data"), "\(done.errors)")
        #expect(done.status == (refusal == nil ? .success : .failed), "\(done.errors)")
        if let refusal { #expect(done.errors.contains(refusal)) }
        let set = try await bench.client.get(InstanceSet.self, namespace: "default", name: "web")
        #expect(VolumeRestoreRequest(set)?.volumes == ["data-web-0": "mine"])
    }

    @Test func `what holds no whole copy, or has no place, is not restored`() async throws {
        let bench = try await Bench()
        var half = Self.snapshot("half", revision: "web-1", taken: 1)
        half.status.takenAt = nil
        try await bench.create(half)
        try await bench.create(Self.snapshot("whole", revision: "web-1", taken: 1))
        #expect(await bench.run("volume snapshot restore half --yes").status == .conflict)
        #expect(await bench.run("volume snapshot restore whole --yes").status == .conflict)
    }
}
