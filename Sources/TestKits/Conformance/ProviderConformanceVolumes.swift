internal import ProviderInterface

extension ProviderConformance {
    /// Law L2 where volumes attach at creation: the name follows the volume, and only destruction frees it.
    static var fenceChecks: [Check] {
        [
            Check(name: "another instance cannot take a volume whose holder is there, running or stopped") { bench in
                if try await bench.plugsVolumes() { return }
                let volume = try await bench.volume()
                let holder = bench.creation(
                    bench.subject.lasting, fence: volume.volumeUID, epoch: 1, volumes: [volume])
                let handle = try await bench.running(holder)
                let next = bench.creation(bench.subject.lasting, fence: volume.volumeUID, epoch: 2, volumes: [volume])
                try await bench.expectError(.nameTaken, from: "a create beside a running holder") {
                    _ = try await bench.provider.create(next)
                }
                try await bench.provider.stop(handle, grace: .seconds(5))
                try await bench.expectError(.nameTaken, from: "a create beside a stopped holder") {
                    _ = try await bench.provider.create(next)
                }
                // The name belongs to another: the newcomer is absent, but that is no receipt for the volume.
                try await bench.expectError(.nameTaken, from: "a read of the newcomer") {
                    _ = try await bench.provider.read(next.handle)
                }
                try await bench.provider.stop(next.handle, grace: .zero)
                try await bench.provider.destroy(next.handle)
                let still = try await bench.provider.read(handle).instance
                try bench.expectEqual(still?.uid, handle.uid, "the holder after a destroy of the newcomer")
                try await bench.provider.destroy(handle)
                let made = try await bench.provider.create(next)
                try bench.expectEqual(made.volumeUIDs, [volume.volumeUID], "the volumes of the next holder")
                try bench.expectEqual(made.epoch, 2, "the epoch of the next holder")
            },
            Check(name: "the same uid under another epoch is another instance") { bench in
                if try await bench.plugsVolumes() { return }
                let volume = try await bench.volume()
                let first = bench.creation(bench.subject.lasting, fence: volume.volumeUID, epoch: 1, volumes: [volume])
                _ = try await bench.provider.create(first)
                let second = bench.creation(
                    bench.subject.lasting, uid: first.handle.uid, fence: volume.volumeUID, epoch: 2, volumes: [volume])
                try await bench.expectError(.nameTaken, from: "a create with a later epoch") {
                    _ = try await bench.provider.create(second)
                }
            },
        ]
    }

    static var volumeChecks: [Check] {
        [
            Check(name: "creating a volume again returns the one that is there") { bench in
                let volume = try await bench.volume()
                let again = try await bench.provider.createVolume(bench.volumeCreation(volume.volumeUID))
                let seen = try await bench.provider.observe().volumes.filter { $0.uid == volume.volumeUID }
                try bench.expectEqual(seen, [again], "the observation")
                try bench.expectEqual(again.set, bench.set, "the set")
                try bench.expectEqual(again.slot, 4, "the slot")
            },
            Check(name: "a volume that is held cannot be deleted, and its holder's end does not delete it") { bench in
                if try await bench.plugsVolumes() { return }
                let volume = try await bench.volume()
                let handle = VolumeHandle(uid: volume.volumeUID)
                let creation = bench.creation(bench.subject.lasting, fence: volume.volumeUID, volumes: [volume])
                let made = try await bench.provider.create(creation)
                try await bench.expectError(.volumeInUse, from: "a delete beside a created holder") {
                    try await bench.provider.deleteVolume(handle)
                }
                _ = try await bench.provider.start(bench.handle(made, of: creation))
                try await bench.expectError(.volumeInUse, from: "a delete beside a running holder") {
                    try await bench.provider.deleteVolume(handle)
                }
                try await bench.provider.destroy(creation.handle)
                var seen = try await bench.provider.observe().volumes.map(\.uid)
                try bench.expect(seen.contains(volume.volumeUID), "the volume went with its holder")
                try await bench.provider.deleteVolume(handle)
                seen = try await bench.provider.observe().volumes.map(\.uid)
                try bench.expect(!seen.contains(volume.volumeUID), "the volume is there after its delete")
                try await bench.provider.deleteVolume(handle)
            },
            Check(name: "a missing volume is refused, never made in silence") { bench in
                if try await bench.plugsVolumes() { return }
                let volume = VolumeAttachmentRequest(claim: "data", volumeUID: bench.freshUID())
                let creation = bench.creation(bench.subject.lasting, fence: volume.volumeUID, volumes: [volume])
                try await bench.expectError(.notFound, from: "a create") {
                    _ = try await bench.provider.create(creation)
                }
                let seen = try await bench.provider.observe()
                try bench.expect(!seen.volumes.contains { $0.uid == volume.volumeUID }, "the volume was made")
                try bench.expect(!seen.instances.contains { $0.uid == creation.handle.uid }, "the instance was made")
            },
            Check(name: "what one holder wrote, the next one reads") { bench in
                guard bench.subject.runsCommands else { return }
                let volume = try await bench.volume()
                for (epoch, command) in ["echo kept > /data/file", "cat /data/file"].enumerated() {
                    let handle = try await bench.holder(of: volume, epoch: epoch + 1)
                    let result = try await bench.provider.execute(
                        handle, command: ["/bin/sh", "-c", command], timeout: .seconds(10))
                    try bench.expectEqual(result.exitCode, 0, "the exit code of '\(command)'")
                    let expected = epoch == 0 ? "" : "kept\n"
                    try bench.expectEqual(String(decoding: result.output, as: UTF8.self), expected, "the output")
                    try await bench.provider.destroy(handle)
                }
            },
        ]
    }
}
