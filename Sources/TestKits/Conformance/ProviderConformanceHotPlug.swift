internal import InfraAPI
internal import ProviderInterface

extension ProviderConformance {
    /// Law L2 where volumes are plugged into instances that run: for providers whose `attachMode` is `hotPlug`.
    static var hotPlugChecks: [Check] {
        [
            Check(name: "a volume is plugged into an instance that runs, and again is fine") { bench in
                guard try await bench.plugsVolumes() else { return }
                let volume = try await bench.volume()
                let handle = try await bench.standby(for: volume)
                try bench.expectEqual(try await bench.heldVolumes(handle), [], "the volumes of a standby")
                for _ in 1...2 {
                    try await bench.provider.attach(handle, volume, epoch: 1)
                    try bench.expectEqual(try await bench.heldVolumes(handle), [volume.volumeUID], "its volumes")
                }
                let listed = try await bench.provider.observe().instances.first { $0.uid == handle.uid }
                try bench.expectEqual(listed?.volumeUIDs, [volume.volumeUID], "its volumes in the observation")
            },
            Check(name: "an unplugged volume is read to be free, and again is fine") { bench in
                guard try await bench.plugsVolumes() else { return }
                let volume = try await bench.volume()
                let handle = try await bench.standby(for: volume)
                try await bench.provider.detach(handle, volumeUID: volume.volumeUID)
                try await bench.provider.attach(handle, volume, epoch: 1)
                for _ in 1...2 {
                    try await bench.provider.detach(handle, volumeUID: volume.volumeUID)
                    try bench.expectEqual(try await bench.heldVolumes(handle), [], "its volumes")
                }
                let read = try await bench.provider.read(handle).instance
                try bench.expectEqual(read?.state, .running, "the state of the instance without its volume")
            },
            Check(name: "a volume that is plugged in is not given to another instance") { bench in
                guard try await bench.plugsVolumes() else { return }
                let volume = try await bench.volume()
                let holder = try await bench.holder(of: volume, epoch: 1)
                let other = try await bench.standby(for: volume)
                try await bench.expectError(.volumeInUse, from: "an attach beside a holder") {
                    try await bench.provider.attach(other, volume, epoch: 2)
                }
                try bench.expectEqual(try await bench.heldVolumes(other), [], "the other's volumes")
                try bench.expectEqual(try await bench.heldVolumes(holder), [volume.volumeUID], "the holder's volumes")
            },
            Check(name: "a volume goes from one to another that stands beside it, and back") { bench in
                guard try await bench.plugsVolumes() else { return }
                let volume = try await bench.volume()
                let first = try await bench.holder(of: volume, epoch: 1)
                let second = try await bench.standby(for: volume)
                for (epoch, pair) in [(first, second), (second, first)].enumerated() {
                    try await bench.provider.detach(pair.0, volumeUID: volume.volumeUID)
                    try await bench.provider.attach(pair.1, volume, epoch: epoch + 2)
                    try bench.expectEqual(try await bench.heldVolumes(pair.0), [], "the volumes of the outgoing one")
                    try bench.expectEqual(
                        try await bench.heldVolumes(pair.1), [volume.volumeUID], "the volumes of the incoming one")
                }
            },
            Check(name: "the end of an instance frees what was plugged into it") { bench in
                guard try await bench.plugsVolumes() else { return }
                let volume = try await bench.volume()
                let first = try await bench.holder(of: volume, epoch: 1)
                try await bench.provider.stop(first, grace: .seconds(5))
                try await bench.provider.destroy(first)
                let second = try await bench.holder(of: volume, epoch: 2)
                try bench.expectEqual(try await bench.heldVolumes(second), [volume.volumeUID], "its volumes")
                try await bench.provider.destroy(second)
                try await bench.provider.deleteVolume(VolumeHandle(uid: volume.volumeUID))
            },
            Check(name: "what is not there is neither plugged in nor plugged into") { bench in
                guard try await bench.plugsVolumes() else { return }
                let volume = try await bench.volume()
                let missing = VolumeAttachmentRequest(claim: "data", volumeUID: bench.freshUID())
                let handle = try await bench.standby(for: missing)
                try await bench.expectError(.notFound, from: "an attach of a missing volume") {
                    try await bench.provider.attach(handle, missing, epoch: 1)
                }
                try bench.expectEqual(try await bench.heldVolumes(handle), [], "its volumes")
                try await bench.provider.destroy(handle)
                try await bench.expectError(.notFound, from: "an attach to a missing instance") {
                    try await bench.provider.attach(handle, volume, epoch: 1)
                }
                try await bench.provider.detach(handle, volumeUID: volume.volumeUID)
            },
            Check(name: "a volume that is plugged in is neither deleted nor copied") { bench in
                guard try await bench.plugsVolumes() else { return }
                let volume = try await bench.volume()
                let handle = try await bench.holder(of: volume, epoch: 1)
                try await bench.expectError(.volumeInUse, from: "a delete beside a holder") {
                    try await bench.provider.deleteVolume(VolumeHandle(uid: volume.volumeUID))
                }
                if try await bench.takesSnapshots() {
                    let copy = bench.snapshotHandle()
                    try await bench.expectError(.volumeInUse, from: "a copy beside a holder") {
                        _ = try await bench.provider.createSnapshot(bench.snapshot(copy, of: volume))
                    }
                }
                try await bench.provider.detach(handle, volumeUID: volume.volumeUID)
                try await bench.provider.deleteVolume(VolumeHandle(uid: volume.volumeUID))
            },
        ]
    }
}

extension ConformanceBench {
    func plugsVolumes() async throws -> Bool {
        try await provider.describe(recordedIdentity: nil).capabilities.attachMode == .hotPlug
    }

    /// An instance that runs, waits for this volume, and can have it.
    func standby(for volume: VolumeAttachmentRequest) async throws -> InstanceHandle {
        var template = subject.lasting
        var mount = VolumeMount()
        mount.name = volume.claim
        mount.mountPath = "/\(volume.claim)"
        template.spec.volumeMounts.append(mount)
        let handle = try await running(creation(template))
        // A guest takes its time to boot, longer where nothing speeds it up.
        for _ in 0..<12 {
            let isUp = try? await eventually("the guest is up") {
                try await provider.read(handle).instance?.canAttach == true ? true : nil
            }
            if isUp == true { return handle }
        }
        throw ProviderConformanceFailure(check: "", message: "no volume can be plugged in within two minutes")
    }

    /// An instance that runs and has the volume as `/data`, however volumes get to instances there.
    func holder(of volume: VolumeAttachmentRequest, epoch: Int) async throws -> InstanceHandle {
        guard try await plugsVolumes() else {
            return try await running(
                creation(subject.lasting, fence: volume.volumeUID, epoch: epoch, volumes: [volume]))
        }
        let handle = try await standby(for: volume)
        try await provider.attach(handle, volume, epoch: epoch)
        return handle
    }

    /// What a confirming read says.
    func heldVolumes(_ handle: InstanceHandle) async throws -> [String] {
        guard let instance = try await provider.read(handle).instance else {
            throw ProviderConformanceFailure(check: "", message: "instance \(handle.uid) is not there")
        }
        return instance.volumeUIDs
    }
}
