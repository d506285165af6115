import Ambient
import Glibc
import Testing

/// Plays the commands of a transcript in a shell, one process each, in the bed's folder.
///
/// They find `kubectl` and its plugin `kubectl imm` in their PATH, a kubeconfig in KUBECONFIG, a manifest in web.yaml, its image in IMAGE and another one
/// in IMAGE2, and the Python scripts in PYTHON_CLIENTS.
struct TranscriptRun: Sendable {
    private static let timeout = Duration.seconds(90)

    private let bed: Bed
    private let version: String
    private let environment: [String: String]

    static func with(_ bed: Bed, kubectl version: String, _ body: (TranscriptRun) async throws -> Void) async throws {
        let image = try await bed.image("v1")
        let second = try await bed.image("v2")
        try write(manifest(image), to: bed.directory + "/web.yaml")
        // kubectl's plugin is immctl under another name.
        let plugins = bed.directory + "/plugins"
        guard mkdir(plugins, 0o700) == 0, symlink(Daemon.programs + "/immctl", plugins + "/kubectl-imm") == 0 else {
            throw Failure("no plugin of kubectl can be made in \(plugins)")
        }
        let path = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"
        let environment = [
            "PATH": "\(plugins):\(KubernetesClients.kubectl(version)):\(KubernetesClients.python):\(path)",
            "HOME": bed.directory,
            "KUBECONFIG": bed.daemon.kubeconfig, "TMPDIR": bed.directory, "IMAGE": image, "IMAGE2": second, "TZ": "UTC",
            "KUBECTL_REMOTE_COMMAND_WEBSOCKETS": "true",
            "PYTHON_CLIENTS": #filePath.dropLast("TranscriptRun.swift".count) + "Python",
        ]
        try await body(TranscriptRun(bed: bed, version: version, environment: environment))
    }

    private static func manifest(_ image: String) -> String {
        """
        apiVersion: imm.dev/v1alpha1
        kind: InstanceSet
        metadata:
          name: web
          labels:
            tier: front
        spec:
          replicas: 2
          template:
            metadata:
              labels:
                app: web
            spec:
              image: \(image)
              network: none
              terminationGracePeriodSeconds: 1

        """
    }

    /// - Throws: when the command cannot be run at all; an output that differs is recorded, and the next command has its turn.
    func play(_ step: Transcript.Step, of transcript: Transcript) async throws {
        let output = bed.directory + "/command.out"
        unlink(output)
        let process = try ChildProcess(
            "/bin/bash", ["-c", "set -o pipefail; cd '\(bed.directory)'; \(step.command)"], environment: environment,
            output: output)
        let exit = try await process.wait(TranscriptRun.timeout)
        process.end()
        let said = try readText(output)
        if exit == .code(step.exitCode), ExpectedOutput(step.expected).matches(said) { return }
        let ending = exit.map { "\($0)" } ?? "not within \(TranscriptRun.timeout)"
        Issue.record(
            """
            \(transcript.name).txt:\(step.line), kubectl \(version)
            $ \(step.command)
            --- it said, and ended with \(ending):
            \(said)--- expected, with code(\(step.exitCode)):
            \(step.expected.joined(separator: "\n"))
            """,
            sourceLocation: SourceLocation(
                fileID: "EndToEndTests/\(transcript.name).txt", filePath: transcript.path, line: step.line, column: 1))
    }
}

/// Replaces the file.
func write(_ text: String, to path: String) throws {
    guard let file = fopen(path, "w") else { throw Failure("\(path) cannot be written") }
    defer { fclose(file) }
    fputs(text, file)
}
