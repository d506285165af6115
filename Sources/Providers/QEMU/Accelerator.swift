internal import Ambient
internal import ProcessControl
internal import ProviderInterface

/// What makes guests run.
enum Accelerator: String, Sendable {
    case kvm = "KVM"
    /// QEMU's own translation: everywhere, and ten times slower.
    case tcg = "TCG"

    var argument: String {
        switch self {
        case .kvm: "kvm"
        // The buffer of translated code; the default is much of the memory.
        case .tcg: "tcg,tb-size=32"
        }
    }
}

/// What QEMU is here, found out once.
struct EmulatorAbilities: Sendable {
    static let minimumVersion = [7, 0]

    var version: String
    var accelerator: Accelerator

    /// What stands in the Provider's status: `QEMU 7.2.22 (TCG)`.
    var description: String { "QEMU \(version) (\(accelerator.rawValue))" }

    static func find(
        _ configuration: QEMUProviderConfiguration, _ surroundings: Surroundings
    ) async throws(ProviderError) -> EmulatorAbilities {
        for (program, package) in [
            (configuration.emulator, "qemu-system-x86"), (configuration.qemuImage, "qemu-utils"),
            (configuration.makeFileSystem, "e2fsprogs"),
        ] where !FileTree.isThere(program) {
            throw ProviderError(.unreachable, "there is no \(program) on this host; install the package \(package)")
        }
        let call = ProgramCall(
            configuration.emulator, ["--version"], environment: ["LC_ALL": "C"], directory: "/", timeout: .seconds(20))
        let result: ProgramResult
        do throws(ProgramFailure) {
            result = try await ProgramRunner(time: surroundings.time).run(call)
        } catch {
            throw ProviderError(.unreachable, "\(configuration.emulator) does not run: \(error)")
        }
        guard let version = version(in: String(decoding: result.output, as: UTF8.self)) else {
            throw ProviderError(.unreachable, "\(configuration.emulator) --version names no version")
        }
        let numbers = version.split(separator: ".").compactMap { Int($0) }
        guard !numbers.lexicographicallyPrecedes(minimumVersion) else {
            throw ProviderError(
                .unreachable,
                "\(configuration.emulator) is QEMU \(version), and 7.0 or newer is needed; install a newer qemu-system-x86"
            )
        }
        let hasKVM = await kvmWorks(configuration, surroundings)
        return EmulatorAbilities(version: version, accelerator: hasKVM ? .kvm : .tcg)
    }

    /// `QEMU emulator version 7.2.22 (Debian …)`
    static func version(in text: String) -> String? {
        let words = text.split { $0 == " " || $0 == "\n" }
        guard let index = words.firstIndex(of: "version"), index + 1 < words.count else { return nil }
        let version = words[index + 1]
        return version.first?.isNumber == true ? String(version) : nil
    }

    /// Whether the processor itself runs guests. A kernel may offer KVM without that, and then it does not run all that boots.
    private static func hasVirtualization() -> Bool {
        guard let bytes = try? FileTree.read("/proc/cpuinfo", from: 0, limit: 64 << 10) else { return false }
        let flags = String(decoding: bytes, as: UTF8.self).split(separator: "\n").first { $0.hasPrefix("flags") }
        return flags?.split(separator: " ").contains { $0 == "vmx" || $0 == "svm" } ?? false
    }

    /// Whether a machine gets through its firmware under KVM. That the device is there says little: nested in another
    /// machine it may exist and run nothing.
    private static func kvmWorks(_ configuration: QEMUProviderConfiguration, _ surroundings: Surroundings) async -> Bool
    {
        guard FileTree.isThere("/dev/kvm"), hasVirtualization() else { return false }
        guard
            let place = try? PrivateDirectory(configuration.directory + "/incoming").temporary(
                "kvm-", surroundings.randomness)
        else { return false }
        defer { place.remove() }
        let log = place.path + "/firmware"
        let speaks: @Sendable () -> Bool = { (FileTree.fingerprint(log)?.bytes ?? 0) > 0 }
        // SeaBIOS tells about itself on this port; the machine is ended at its first word.
        let call = ProgramCall(
            configuration.emulator,
            [
                "-nodefaults", "-no-user-config", "-display", "none", "-machine", "pc", "-accel", "kvm", "-m", "32M",
                "-chardev", "file,id=firmware,path=firmware", "-device", "isa-debugcon,iobase=0x402,chardev=firmware",
            ], environment: ["LC_ALL": "C"], directory: place.path, timeout: .seconds(5), isExceeded: speaks)
        _ = try? await ProgramRunner(time: surroundings.time).run(call)
        return speaks()
    }
}
