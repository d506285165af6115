import APIClient
import Ambient
import DockerEngine
import Glibc
import HTTPTransport
import InfraAPI
import JSON
import ResourceAPI
import Testing

extension EndToEnd {
    /// Full disks, on small ones made for it.
    @Suite(.enabled(if: geteuid() == 0, "mounts a tmpfs, which only root may"))
    struct FullDiskTests {
        @Test(.timeLimit(.minutes(4)))
        func
            `with a full disk under the store nothing that was acknowledged is lost, and immd goes on when there is room`()
            async throws
        {
            try await Bed.with { bed in
                let manifest = Manifest(try await bed.image("v1"))
                try await bed.apply(manifest)
                let first = try await bed.settled("web")
                _ = try await bed.daemon.stop()
                try await bed.withDataOnDisk(megabytes: 24) { disk in
                    try await bed.daemon.start()
                    try await bed.settled("web", .seconds(60))
                    try disk.fill()
                    var written: [String] = []
                    var refusal: APIStatus?
                    for number in 1...200 where refusal == nil {
                        do {
                            written.append(try await bed.createSecret(number, bytes: 100_000))
                        } catch let error as APIStatus { refusal = error }
                    }
                    let refused = try #require(refusal, "the disk never was full")
                    #expect(refused.code >= 500, "\(refused)")
                    #expect(refused.message.lowercased().contains("full"), "it does not say why: \(refused.message)")
                    // It serves what it has, and says that it cannot write; the instances run on.
                    #expect(try await bed.fleet("web").ids == first.ids)
                    let killed = try #require(first.instances.first?.status.providerID)
                    try await bed.engine.killContainer(killed)
                    try await bed.wait(for: "web", "the failing writes are told", .seconds(60)) { _ in
                        bed.daemon.log.lastLines(200).contains("full")
                    }
                    let running = Set(try await bed.containers().filter { $0.state == "running" }.map(\.id))
                    #expect(first.ids.subtracting(running) == [killed])

                    disk.free()
                    let second = try await bed.wait(for: "web", "web healed with room", .seconds(90)) {
                        $0.isSettled && !$0.ids.contains(killed)
                    }
                    bed.daemon.crash()
                    try await bed.daemon.start()
                    let names = Set(try await bed.client.list(Secret.self, in: "default").items.map(\.name))
                    #expect(names.isSuperset(of: written), "acknowledged writes are lost")
                    let after = try await bed.settled("web", .seconds(60))
                    #expect(after.ids == second.ids)
                    try await bed.expectNothingLeaked(after)
                }
            }
        }

        @Test(.timeLimit(.minutes(5)))
        func `with a full disk under the engine the old instances go on serving, and all goes on when there is room`()
            async throws
        {
            let disk = try SmallDisk(megabytes: 160)
            do {
                try await PrivateEngine.with(below: disk.path) { engine in
                    try await Bed.with(engine: engine) { bed in try await FullDiskTests.runOut(bed, disk) }
                }
            } catch {
                disk.remove()
                throw error
            }
            disk.remove()
        }

        private static func runOut(_ bed: Bed, _ disk: SmallDisk) async throws {
            var web = Manifest(try await bed.image("v1"))
            web.strategy = ["maxSurge": 1, "maxUnavailable": 0]
            var store = Manifest(web.image)
            store.name = "db"
            store.replicas = 1
            store.claims = ["data"]
            try await bed.apply(web)
            try await bed.apply(store)
            let first = try await bed.settled("web", .seconds(60))
            let data = try await bed.settled("db", .seconds(60))
            _ = try await bed.run("echo kept >/data/mark; sync", in: try #require(data.instances.first))

            try disk.fill()
            web.environment = [("ROUND", "2")]
            try await bed.apply(web)
            let full = try await bed.wait(for: "web", "web tells of the full disk", .seconds(90)) { fleet in
                (fleet.set?.status.conditions ?? []).contains { $0.message.contains("no space left") }
            }
            #expect(full.condition("Ready")?.status == .false)
            #expect(full.revisions.allSatisfy { $0.status.verdict != .rejected }, "the disk is not the revision's")
            let running = Set(try await bed.containers(of: "web").filter { $0.state == "running" }.map(\.id))
            #expect(running.isSuperset(of: first.ids), "an old instance was given up without a new one")

            // The end of its instance may make just the room that its successor needs, so nothing is demanded of it before.
            store.environment = web.environment
            try await bed.apply(store)
            disk.free()
            for (set, before) in [("web", first), ("db", data)] {
                let after = try await bed.settled(set, after: before.set?.status.updateRevision, .seconds(120))
                #expect(after.volumes.map(\.uid) == before.volumes.map(\.uid))
                if set == "db" {
                    #expect(try await bed.run("cat /data/mark", in: try #require(after.instances.first)) == "kept\n")
                }
            }
            try await bed.expectNothingLeaked(try await bed.fleet("web"), try await bed.fleet("db"))
        }
    }
}

/// A file system of a few megabytes in memory.
struct SmallDisk: Sendable {
    let path: String

    init(megabytes: Int, at path: String = "\(temporaryRoot)/imm-disk-\(TestEngine.freshID())") throws {
        self.path = path
        guard mkdir(path, 0o700) == 0 || errno == EEXIST,
            mount("tmpfs", path, "tmpfs", 0, "size=\(megabytes)m,mode=0700") == 0
        else { throw Failure("no small disk at \(path): \(String(cString: strerror(errno)))") }
    }

    private var filler: String { path + "/filler" }

    /// Takes all the room that is left.
    func fill() throws {
        guard let file = fopen(filler, "w") else { throw Failure("\(filler) cannot be written") }
        setvbuf(file, nil, _IONBF, 0)
        for size in [1 << 16, 1 << 12, 1] {
            let block = [UInt8](repeating: 0x5A, count: size)
            while fwrite(block, 1, size, file) == size {}
        }
        fclose(file)
    }

    func free() { unlink(filler) }

    func remove() {
        umount2(path, Int32(MNT_DETACH))
        rmdir(path)
    }
}

extension Bed {
    /// Moves the data directory of a daemon that was stopped to a small disk for a while. The daemon is killed at the end.
    fileprivate func withDataOnDisk(megabytes: Int, _ body: (SmallDisk) async throws -> Void) async throws {
        let data = directory + "/data"
        guard rename(data, data + ".old") == 0 else { throw Failure("\(data) cannot be moved") }
        let disk = try SmallDisk(megabytes: megabytes, at: data)
        do {
            let copy = try ChildProcess(
                "/bin/cp", ["-a", data + ".old/.", data], output: directory + "/cp.log")
            guard try await copy.wait(.seconds(30)) == .code(0) else { throw Failure("the data cannot be copied") }
            try await body(disk)
        } catch {
            daemon.crash()
            disk.remove()
            throw error
        }
        daemon.crash()
        disk.remove()
    }

    /// Returns its name.
    fileprivate func createSecret(_ number: Int, bytes: Int) async throws -> String {
        var secret = Secret()
        secret.metadata = ObjectMeta(name: "filler-\(number)", namespace: "default")
        secret.data = ["data": Base64.encode([UInt8](repeating: UInt8(number % 251), count: bytes))]
        return try await client.create(secret).name
    }
}
