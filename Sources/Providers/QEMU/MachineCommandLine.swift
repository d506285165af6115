internal import QMP

/// The arguments of a machine's process. Its own files are named relative to its directory, where it runs.
struct MachineCommandLine {
    let record: MachineRecord
    let accelerator: Accelerator
    /// The root's format and file: the overlay, or the read-only image.
    let rootFormat: String
    let rootFile: String
    /// Absolute paths of volumes by uid.
    let volumeFiles: [String: String]
    /// Host ports by the port's name.
    let hostPorts: [String: Int]

    var arguments: [String] {
        var arguments = ["-nodefaults", "-no-user-config", "-no-reboot", "-display", "none", "-machine", "pc"]
        arguments += ["-accel", accelerator.argument]
        arguments += ["-smp", String(record.processors), "-m", "\(max(1, record.memoryBytes >> 20))M"]
        // Nothing of the guest runs before its start is written down.
        arguments += ["-S", "-pidfile", MachineFile.pid]
        arguments += ["-chardev", socket("qmp", MachineFile.monitor), "-mon", "chardev=qmp,mode=control"]
        arguments += ["-chardev", file("console", MachineFile.console), "-serial", "chardev:console"]
        arguments += ["-device", "virtio-serial-pci,id=ports"]
        arguments += ["-chardev", socket("agent", MachineFile.agent)] + port("agent")
        arguments += ["-chardev", file("status", MachineFile.status)] + port("status")
        arguments += ["-chardev", file("output", MachineFile.output)] + port("output")
        arguments += disk(
            "root", format: rootFormat, file: rootFile, isReadOnly: record.hasReadOnlyRoot,
            serial: DiskReference.rootSerial, bootIndex: 1)
        arguments += disk(
            "seed", format: "raw", file: MachineFile.seed, isReadOnly: true, serial: DiskReference.seedSerial)
        for volume in record.volumes {
            arguments += [
                "-blockdev",
                node(
                    DiskReference.node(of: volume.uid), format: "raw", file: volumeFiles[volume.uid] ?? "",
                    isReadOnly: false),
                "-device",
                QEMUOption("virtio-blk-pci").with("id", DiskReference.device(of: volume.uid))
                    .with("drive", DiskReference.node(of: volume.uid))
                    .with("serial", DiskReference.serial(of: volume.uid)).argument,
            ]
        }
        return arguments + network
    }

    private func socket(_ id: String, _ path: String) -> String {
        QEMUOption("socket").with("id", id).with("path", path).with("server", true).with("wait", false).argument
    }

    private func file(_ id: String, _ path: String) -> String {
        QEMUOption("file").with("id", id).with("path", path).with("append", true).argument
    }

    private func port(_ name: String) -> [String] {
        ["-device", QEMUOption("virtserialport").with("chardev", name).with("name", "dev.imm.\(name)").argument]
    }

    private func node(_ name: String, format: String, file: String, isReadOnly: Bool) -> String {
        QEMUOption().with("driver", format).with("node-name", name).with("read-only", isReadOnly)
            .with("file.driver", "file").with("file.filename", file).argument
    }

    private func disk(
        _ id: String, format: String, file: String, isReadOnly: Bool, serial: String, bootIndex: Int? = nil
    ) -> [String] {
        var device = QEMUOption("virtio-blk-pci").with("id", "disk-\(id)").with("drive", id).with("serial", serial)
        if let bootIndex { device = device.with("bootindex", bootIndex) }
        return ["-blockdev", node(id, format: format, file: file, isReadOnly: isReadOnly), "-device", device.argument]
    }

    /// Nothing goes out, and only published ports come in: QEMU's own network would reach the host's loopback.
    private var network: [String] {
        guard record.hasNetwork else { return [] }
        var backend = QEMUOption("user").with("id", "net").with("restrict", true)
        for port in record.ports {
            let transport = port.isUDP ? "udp" : "tcp"
            backend = backend.with("hostfwd", "\(transport):127.0.0.1:\(hostPorts[port.name] ?? 0)-:\(port.guestPort)")
        }
        return ["-netdev", backend.argument, "-device", "virtio-net-pci,netdev=net,romfile="]
    }
}

/// Names of files in an instance's directory.
enum MachineFile {
    static let record = "instance.json"
    /// Written before the guest may run.
    static let started = "started.json"
    static let process = "process.json"
    static let ended = "ended.json"
    static let life = "life"
    static let pid = "pid"
    static let monitor = "qmp"
    static let agent = "agent"
    /// What the agent says at once and once: `ready`, `refused WORD`, `exited CODE`.
    static let status = "status"
    /// What the command writes, each line with its time.
    static let output = "output"
    static let console = "console"
    static let seed = "seed"
    static let overlay = "overlay.qcow2"
    /// What QEMU itself says.
    static let emulatorLog = "qemu.log"
}
