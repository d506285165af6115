import Ambient
import DiskImages
import Glibc
import InfraAPI
import ProcessControl
import ProviderInterface
import QEMUProvider
import QMP
import Testing

@Suite(.serialized, .enabled(if: TestImage.isThere, TestImage.reason))
struct MachineTests {
    @Test func `a machine outlives the controller, and the next one finds, uses and ends it`() async throws {
        try await MachineBed.with { bed in
            let volume = try await bed.volume()
            let handle = try await bed.running(bed.creation(epoch: 3, volumes: [volume]))
            let next = MachineBed.provider(bed.configuration)
            let identity = try await bed.provider.describe(recordedIdentity: nil).identity
            _ = try await next.describe(recordedIdentity: identity)
            let seen = try await next.observe().instances
            #expect(seen.count == 1 && seen.first?.state == .running && seen.first?.epoch == 3)
            #expect(seen.first?.volumeUIDs == [volume.volumeUID])
            #expect(try await bed.run("echo $IMM_EPOCH", in: handle, by: next) == "3\n")
            #expect(try await next.start(handle) == seen.first)
            try await next.destroy(handle)
            #expect(try await bed.provider.read(handle).instance == nil)
        }
    }

    @Test func `a machine that was killed has ended, keeps its volume, and is never started again`() async throws {
        try await MachineBed.with { bed in
            let volume = try await bed.volume()
            let handle = try await bed.running(bed.creation(epoch: 1, volumes: [volume]))
            try await bed.run("echo kept > /data/file; sync", in: handle)
            #expect(kill(try bed.pid(volume.volumeUID), SIGKILL) == 0)
            var state: ObservedInstance.State?
            while state != .exited(code: nil) { state = try await bed.provider.read(handle).instance?.state }
            await expectError(.alreadyExited) { _ = try await bed.provider.start(handle) }
            await expectError(.volumeInUse) {
                try await bed.provider.deleteVolume(VolumeHandle(uid: volume.volumeUID))
            }
            try await bed.provider.destroy(handle)
            let next = try await bed.running(bed.creation(epoch: 2, volumes: [volume]))
            #expect(try await bed.run("cat /data/file", in: next) == "kept\n")
        }
    }

    @Test func `a second process on a volume's disk is refused by QEMU itself`() async throws {
        try await MachineBed.with { bed in
            let volume = try await bed.volume()
            let handle = try await bed.running(bed.creation(epoch: 1, volumes: [volume]))
            let disk = "\(bed.configuration.directory)/volumes/\(volume.volumeUID)/disk"
            let second = try await ProgramRunner(time: SystemTime()).run(
                ProgramCall(
                    bed.configuration.emulator,
                    [
                        "-machine", "pc", "-S", "-nodefaults", "-display", "none", "-blockdev",
                        "driver=raw,node-name=a,file.driver=file,file.filename=\(disk)", "-device",
                        "virtio-blk-pci,drive=a",
                    ], environment: [:], directory: "/", timeout: .seconds(20)))
            #expect(second.exitCode == 1)
            #expect(String(decoding: second.errors, as: UTF8.self).contains("lock"))
            try await bed.provider.destroy(handle)
        }
    }

    @Test func `the root cannot be written, or what is written on it goes with the instance`() async throws {
        try await MachineBed.with { bed in
            let handle = try await bed.running(bed.creation())
            #expect(try await bed.run("mount -o remount,rw / 2>/dev/null || echo refused", in: handle) == "refused\n")
            try await bed.provider.destroy(handle)
            var template = bed.template()
            template.spec.readOnlyRootFilesystem = false
            let writing = try await bed.running(bed.creation(template))
            try await bed.run("mount -o remount,rw / && echo x > /written && sync", in: writing)
            try await bed.provider.destroy(writing)
            let next = try await bed.running(bed.creation(template))
            #expect(try await bed.run("ls /written 2>/dev/null || echo fresh", in: next) == "fresh\n")
            _ = try await bed.provider.images.verify(bed.image, again: true)
        }
    }

    @Test func `a published port reaches the guest, and a taken one is told and tried again`() async throws {
        try await MachineBed.with { bed in
            let taken = try TakenPort()
            defer { taken.close() }
            var template = bed.template("httpd -f -p 8080 -h /etc")
            var port = Port()
            (port.name, port.containerPort, port.hostPort) = ("http", 8080, taken.number)
            template.spec.ports = [port]
            let creation = bed.creation(template)
            let made = try await bed.provider.create(creation)
            await expectError(.portTaken) { _ = try await bed.provider.start(creation.handle) }
            #expect(try await bed.provider.read(creation.handle).instance == made)
            taken.close()
            let started = try await bed.provider.start(creation.handle)
            #expect(started.ports.map(\.hostPort) == [taken.number])
            #expect(try await fetch(port: taken.number, "/version") == "v1\n")
        }
    }

    /// By the guest's agent's own tool, through the host's loopback.
    private func fetch(port: Int, _ path: String) async throws -> String {
        for _ in 0..<50 {
            let result = try await ProgramRunner(time: SystemTime()).run(
                ProgramCall(
                    "/bin/busybox", ["wget", "-q", "-O", "-", "http://127.0.0.1:\(port)\(path)"], environment: [:],
                    directory: "/", timeout: .seconds(5)))
            if result.isSuccess { return String(decoding: result.output, as: UTF8.self) }
            try await SystemTime().sleep(for: .milliseconds(100))
        }
        return ""
    }

    @Test func `secrets reach the command, and stand neither in the process list nor in the sidecar`() async throws {
        try await MachineBed.with { bed in
            var template = bed.template()
            var reference = SecretReference()
            (reference.name, reference.key) = ("credentials", "password")
            var variable = EnvironmentVariable()
            (variable.name, variable.secretRef) = ("PASSWORD", reference)
            template.spec.env = [variable]
            template.spec.args = ["", "two words", "line\nend\n"]
            template.spec.command = ["/bin/sh", "-c", "printf '<%s>' \"$PASSWORD\" \"$@\"; sleep 1000", "sh"]
            let creation = bed.creation(template, secrets: [reference: Array("hunter2 ' \"$x".utf8)])
            let handle = try await bed.running(creation)
            let name = creation.handle.uid
            #expect(try await bed.run("echo \"$PASSWORD\"", in: handle) == "hunter2 ' \"$x\n")
            let line = try FileTree.read("/proc/\(try bed.pid(name))/cmdline", limit: 1 << 20) ?? []
            let sidecar = try FileTree.read(bed.directory(name) + "/instance.json", limit: 1 << 20) ?? []
            for text in [line, sidecar] { #expect(!String(decoding: text, as: UTF8.self).contains("hunter2")) }
            #expect(FileTree.mode(bed.directory(name) + "/seed") == 0o600)
        }
    }

    @Test func `an agent that says nothing is told with the place of the console`() async throws {
        var configuration: QEMUProviderConfiguration?
        try await MachineBed.with { bed in
            configuration = bed.configuration
            configuration?.bootTimeout = .milliseconds(1)
            let impatient = MachineBed.provider(try #require(configuration))
            _ = try await impatient.describe(recordedIdentity: nil)
            let creation = bed.creation()
            _ = try await impatient.create(creation)
            let error = await expectError(.engineFailed) { _ = try await impatient.start(creation.handle) }
            #expect(error?.message.contains("/console") == true)
            #expect(try await bed.provider.start(creation.handle).state == .running)
        }
    }
}

/// A port of the loopback that somebody listens on.
final class TakenPort: Sendable {
    let number: Int
    private let descriptor: Guarded<Int32>

    init() throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && listen(descriptor, 1) == 0
                    && getsockname(descriptor, $0, &length) == 0
            }
        }
        try #require(isBound)
        number = Int(UInt16(bigEndian: address.sin_port))
        self.descriptor = Guarded(descriptor)
    }

    func close() {
        descriptor.withLock { descriptor in
            if descriptor >= 0 { Glibc.close(descriptor) }
            descriptor = -1
        }
    }
}
