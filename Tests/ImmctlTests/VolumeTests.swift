import Ambient
import InfraAPI
import JSON
import ResourceAPI
import Testing

@testable import ImmctlCommands

@Suite struct VolumeTests {
    /// A volume of slot 0 of `web`; `change` edits its status.
    static func volume(_ name: String, slot: Int = 0, _ change: (inout VolumeStatus) -> Void = { _ in }) -> Volume {
        var volume = Volume()
        volume.metadata = ObjectMeta(name: name, namespace: "default")
        volume.spec.provider = "docker"
        var claim = VolumeClaimReference()
        claim.set = "web"
        claim.slot = slot
        claim.name = "data"
        volume.spec.claim = claim
        volume.status.provisioned = true
        change(&volume.status)
        return volume
    }

    static func attached(_ status: inout VolumeStatus) {
        status.boundSetUID = "set-uid"
        status.epoch = 4
        var attachment = VolumeAttachment()
        attachment.instance = "web-0-abcde"
        attachment.instanceUID = "instance-uid"
        attachment.epoch = 4
        attachment.attachedAt = TestTime.now
        status.attachment = attachment
    }

    @Test func `list shows the orphans apart`() async throws {
        let bench = try await Bench()
        try await bench.create(Self.volume("data-web-0", Self.attached))
        try await bench.create(Self.volume("data-web-1", slot: 1) { $0.orphanedAt = TestTime.now - .seconds(10_800) })
        let all = await bench.run("volume list")
        #expect(all.status == .success)
        #expect(all.lines.count == 3)
        #expect(all.lines[1].contains("web/0/data") && all.lines[1].contains("web-0-abcde"))
        let orphans = await bench.run("volume list --orphaned")
        #expect(orphans.lines.count == 2 && orphans.lines[1].hasPrefix("data-web-1"), "\(orphans.output)")
        #expect(orphans.lines[1].contains("3h"))
        let json = try await bench.run("volume list --orphaned -o json").json
        #expect(json["items"]?.arrayValue?.map(\.name) == ["data-web-1"])
    }

    @Test func `an orphan that retains its data goes by volume delete alone, and only when it is meant`() async throws {
        let bench = try await Bench()
        try await bench.create(Self.volume("data-web-1"))
        let plain = await bench.run("delete volume data-web-1")
        #expect(plain.status != .success && plain.errors.contains("immctl volume delete data-web-1"))
        let unasked = await bench.run("volume delete data-web-1")
        #expect(unasked.status == .usage && unasked.errors.contains("--yes"))
        bench.typed.withLock { $0 = "no" }
        #expect(await bench.run("volume delete data-web-1").status == .failed)
        #expect(try await bench.get(Volume.resourceType, "data-web-1")["metadata"]?["deletionTimestamp"] == nil)
        bench.typed.withLock { $0 = "yes" }
        let done = await bench.run("volume delete data-web-1")
        #expect(done.status == .success && done.output.contains("deleted"), "\(done.errors)")
        #expect(try await bench.get(Volume.resourceType, "data-web-1")["metadata"]?["deletionTimestamp"] != nil)
    }

    @Test func `the deletion of an attached volume says what it waits for`() async throws {
        let bench = try await Bench()
        try await bench.create(Self.volume("data-web-0", Self.attached))
        let result = await bench.run("volume delete data-web-0 --yes")
        #expect(result.output.contains("it waits: it is attached to web-0-abcde, epoch 4"), "\(result.errors)")
    }

    /// Answers requests as a controller would.
    private func answer(_ bench: Bench, _ outcome: VolumeForceDetachStatus.Outcome) async throws {
        for _ in 0..<500 {
            let list = try await bench.client.list(VolumeForceDetach.self, in: "default").items
            guard var request = list.first else {
                try await Task.sleep(for: .milliseconds(10))
                continue
            }
            request.status.outcome = outcome
            request.status.notProven = "nobody has confirmed that web-0-abcde does not run"
            request.status.message = outcome == .refused ? "look at it again" : nil
            _ = try await bench.client.updateStatus(request)
            return
        }
        Issue.record("nobody asked")
    }

    @Test func `force-detach asks, makes the request and tells what was not proven`() async throws {
        let bench = try await Bench()
        let stored = try await bench.create(Self.volume("data-web-0", Self.attached))
        bench.typed.withLock { $0 = "yes" }
        async let result = bench.run([
            "volume", "force-detach", "data-web-0", "--epoch", "4", "--reason", "the host burned down",
        ])
        try await answer(bench, .accepted)
        let done = await result
        #expect(done.status == .success, "\(done.errors)")
        #expect(done.errors.contains("two instances will write to data-web-0"))
        #expect(done.output.contains("not proven: nobody has confirmed that web-0-abcde does not run"))
        let request = try #require(try await bench.client.list(VolumeForceDetach.self, in: "default").items.first)
        #expect(request.spec.volumeUID == stored.uid && request.spec.epoch == 4)
        #expect(request.spec.reason == "the host burned down" && request.name.hasPrefix("data-web-0-"))
    }

    @Test func `a refusal is a failure`() async throws {
        let bench = try await Bench()
        try await bench.create(Self.volume("data-web-0", Self.attached))
        async let result = bench.run("volume force-detach data-web-0 --epoch 4 --reason burned --yes")
        try await answer(bench, .refused)
        let done = await result
        #expect(done.status == .failed && done.output.contains("was refused: look at it again"))
    }

    @Test func `force-detach of another epoch, or of nobody, asks for nothing`() async throws {
        let bench = try await Bench()
        try await bench.create(Self.volume("data-web-0", Self.attached))
        try await bench.create(Self.volume("data-web-1", slot: 1))
        for line in [
            "volume force-detach data-web-0 --epoch 3 --reason x --yes",
            "volume force-detach data-web-1 --epoch 4 --reason x --yes",
        ] {
            #expect(await bench.run(line).status == .conflict)
        }
        #expect(await bench.run("volume force-detach data-web-0 --epoch 4 --reason x").status == .usage)
        #expect(try await bench.client.list(VolumeForceDetach.self, in: "default").items.isEmpty)
    }

    private func claim(_ bench: Bench, _ name: String) async throws -> JSONValue? {
        try await bench.get(Volume.resourceType, name)["spec"]?["claim"]
    }

    @Test func `reattach gives an orphan another place, and says what is missing still`() async throws {
        let bench = try await Bench()
        try await bench.create(Self.volume("data-web-1", slot: 1))
        let result = await bench.run("volume reattach data-web-1 --set db --slot 0")
        #expect(result.status == .success, "\(result.errors)")
        #expect(result.output.contains("belongs to slot 0 of set db now, as claim data"))
        #expect(result.output.contains("it waits for a set db"))
        #expect(try await claim(bench, "data-web-1") == ["set": "db", "slot": 0, "name": "data"])
        let stored = try await bench.get(Volume.resourceType, "data-web-1")
        #expect(stored["metadata"]?["labels"]?["imm.dev/set"] == "db")
        let nowhere = await bench.run("volume reattach data-web-1 --nowhere")
        #expect(nowhere.status == .success, "\(nowhere.errors)")
        #expect(try await claim(bench, "data-web-1") == nil)
    }

    @Test func `reattach takes a place from an orphan only where that is said, and from nobody else`() async throws {
        let bench = try await Bench()
        try await bench.create(Self.volume("data-web-0", Self.attached))
        try await bench.create(Self.volume("data-web-1", slot: 1))
        try await bench.create(Self.volume("data-web-2", slot: 2))
        let used = await bench.run("volume reattach data-web-1 --set web --slot 0 --displace")
        #expect(used.status == .conflict && used.errors.contains("scale set web down to 0 or less"), "\(used.errors)")
        let moved = await bench.run("volume reattach data-web-0 --set web --slot 1")
        #expect(moved.status == .conflict && moved.errors.contains("is not orphaned: it is attached to web-0-abcde"))
        let taken = await bench.run("volume reattach data-web-1 --set web --slot 2")
        #expect(taken.status == .conflict && taken.errors.contains("--displace"))
        let done = await bench.run("volume reattach data-web-1 --set web --slot 2 --displace")
        #expect(done.status == .success, "\(done.errors)")
        #expect(try await claim(bench, "data-web-1") == ["set": "web", "slot": 2, "name": "data"])
        #expect(try await claim(bench, "data-web-2") == nil)
        #expect(await bench.run("volume reattach data-web-1 --set web").status == .usage)
    }
}
