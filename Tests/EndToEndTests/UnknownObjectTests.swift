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
    /// What the engine holds and the store does not know (law L6).
    @Suite struct UnknownObjectTests {
        @Test(.timeLimit(.minutes(4)))
        func `after the restore of an old backup the newer instances keep their volumes until a person destroys them`()
            async throws
        {
            try await Bed.with { bed in
                var manifest = Manifest.writers(try await bed.image("v1"), replicas: 2)
                try await bed.apply(manifest)
                let first = try await bed.settled("db")
                try await bed.written(first, by: "v1")
                _ = try await bed.daemon.stop()
                try bed.backUp()
                try await bed.daemon.start()

                // What the backup does not know: two releases, and another set with its volumes.
                for tag in ["v2", "v3"] {
                    manifest.image = try await bed.image(tag)
                    try await bed.apply(manifest)
                    try await bed.wait(for: "db", "db on \(tag)", .seconds(60)) {
                        $0.isSettled && $0.volumes.allSatisfy { $0.status.epoch == (tag == "v2" ? 2 : 3) }
                    }
                }
                let lost = try await bed.fleet("db")
                try await bed.written(lost, by: "v3")
                try await bed.apply(Manifest.writers(manifest.image, name: "late", replicas: 1))
                let late = try await bed.settled("late")
                try await bed.written(late, by: "v3")
                let held = Set(try await bed.containers().map(\.id))
                _ = try await bed.daemon.stop()
                try bed.restore()
                try await bed.daemon.start()

                let waiting = try await bed.wait(for: "db", "the unknown holders are told", .seconds(60)) { fleet in
                    let unknown = try await bed.providerObject.status.unknownObjects.filter { $0.kind == "Instance" }
                    return Set(unknown.map(\.id)) == held && fleet.volumes.allSatisfy { $0.status.epoch == 3 }
                }
                #expect(waiting.volumes.map(\.uid) == first.volumes.map(\.uid))
                let orphan = try await bed.wait(for: "late", "the volume of the forgotten set is an orphan") {
                    $0.volumes.first?.status.phase == "Orphaned"
                }
                #expect(orphan.volumes.first?.status.objectUID == late.volumes.first?.uid)
                #expect(orphan.volumes.first?.name == late.volumes.first?.name)
                #expect(orphan.volumes.first?.status.epoch == 1)
                // Time enough for several tries: nobody is stopped, nobody joins them.
                try await Task.sleep(for: .seconds(3))
                #expect(Set(try await bed.containers().filter { $0.state == "running" }.map(\.id)) == held)

                // The forgotten set gets its data back, once what holds it is gone.
                try await bed.apply(Manifest.writers(manifest.image, name: "late", replicas: 1))
                try await bed.wait(for: "late", "the volume is held") { fleet in
                    fleet.condition("Reconciling")?.reason == "VolumeHeld" && fleet.instances.isEmpty
                }
                for id in held.sorted() { try await bed.immctl("provider", "destroy", "docker", String(id.prefix(12))) }
                let after = try await bed.settled("db", .seconds(90))
                #expect(after.volumes.map(\.uid) == first.volumes.map(\.uid))
                #expect(after.volumes.allSatisfy { $0.status.epoch > 3 }, "\(after)")
                try await bed.written(after, by: "v1")
                let back = try await bed.settled("late", .seconds(60))
                #expect(back.volumes.map(\.status.epoch) == [2])
                #expect(back.volumes.first?.status.providerID == late.volumes.first?.status.providerID)
                try await bed.written(back, by: "v3")
                try await bed.expectNothingLeaked(after, back)
            }
        }

        @Test(.timeLimit(.minutes(4)))
        func `a new data directory under the old id finds the volumes, and gives them back to a set of that name`()
            async throws
        {
            try await Bed.with { bed in
                let manifest = Manifest.writers(try await bed.image("v1"), replicas: 2)
                try await bed.apply(manifest)
                let first = try await bed.settled("db")
                try await bed.written(first, by: "v1")
                let installation = try #require(bed.daemon.installation)
                _ = try await bed.daemon.stop()
                removeTree(bed.directory + "/data")
                try await bed.daemon.start("--installation-id", installation)
                // The marker is there, and the recorded identity was lost with the rest.
                let found = try await bed.wait(for: "db", "the volumes are orphans", .seconds(60)) {
                    $0.volumes.count == 2 && $0.volumes.allSatisfy { $0.status.phase == "Orphaned" }
                }
                #expect(found.volumes.map(\.name) == first.volumes.map(\.name))
                #expect(found.volumes.map(\.status.objectUID) == first.volumes.map(\.uid))
                #expect(found.volumes.map(\.spec.size) == first.volumes.map(\.spec.size))
                #expect(found.volumes.map(\.status.epoch) == [1, 1])

                try await bed.apply(manifest)
                try await bed.wait(for: "db", "the old instances are in the way") {
                    $0.condition("Reconciling")?.reason == "VolumeHeld"
                }
                for id in first.ids { try await bed.immctl("provider", "destroy", "docker", id) }
                let second = try await bed.settled("db", .seconds(60))
                #expect(second.volumes.map(\.status.epoch) == [2, 2])
                #expect(second.volumes.map(\.status.providerID) == first.volumes.map(\.status.providerID))
                try await bed.written(second, by: "v1")
                try await bed.expectNothingLeaked(second)

                bed.daemon.crash()
                let output = bed.directory + "/other.log"
                let other = try bed.daemon.launch(
                    data: bed.directory + "/data", socket: bed.daemon.socket, output: output,
                    ["--installation-id", "another"])
                defer { other.end() }
                #expect(try await other.wait(.seconds(20)) == .code(1))
                #expect(try readText(output).contains("of installation \(installation)"))
            }
        }

        @Test func `containers made by hand with our labels are told, keep their volume, and harm nobody`() async throws
        {
            try await Bed.with { bed in
                let manifest = Manifest.writers(try await bed.image("v1"), replicas: 1)
                try await bed.apply(manifest)
                let first = try await bed.settled("db")
                let original = try #require(try await bed.containers().first)
                let volume = try #require(first.volumes.first?.status.providerID)
                let installation = try #require(bed.daemon.installation)
                var spec = ContainerSpec(image: manifest.image)
                spec.command = ["/bin/idle"]
                spec.networkMode = "none"
                spec.hasInit = true
                // A copy of everything, and one that has the installation's label alone.
                spec.labels = original.labels
                let copy = try await bed.engine.createContainer(name: "imm-e2e-\(bed.name)-copy", spec)
                try await bed.engine.startContainer(copy)
                spec.labels = ["imm.dev/installation": installation]
                spec.mounts = [.init(kind: .volume, source: volume, target: "/data")]
                let bare = try await bed.engine.createContainer(name: "imm-e2e-\(bed.name)-bare", spec)
                bed.daemon.crash()
                try await bed.daemon.start()
                try await bed.wait(for: "db", "both are told", .seconds(60)) { _ in
                    Set(try await bed.providerObject.status.unknownObjects.map(\.id)) == [copy, bare]
                }
                #expect(try await bed.fleet("db").ids == first.ids, "the copy was taken for the instance")

                // The instance dies; its successor waits for the one that holds the volume by hand.
                let killed = try #require(first.instances.first?.status.providerID)
                try await bed.engine.killContainer(killed)
                let waiting = try await bed.wait(for: "db", "the volume is held by hand", .seconds(60)) {
                    $0.condition("Reconciling")?.reason == "VolumeHeld"
                }
                #expect(waiting.condition("Reconciling")?.message.contains("-bare") == true, "\(waiting)")
                #expect(try await bed.engine.inspectContainer(copy).isRunning)
                let ambiguous = try await bed.immctl("provider", "destroy", "docker", "nobody", exits: 1)
                #expect(ambiguous.contains("has no Unknown object nobody"), "\(ambiguous)")
                try await bed.immctl("provider", "destroy", "docker", "imm-e2e-\(bed.name)-bare")
                let second = try await bed.wait(for: "db", "the successor", .seconds(60)) {
                    $0.isSettled && !$0.ids.contains(killed)
                }
                try await bed.written(second, by: "v1")
                #expect(try await bed.engine.inspectContainer(copy).isRunning)
                try await bed.immctl("provider", "destroy", "docker", copy)
                try await bed.expectNothingLeaked(second)
            }
        }

        @Test func `a container without our labels that writes on a volume is waited for`() async throws {
            try await Bed.with { bed in
                let manifest = Manifest.writers(try await bed.image("v1"), replicas: 1)
                try await bed.apply(manifest)
                let first = try await bed.settled("db")
                var spec = ContainerSpec(image: manifest.image)
                spec.command = ["/bin/idle"]
                spec.networkMode = "none"
                let volume = try #require(first.volumes.first?.status.providerID)
                spec.mounts = [.init(kind: .volume, source: volume, target: "/data")]
                let name = "imm-e2e-\(bed.name)-foreign"
                let foreign = try await bed.engine.createContainer(name: name, spec)
                do {
                    let killed = try #require(first.instances.first?.status.providerID)
                    try await bed.engine.killContainer(killed)
                    try await bed.wait(for: "db", "the foreign holder is told", .seconds(60)) { fleet in
                        (fleet.set?.status.conditions ?? []).contains { $0.message.contains(name) }
                    }
                    #expect(try await bed.engine.inspectContainer(foreign).status == "created")
                } catch {
                    try? await bed.engine.removeContainer(foreign, force: true)
                    throw error
                }
                try await bed.engine.removeContainer(foreign, force: true)
                let second = try await bed.settled("db", .seconds(90))
                try await bed.written(second, by: "v1")
                try await bed.expectNothingLeaked(second)
            }
        }

        @Test func `two installations share one engine, and neither touches what the other has`() async throws {
            try await Bed.with { one in
                try await Bed.with { two in
                    let image = try await one.image("v1")
                    try await one.apply(Manifest.writers(image, replicas: 2))
                    let first = try await one.settled("db")
                    // The same name would begin without the other's data: it waits.
                    try await two.apply(Manifest.writers(image, replicas: 2))
                    try await two.apply(Manifest(image))
                    let web = try await two.settled("web")
                    let installation = try #require(one.daemon.installation)
                    let refused = try await two.wait(for: "db", "the other's data is told") { fleet in
                        (fleet.set?.status.conditions ?? []).contains { $0.message.contains(installation) }
                    }
                    #expect(refused.volumes.allSatisfy { !$0.status.provisioned })
                    // Its next list says it of the set as a whole.
                    two.daemon.crash()
                    try await two.daemon.start()
                    let held = try await two.wait(for: "db", "the other's set is told") {
                        $0.condition("Stalled")?.reason == "ForeignInstallation"
                    }
                    #expect(held.instances.isEmpty)
                    #expect(try await two.volumes().allSatisfy { $0.name.hasSuffix("_identity") }, "a blank volume")
                    #expect(try await two.providerObject.status.unknownObjects.isEmpty)
                    #expect(try await one.fleet("db").ids == first.ids)
                    #expect(Set(try await one.containers().map(\.id)) == first.ids)
                    try await two.expectNothingLeaked(web)
                    try await one.expectNothingLeaked(first)
                }
            }
        }
    }
}

extension Bed {
    private var database: String { directory + "/data/store.db" }

    /// Copies the store of a daemon that was stopped.
    func backUp() throws {
        for suffix in ["", "-wal"] where access(database + suffix, F_OK) == 0 {
            try copyFile(database + suffix, to: directory + "/backup.db" + suffix)
        }
    }

    /// Puts the copy in the place of the store.
    func restore() throws {
        for suffix in ["", "-wal", "-shm"] { remove(database + suffix) }
        for suffix in ["", "-wal"] where access(directory + "/backup.db" + suffix, F_OK) == 0 {
            try copyFile(directory + "/backup.db" + suffix, to: database + suffix)
        }
    }
}

func copyFile(_ path: String, to target: String) throws {
    let bytes = try readBytes(path)
    guard let file = fopen(target, "w") else { throw Failure("\(target) cannot be written") }
    defer { fclose(file) }
    guard fwrite(bytes, 1, bytes.count, file) == bytes.count else { throw Failure("\(target) cannot be written") }
}
