import Ambient
import DockerEngine
import DockerProvider
import Glibc
import InfraAPI
import Logging
import ProviderInterface
import Testing

/// Copies of volumes through containers that never run.
@Suite(.enabled(if: TestEngine.isThere, TestEngine.reason))
struct SnapshotTests {
    @Test func `owners, modes, times and links are kept, and an empty folder too`() async throws {
        try await ProviderBed.with { bed in
            let volume = try await bed.volume()
            let root = try await bed.mountpoint(of: volume)
            #expect(chmod(root, 0o2750) == 0 && chown(root, 1000, 1001) == 0)
            try write("program", to: "\(root)/bin/tool", mode: 0o4755, owner: 70)
            try write("secret", to: "\(root)/key", mode: 0o600, owner: 71)
            mkdir("\(root)/empty", 0o1777)
            chmod("\(root)/empty", 0o1777)
            #expect(link("\(root)/key", "\(root)/same-key") == 0)
            #expect(symlink("bin/tool", "\(root)/tool") == 0)
            #expect(symlink("/etc/passwd", "\(root)/outside") == 0)
            #expect(mkfifo("\(root)/pipe", 0o640) == 0)
            let long = String(repeating: "n", count: 200)
            try write("long", to: "\(root)/\(long)/\(long)", mode: 0o644, owner: 0)
            try write(String(repeating: "0123456789", count: 100_000), to: "\(root)/large", mode: 0o644, owner: 0)
            let before = try await bed.listing(root)

            let handle = SnapshotHandle(uid: SystemRandomness().uuid(), attempt: 1)
            let made = try await bed.provider.createSnapshot(bed.snapshot(handle, of: volume))
            #expect(made.contentBytes == 1_000_000 + 7 + 6 + 4)
            let uid = SystemRandomness().uuid()
            _ = try await bed.provider.restoreVolume(
                VolumeRestoration(volume: bed.volumeCreation(uid), snapshot: handle))
            let copied = try await bed.listing(try await bed.mountpoint(of: uid))
            #expect(copied == before)
            #expect(try await bed.containers().isEmpty)
        }
    }

    @Test func `what a dead controller has left of a copy goes before an instance gets the volume`() async throws {
        try await ProviderBed.with { bed in
            let volume = try await bed.volume()
            let handle = SnapshotHandle(uid: SystemRandomness().uuid(), attempt: 1)
            let helper = try await bed.helper(of: handle.uid, mounting: volume)
            #expect(try await bed.provider.observe().instances.isEmpty)
            let creation = bed.creation(epoch: 1, volumes: [VolumeAttachmentRequest(claim: "data", volumeUID: volume)])
            _ = try await bed.provider.create(creation)
            await #expect(throws: DockerError.self) { _ = try await bed.engine.inspectContainer(helper) }
        }
    }

    @Test func `the next try takes the name of one whose controller died, and a delete of the volume ends it`()
        async throws
    {
        try await ProviderBed.with { bed in
            let volume = try await bed.volume()
            let handle = SnapshotHandle(uid: SystemRandomness().uuid(), attempt: 2)
            _ = try await bed.helper(of: handle.uid, mounting: volume)
            _ = try await bed.provider.createSnapshot(bed.snapshot(handle, of: volume))
            #expect(try await bed.containers().isEmpty)
            _ = try await bed.helper(of: handle.uid, mounting: volume)
            try await bed.provider.deleteVolume(VolumeHandle(uid: volume))
            #expect(try await bed.containers().isEmpty)
        }
    }

    @Test func `a volume that somebody else's container may write on is not copied`() async throws {
        try await ProviderBed.with { bed in
            let volume = try await bed.volume()
            var spec = ContainerSpec(image: bed.image)
            spec.command = ["/bin/sh"]
            spec.mounts = [
                .init(kind: .volume, source: "imm_\(bed.installationID)_\(volume)", target: "/theirs")
            ]
            let theirs = try await bed.engine.createContainer(name: "theirs-\(bed.installationID)", spec)
            let handle = SnapshotHandle(uid: SystemRandomness().uuid(), attempt: 1)
            await expectError(.volumeInUse) {
                _ = try await bed.provider.createSnapshot(bed.snapshot(handle, of: volume))
            }
            #expect(try await bed.provider.readSnapshot(handle) == nil)
            try await bed.engine.removeContainer(theirs)
        }
    }

    @Test func `a copy beyond the limit is refused, and leaves nothing`() async throws {
        try await ProviderBed.with { bed in
            let volume = try await bed.volume()
            let root = try await bed.mountpoint(of: volume)
            try write(String(repeating: "x", count: 1 << 20), to: "\(root)/large", mode: 0o644, owner: 0)
            var configuration = DockerProviderConfiguration(installationID: bed.installationID)
            configuration.maxCopyBytes = 1 << 19
            let small = DockerProvider(
                engine: bed.engine, configuration: configuration, surroundings: .system,
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
            _ = try await small.describe(recordedIdentity: nil)
            let handle = SnapshotHandle(uid: SystemRandomness().uuid(), attempt: 1)
            await expectError(.engineFailed) { _ = try await small.createSnapshot(bed.snapshot(handle, of: volume)) }
            #expect(try await small.observe().snapshots.isEmpty)
            #expect(try await bed.containers().isEmpty)
        }
    }

    @Test func `a copy that is cancelled leaves the volume free for the next holder`() async throws {
        try await ProviderBed.with { bed in
            let volume = try await bed.volume()
            let root = try await bed.mountpoint(of: volume)
            try write(String(repeating: "x", count: 64 << 20), to: "\(root)/large", mode: 0o644, owner: 0)
            let handle = SnapshotHandle(uid: SystemRandomness().uuid(), attempt: 1)
            let copying = Task { try await bed.provider.createSnapshot(bed.snapshot(handle, of: volume)) }
            while try await bed.containers().count < 2 { try await Task.sleep(for: .milliseconds(5)) }
            copying.cancel()
            _ = await copying.result
            let request = VolumeAttachmentRequest(claim: "data", volumeUID: volume)
            _ = try await bed.running(bed.creation(epoch: 1, volumes: [request]))
        }
    }

    private func write(_ text: String, to path: String, mode: mode_t, owner: uid_t) throws {
        if let slash = path.lastIndex(of: "/") { mkdir(String(path[..<slash]), 0o755) }
        guard let file = fopen(path, "w") else { throw POSIXFailure(what: "write \(path)") }
        fputs(text, file)
        fclose(file)
        #expect(chown(path, owner, owner) == 0 && chmod(path, mode) == 0)
        var times = [timespec(tv_sec: 1_700_000_000, tv_nsec: 0), timespec(tv_sec: 1_700_000_000, tv_nsec: 0)]
        #expect(utimensat(AT_FDCWD, path, &times, 0) == 0)
    }
}

extension ProviderBed {
    /// The uid of a new volume.
    func volume() async throws -> String {
        let uid = SystemRandomness().uuid()
        _ = try await provider.createVolume(volumeCreation(uid))
        return uid
    }

    func volumeCreation(_ uid: String) -> VolumeCreation {
        VolumeCreation(
            uid: uid, size: Quantity(bytes: 1 << 20), set: "default/\(installationID)", slot: 0, claim: "data")
    }

    func snapshot(_ handle: SnapshotHandle, of volume: String) -> SnapshotCreation {
        SnapshotCreation(handle: handle, volume: VolumeHandle(uid: volume), epoch: 1, image: image)
    }

    func mountpoint(of volume: String) async throws -> String {
        try await engine.inspectVolume("imm_\(installationID)_\(volume)").mountpoint
    }

    /// A container as a copy makes it.
    func helper(of copy: String, mounting volume: String) async throws -> String {
        var spec = ContainerSpec(image: image)
        spec.command = ["never"]
        spec.labels = ["imm.dev/installation": installationID, "imm.dev/copy": copy]
        spec.mounts = [
            .init(
                kind: .volume, source: "imm_\(installationID)_\(volume)", target: "/imm-volume", isReadOnly: true)
        ]
        return try await engine.createContainer(name: "imm_\(installationID)_copy_\(copy)_from", spec)
    }

    func containers() async throws -> [ContainerSummary] {
        try await engine.listContainers(labels: ["imm.dev/installation=\(installationID)"])
    }

    /// Every file below a folder with kind, mode, owner, links, time and what is in it.
    func listing(_ root: String) async throws -> [String] {
        var lines: [String] = []
        func visit(_ path: String, _ name: String) throws {
            var status = stat()
            guard lstat(path, &status) == 0 else { throw POSIXFailure(what: "lstat \(path)") }
            let kind = status.st_mode & S_IFMT
            var line = "\(name) \(String(status.st_mode, radix: 8)) \(status.st_uid):\(status.st_gid)"
            if kind == S_IFREG {
                line += " \(status.st_nlink) \(status.st_mtim.tv_sec) \(try readFile(path).hashValue)"
            }
            if kind == S_IFLNK {
                var target = [UInt8](repeating: 0, count: 512)
                let count = target.withUnsafeMutableBytes { bytes in
                    bytes.baseAddress.map { readlink(path, $0.assumingMemoryBound(to: CChar.self), bytes.count) } ?? 0
                }
                line += " -> \(String(decoding: target[..<max(0, count)], as: UTF8.self))"
            }
            lines.append(line)
            guard kind == S_IFDIR, let folder = opendir(path) else { return }
            defer { closedir(folder) }
            while let entry = readdir(folder) {
                let entryName = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                    String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
                }
                if entryName != ".", entryName != ".." { try visit("\(path)/\(entryName)", "\(name)/\(entryName)") }
            }
        }
        try visit(root, "")
        return lines.sorted()
    }
}
