internal import Ambient
internal import DiskImages
import Glibc
internal import JSON
internal import ProcessControl
internal import ProviderInterface
internal import QMP

/// Starts a machine that never ran.
///
/// The process is started with its processors stopped, so that whatever fails until then (a port, an image's lock) has run nothing and
/// can be tried again. What is written before they run says that the guest may have run.
struct MachineStart {
    let provider: QEMUProvider
    let machine: Machine

    private var state: StateDirectory { provider.state }
    private var configuration: QEMUProviderConfiguration { provider.configuration }
    private var time: any TimeSource { provider.surroundings.time }

    func run() async throws(ProviderError) {
        // Of a start that was broken off: it never ran.
        try await machine.kill(state, time)
        let accelerator = try await provider.emulator().accelerator
        let commandLine = try await commandLine(accelerator)
        for file in [
            MachineFile.pid, MachineFile.process, MachineFile.monitor, MachineFile.agent, MachineFile.status,
            MachineFile.output, MachineFile.console, MachineFile.emulatorLog,
        ] { FileTree.remove(machine.path(file)) }
        let program = DetachedProgram(
            configuration.emulator, commandLine.arguments, environment: ["LC_ALL": "C", "PATH": "/usr/bin:/bin"],
            directory: machine.directory, outputFile: machine.path(MachineFile.emulatorLog),
            lifeFile: machine.path(MachineFile.life))
        let pid = try files { () throws(FileFailure) in try program.start() }
        let startTime = ProcessIdentity(current: pid)?.startTime ?? ""
        let process = MachineProcess(pid: pid, startTime: startTime, hostPorts: commandLine.hostPorts)
        do throws(ProviderError) {
            try state.replace(machine.directory, MachineFile.process, process.json)
            let client = try await connect()
            defer { client.close() }
            try state.replace(
                machine.directory, MachineFile.started, ["startedAt": .string(time.now.rfc3339Micro)])
            do throws(QMPError) { try await client.resume() } catch { throw ProviderError(error, machine) }
        } catch {
            // What has not run is tried again; what has run is found as it is.
            if try state.read(machine.path(MachineFile.started)) == nil {
                try await machine.kill(state, time)
            }
            throw error
        }
    }

    private func commandLine(_ accelerator: Accelerator) async throws(ProviderError) -> MachineCommandLine {
        let record = machine.record
        let image: DiskImage
        do throws(DiskImageError) {
            image = try await provider.images.verify(record.image)
        } catch {
            throw ProviderError(error)
        }
        let imageFile = provider.images.path(of: image.digest)
        var volumeFiles: [String: String] = [:]
        for volume in record.volumes {
            guard let stored = try provider.volume(uid: volume.uid) else {
                throw ProviderError(.notFound, "the volume \(volume.uid) of claim \(volume.claim) is missing")
            }
            volumeFiles[volume.uid] = stored.disk
        }
        if !record.hasReadOnlyRoot { try await makeOverlay(on: imageFile, image.format) }
        var hostPorts: [String: Int] = [:]
        for port in record.ports {
            if let chosen = port.hostPort {
                hostPorts[port.name] = chosen
            } else {
                hostPorts[port.name] = try FreePort.find(isUDP: port.isUDP, besides: hostPorts.values)
            }
        }
        return MachineCommandLine(
            record: record, accelerator: accelerator,
            rootFormat: record.hasReadOnlyRoot ? image.format.rawValue : "qcow2",
            rootFile: record.hasReadOnlyRoot ? imageFile : MachineFile.overlay, volumeFiles: volumeFiles,
            hostPorts: hostPorts)
    }

    /// What the guest writes on its root goes here, and goes with the instance.
    private func makeOverlay(on image: String, _ format: DiskImage.Format) async throws(ProviderError) {
        FileTree.remove(machine.path(MachineFile.overlay))
        try await provider.runTool(
            configuration.qemuImage,
            ["create", "-q", "-f", "qcow2", "-b", image, "-F", format.rawValue, "--", MachineFile.overlay],
            in: machine.directory, doing: "make the overlay of machine \(machine.name)")
    }

    /// The socket is there a moment after the process.
    private func connect() async throws(ProviderError) -> QMPClient {
        let deadline = time.uptime + .seconds(30)
        while true {
            do throws(QMPError) {
                return try await QMPClient.open(
                    directory: machine.directory, name: MachineFile.monitor, time: time, timeout: .seconds(10))
            } catch {
                let isAlive = try machine.hasProcess()
                guard isAlive else { throw refusal() }
                guard error.kind == .unreachable || error.kind == .closed, time.uptime < deadline else {
                    throw ProviderError(error, machine)
                }
            }
            try await Machine.pause(.milliseconds(10), time, during: "start machine \(machine.name)")
        }
    }

    /// Why QEMU ended before the guest ran.
    private func refusal() -> ProviderError {
        let bytes = (try? FileTree.read(machine.path(MachineFile.emulatorLog), limit: 1 << 20)) ?? []
        let text = OutputText.line(String(decoding: bytes.suffix(2000), as: UTF8.self))
        let code: ProviderError.Code =
            if text.contains("Could not set up host forwarding rule") {
                .portTaken
            } else if text.contains("Failed to get") && text.contains("lock") {
                .volumeInUse
            } else { .engineFailed }
        return ProviderError(
            code, "QEMU did not start machine \(machine.name): \(text.isEmpty ? "it said nothing" : text)")
    }
}

/// Ports of the loopback that nobody listens on.
enum FreePort {
    static func find(isUDP: Bool, besides taken: some Collection<Int>) throws(ProviderError) -> Int {
        for _ in 0..<20 {
            let kind = Int32((isUDP ? SOCK_DGRAM : SOCK_STREAM).rawValue) | Int32(SOCK_CLOEXEC.rawValue)
            let descriptor = socket(AF_INET, kind, 0)
            guard descriptor >= 0 else { break }
            defer { close(descriptor) }
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            let isBound = withUnsafeMutablePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
                }
            }
            let port = Int(UInt16(bigEndian: address.sin_port))
            if isBound, !taken.contains(port) { return port }
        }
        throw ProviderError(.portTaken, "no port of 127.0.0.1 is free for a machine")
    }
}
