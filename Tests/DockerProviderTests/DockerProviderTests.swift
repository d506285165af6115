import Ambient
import DockerEngine
import DockerProvider
import Glibc
import InfraAPI
import ProviderInterface
import Testing

@Suite(.enabled(if: TestEngine.isThere, TestEngine.reason))
struct DockerProviderTests {
    @Test func `containers and volumes carry the labels of their installation`() async throws {
        try await ProviderBed.with { bed in
            let volume = SystemRandomness().uuid()
            _ = try await bed.provider.createVolume(
                VolumeCreation(
                    uid: volume, size: Quantity(bytes: 1), set: "default/web", slot: 2, claim: "data"))
            var template = bed.template()
            template.labels = ["app": "web", "imm.dev/uid": "forged", "imm.dev/other": "forged"]
            var mount = VolumeMount()
            mount.name = "data"
            mount.mountPath = "/data"
            template.spec.volumeMounts = [mount]
            let creation = bed.creation(
                template, epoch: 3, volumes: [VolumeAttachmentRequest(claim: "data", volumeUID: volume)])
            _ = try await bed.provider.create(creation)
            let container = try await bed.engine.inspectContainer("imm_\(bed.installationID)_\(volume)")
            let base = [
                "imm.dev/installation": bed.installationID, "imm.dev/set": "default/web", "imm.dev/slot": "2",
            ]
            #expect(
                container.labels
                    == base.merging([
                        "imm.dev/uid": creation.handle.uid, "imm.dev/revision": "web-0123456789", "imm.dev/epoch": "3",
                        "app": "web",
                    ]) { $1 })
            let made = try await bed.engine.inspectVolume("imm_\(bed.installationID)_\(volume)")
            #expect(
                made.labels
                    == base.merging(["imm.dev/uid": volume, "imm.dev/claim": "data", "imm.dev/size": "1"]) { $1 })
        }
    }

    @Test func `limits, user, root file system and scratch paths are as the template says`() async throws {
        try await ProviderBed.with { bed in
            var template = bed.template()
            template.spec.user = "1000:1001"
            template.spec.workingDir = "/tmp"
            template.spec.writablePaths = ["/tmp", "/run"]
            template.spec.resources.memory = Quantity(bytes: 64 << 20)
            template.spec.resources.cpu = Quantity(milli: 500)
            template.spec.resources.pids = 50
            let handle = try await bed.running(bed.creation(template))
            #expect(try await bed.run("id -u; id -g", in: handle) == "1000\n1001\n")
            let writes = "cd /; for p in /run/x /tmp/x /etc/x; do touch $p 2>/dev/null && echo $p; done; true"
            let written = try await bed.run(writes, in: handle)
            #expect(written == "/run/x\n/tmp/x\n")
            let limits = try hostLimits(of: try #require(handle.providerID))
            #expect(limits == ["67108864", "50", "50000"])
            #expect(try await bed.container(handle).restartPolicy == "no")
        }
    }

    /// Memory, processes and CPU time (of 100 ms) as the kernel holds them, under cgroups v1 or v2.
    private func hostLimits(of id: String) throws -> [String] {
        let candidates = [
            [
                "memory/docker/\(id)/memory.limit_in_bytes", "docker/\(id)/memory.max",
                "system.slice/docker-\(id).scope/memory.max",
            ],
            ["pids/docker/\(id)/pids.max", "docker/\(id)/pids.max", "system.slice/docker-\(id).scope/pids.max"],
            ["cpu/docker/\(id)/cpu.cfs_quota_us", "docker/\(id)/cpu.max", "system.slice/docker-\(id).scope/cpu.max"],
        ]
        return try candidates.map { paths in
            let path = try #require(paths.map { "/sys/fs/cgroup/" + $0 }.first { access($0, R_OK) == 0 })
            return String(String(decoding: try readFile(path), as: UTF8.self).prefix { $0 != "\n" && $0 != " " })
        }
    }

    @Test func `files are there read-only with their modes, and go with their instance`() async throws {
        try await ProviderBed.with { bed in
            var template = bed.template()
            var plain = FileMount()
            plain.path = "/etc/app.conf"
            plain.content = "port = 80\n"
            plain.mode = 0o644
            var secret = FileMount()
            secret.path = "/run/key"
            secret.secretRef = SecretReference()
            secret.secretRef?.name = "tls"
            secret.secretRef?.key = "key"
            secret.mode = 0o400
            template.spec.files = [plain, secret]
            let creation = bed.creation(template, secrets: [secret.secretRef!: Array("s3cret-value".utf8)])
            let handle = try await bed.running(creation)
            let look =
                "cat /etc/app.conf /run/key; echo; stat -c %a /etc/app.conf /run/key; touch /etc/app.conf 2>&1 || true"
            let seen = try await bed.run(look, in: handle)
            #expect(seen.hasPrefix("port = 80\ns3cret-value\n644\n400\n"))
            #expect(seen.contains("Read-only file system"))
            var status = stat()
            #expect(stat(bed.filesDirectory + "/" + handle.uid, &status) == 0)
            #expect(status.st_mode & 0o777 == 0o700)
            try await bed.provider.destroy(handle)
            #expect(stat(bed.filesDirectory + "/" + handle.uid, &status) != 0)
        }
    }

    @Test func `a secret is in the environment, and in no label and no error`() async throws {
        try await ProviderBed.with { bed in
            var template = bed.template()
            var variable = EnvironmentVariable()
            variable.name = "TOKEN"
            variable.secretRef = SecretReference()
            variable.secretRef?.name = "api"
            variable.secretRef?.key = "token"
            template.spec.env = [variable]
            let secrets = [variable.secretRef!: Array("hunter2-token".utf8)]
            let handle = try await bed.running(bed.creation(template, secrets: secrets))
            #expect(try await bed.run("echo $TOKEN", in: handle) == "hunter2-token\n")
            #expect(!"\(try await bed.container(handle).labels)".contains("hunter2"))

            template.spec.workingDir = "hunter2-token"
            let broken = template
            let error = await expectError(.startRefused) {
                _ = try await bed.running(bed.creation(broken, secrets: secrets))
            }
            #expect(error?.message.contains("hunter2") == false)
            let missing = await expectError(.engineFailed) { _ = try await bed.provider.create(bed.creation(broken)) }
            #expect(missing?.message.contains("key token of secret api") == true)
        }
    }

    @Test func `ports are published on loopback alone, chosen or given, and shown by name`() async throws {
        try await ProviderBed.with { bed in
            guard try await hasBridge(bed) else { return }
            var template = bed.template("echo hi > /tmp/index.html; exec httpd -f -p 8080 -h /tmp")
            template.spec.network = "bridge"
            template.spec.writablePaths = ["/tmp"]
            var port = Port()
            port.name = "http"
            port.containerPort = 8080
            template.spec.ports = [port]
            let first = try await bed.running(bed.creation(template))
            let chosen = try #require(try await bed.provider.read(first).instance)
            #expect(chosen.ports.map(\.name) == ["http"])
            #expect(chosen.ports.first?.hostIP == "127.0.0.1")
            #expect(chosen.address?.hasPrefix("10.") == true)
            let hostPort = try #require(chosen.ports.first?.hostPort)
            #expect(hostPort > 0)

            template.spec.ports[0].hostPort = hostPort
            let clashing = template
            await expectError(.portTaken) { _ = try await bed.running(bed.creation(clashing)) }
            try await bed.provider.destroy(first)
            let second = try await bed.running(bed.creation(template))
            #expect(try await bed.provider.read(second).instance?.ports.first?.hostPort == hostPort)
        }
    }

    private func hasBridge(_ bed: ProviderBed) async throws -> Bool {
        (try? await bed.engine.inspectNetwork("bridge")) != nil
    }

    @Test func `on the host's network the ports are the instance's own`() async throws {
        try await ProviderBed.with { bed in
            var template = bed.template()
            var port = Port()
            port.name = "http"
            port.containerPort = 4711
            template.spec.ports = [port]
            let handle = try await bed.running(bed.creation(template))
            let instance = try #require(try await bed.provider.read(handle).instance)
            #expect(instance.address == "127.0.0.1")
            #expect(instance.ports.map(\.hostPort) == [4711])
        }
    }

    @Test func `what an image keeps in anonymous volumes goes with its instance`() async throws {
        try await ProviderBed.with { bed in
            var image = ScratchImage.busybox(
                tag: "imm-test/anonymous:\(bed.installationID)", binary: try readFile("/bin/busybox"), commands: ["sh"])
            image.instructions += ["VOLUME /anonymous"]
            image.labels = ["test": "anonymous"]
            var template = bed.template("sleep 1000")
            template.spec.image = try await image.build(on: bed.engine)
            let handle = try await bed.running(bed.creation(template))
            let name = try #require(try await bed.container(handle).mounts.first { $0.target == "/anonymous" }?.name)
            try await bed.provider.destroy(handle)
            await #expect(throws: DockerError.self) { _ = try await bed.engine.inspectVolume(name) }
            // By force: a copy of another test may be made through any image that is there.
            try await bed.engine.removeImage(template.spec.image, force: true)
        }
    }

    @Test func `what a container did by somebody else's hand is noticed, and it is never started again`() async throws {
        try await ProviderBed.with { bed in
            let handle = try await bed.running(bed.creation())
            _ = try await bed.provider.observe()
            try await bed.engine.killContainer(try #require(handle.providerID))
            _ = try await bed.engine.waitForContainer(try #require(handle.providerID), timeout: .seconds(10))
            let seen = try await bed.provider.observe().instances.first
            #expect(seen?.state == .exited(code: 137))
            #expect(seen?.finishedAt != nil)
            await expectError(.alreadyExited) { _ = try await bed.provider.start(handle) }
        }
    }

    @Test func `an image is resolved to what cannot change`() async throws {
        try await ProviderBed.with { bed in
            let digest = "repo/name@sha256:" + String(repeating: "a", count: 64)
            #expect(try await bed.provider.resolve(image: digest, askRegistryFirst: true) == digest)
            // A local image without a repository digest is its ID; the registry is not asked.
            #expect(try await bed.provider.resolve(image: TestEngine.imageTag, askRegistryFirst: true) == bed.image)
            #expect(try await bed.provider.resolve(image: bed.image, askRegistryFirst: false) == bed.image)
            try await bed.provider.prepare(image: bed.image)
            let unknown = "sha256:" + String(repeating: "0", count: 64)
            await expectError(.imageNotFound) {
                _ = try await bed.provider.resolve(image: unknown, askRegistryFirst: false)
            }
            await expectError(.imageNotFound) { try await bed.provider.prepare(image: unknown) }
            await expectError(.pullFailed) {
                _ = try await bed.provider.resolve(image: "127.0.0.1:1/no/registry:x", askRegistryFirst: false)
            }
            await expectError(.pullFailed) {
                try await bed.provider.prepare(
                    image: "127.0.0.1:1/no/registry@sha256:" + String(repeating: "a", count: 64))
            }
            var template = bed.template()
            template.spec.image = unknown
            let gone = template
            await expectError(.imageNotFound) { _ = try await bed.provider.create(bed.creation(gone)) }
        }
    }
}
