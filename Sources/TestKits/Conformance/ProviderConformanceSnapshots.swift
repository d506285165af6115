internal import InfraAPI
internal import ProviderInterface

extension ProviderConformance {
    /// Copies of volumes, for providers with the capability `snapshot`.
    static var snapshotChecks: [Check] {
        [
            Check(name: "a copy is observed and read, outlives its volume, and goes by its delete") { bench in
                guard try await bench.takesSnapshots() else { return }
                let volume = try await bench.volume()
                let handle = bench.snapshotHandle()
                let made = try await bench.provider.createSnapshot(bench.snapshot(handle, of: volume))
                try bench.expectEqual(made.handle, handle, "the handle")
                func listed() async throws -> [SnapshotHandle] {
                    try await bench.provider.observe().snapshots.map(\.handle).filter { $0.uid == handle.uid }
                }
                try bench.expectEqual(try await listed(), [handle], "the observation")
                try await bench.provider.deleteVolume(VolumeHandle(uid: volume.volumeUID))
                let read = try await bench.provider.readSnapshot(handle)
                try bench.expectEqual(read?.providerID, made.providerID, "the copy after its volume's end")
                try await bench.provider.deleteSnapshot(uid: handle.uid)
                try bench.expectEqual(try await bench.provider.readSnapshot(handle), nil, "the copy after its delete")
                try bench.expectEqual(try await listed(), [], "the observation after the delete")
                try await bench.provider.deleteSnapshot(uid: handle.uid)
            },
            Check(name: "a copy is no volume and no instance") { bench in
                guard try await bench.takesSnapshots() else { return }
                let volume = try await bench.volume()
                let handle = bench.snapshotHandle()
                _ = try await bench.provider.createSnapshot(bench.snapshot(handle, of: volume))
                let seen = try await bench.provider.observe()
                let volumes = seen.volumes.filter { $0.set == bench.set }.map(\.uid)
                try bench.expectEqual(volumes, [volume.volumeUID], "the volumes")
                try bench.expectEqual(seen.instances.filter { $0.set == bench.set }.map(\.uid), [], "the instances")
            },
            Check(name: "a volume that is held is not copied, whether its holder runs or not") { bench in
                guard try await bench.takesSnapshots(), try await !bench.plugsVolumes() else { return }
                let volume = try await bench.volume()
                let handle = bench.snapshotHandle()
                let creation = bench.creation(
                    bench.subject.lasting, fence: volume.volumeUID, epoch: 1, volumes: [volume])
                let holder = bench.handle(try await bench.provider.create(creation), of: creation)
                for starts in [false, true] {
                    if starts { _ = try await bench.provider.start(holder) }
                    try await bench.expectError(.volumeInUse, from: "a copy beside a holder") {
                        _ = try await bench.provider.createSnapshot(bench.snapshot(handle, of: volume))
                    }
                }
                try await bench.provider.destroy(holder)
                _ = try await bench.provider.createSnapshot(bench.snapshot(handle, of: volume))
            },
            Check(name: "the next try replaces what the one before has made") { bench in
                guard try await bench.takesSnapshots() else { return }
                let volume = try await bench.volume()
                let first = bench.snapshotHandle()
                let second = SnapshotHandle(uid: first.uid, attempt: 2)
                _ = try await bench.provider.createSnapshot(bench.snapshot(first, of: volume))
                _ = try await bench.provider.createSnapshot(bench.snapshot(second, of: volume))
                try bench.expectEqual(try await bench.provider.readSnapshot(first), nil, "the first try")
                try bench.expect(try await bench.provider.readSnapshot(second) != nil, "the second try is missing")
            },
            Check(name: "what is missing is neither copied nor gone back to, and nothing is made of it") { bench in
                guard try await bench.takesSnapshots() else { return }
                let missing = VolumeAttachmentRequest(claim: "data", volumeUID: bench.freshUID())
                let handle = bench.snapshotHandle()
                try await bench.expectError(.notFound, from: "a copy of a missing volume") {
                    _ = try await bench.provider.createSnapshot(bench.snapshot(handle, of: missing))
                }
                try bench.expectEqual(try await bench.provider.readSnapshot(handle), nil, "the copy")
                let uid = bench.freshUID()
                try await bench.expectError(.notFound, from: "a volume from a missing copy") {
                    _ = try await bench.provider.restoreVolume(
                        VolumeRestoration(volume: bench.volumeCreation(uid), snapshot: handle))
                }
                let read = try await bench.provider.readVolume(VolumeHandle(uid: uid))
                try bench.expectEqual(read, nil, "the volume")
            },
            Check(name: "a volume made from a copy has what was there when it was taken") { bench in
                guard bench.subject.runsCommands, try await bench.takesSnapshots() else { return }
                let volume = try await bench.volume()
                try await bench.run("echo before > /data/file; echo kept > /data/other", on: volume, epoch: 1)
                let handle = bench.snapshotHandle()
                let made = try await bench.provider.createSnapshot(bench.snapshot(handle, of: volume))
                if let bytes = made.contentBytes { try bench.expectEqual(bytes, 12, "the bytes of its files") }
                try await bench.run("echo after > /data/file", on: volume, epoch: 2)
                let restored = bench.restoredVolume()
                let found = try await bench.provider.restoreVolume(
                    VolumeRestoration(volume: bench.volumeCreation(restored.volumeUID), snapshot: handle))
                try bench.expectEqual(found.uid, restored.volumeUID, "the uid of the restored volume")
                let old = try await bench.run("cat /data/file /data/other", on: restored, epoch: 1)
                try bench.expectEqual(old, "before\nkept\n", "the restored volume")
                let new = try await bench.run("cat /data/file /data/other", on: volume, epoch: 3)
                try bench.expectEqual(new, "after\nkept\n", "the volume that was copied")
            },
        ]
    }
}

extension ConformanceBench {
    func takesSnapshots() async throws -> Bool {
        try await provider.describe(recordedIdentity: nil).capabilities.snapshot
    }

    func snapshot(_ handle: SnapshotHandle, of volume: VolumeAttachmentRequest) -> SnapshotCreation {
        SnapshotCreation(
            handle: handle, volume: VolumeHandle(uid: volume.volumeUID), set: set, slot: 4, claim: "data", epoch: 1,
            image: subject.lasting.spec.image)
    }

    /// Runs a command in an instance that has the volume as `/data`, and is gone afterwards.
    @discardableResult
    func run(_ command: String, on volume: VolumeAttachmentRequest, epoch: Int) async throws -> String {
        let handle = try await holder(of: volume, epoch: epoch)
        let result = try await provider.execute(handle, command: ["/bin/sh", "-c", command], timeout: .seconds(10))
        try expectEqual(result.exitCode, 0, "the exit code of '\(command)'")
        try await provider.destroy(handle)
        return String(decoding: result.output, as: UTF8.self)
    }
}
