import Ambient
import DockerEngine
import Glibc

/// An engine of one test alone, which may be killed and started again (scripts/private-dockerd).
final class PrivateEngine: Sendable {
    /// What an engine that starts does with the containers that an earlier one left running.
    enum Leftovers: Sendable {
        case takenOver
        case ended
    }

    let directory: String
    let engine: DockerEngine
    let socketPath: String

    /// Starts one, hands it in, and stops it with all that it holds.
    ///
    /// - Parameters:
    ///   - root: folder below which it keeps its data.
    ///   - options: of dockerd.
    static func with(
        below root: String = temporaryRoot, options: [String] = [], _ body: (PrivateEngine) async throws -> Void
    ) async throws {
        let directory = "\(root)/imm-engine-\(TestEngine.freshID())"
        let socket = try await script("start", directory, ["--no-bridge", "--"] + options)
        let engine = PrivateEngine(directory: directory, socketPath: socket)
        do {
            try await body(engine)
        } catch {
            try? await engine.stop()
            throw error
        }
        try await engine.stop()
    }

    private init(directory: String, socketPath: String) {
        self.directory = directory
        self.socketPath = socketPath
        engine = DockerEngine(socketPath: socketPath, time: SystemTime())
    }

    /// kill -9 of the engine alone: its containers run on.
    func kill() async throws { _ = try await PrivateEngine.script("kill", directory) }

    /// Starts it again, with all that it held when it was killed.
    func start(_ leftovers: Leftovers = .takenOver) async throws {
        _ = try await PrivateEngine.script(
            "start", directory, ["--no-bridge"] + (leftovers == .takenOver ? ["--live-restore"] : []))
    }

    private func stop() async throws {
        engine.shutdown()
        _ = try await PrivateEngine.script("stop", directory)
    }

    /// The folder of a volume's data: it can be read while no engine runs.
    func dataFolder(ofVolume name: String) -> String { "\(directory)/engine/data/volumes/\(name)/_data" }

    /// Runs the script to its end; returns the last line that it wrote.
    private static func script(
        _ command: String, _ directory: String, _ options: [String] = []
    ) async throws -> String {
        let output = directory + ".script"
        defer { remove(output) }
        let path = repositoryRoot + "/scripts/private-dockerd"
        let process = try ChildProcess("/bin/bash", [path, command, directory] + options, output: output)
        let exit = try await process.wait(.seconds(90))
        process.end()
        let said = try readText(output)
        guard exit == .code(0) else { throw Failure("private-dockerd \(command) \(options): \(said)") }
        return said.split(separator: "\n").last.map(String.init) ?? ""
    }

    /// Where the scripts are: this file's own place, links resolved.
    private static let repositoryRoot: String = {
        guard let path = realpath(#filePath, nil) else { return "." }
        defer { free(path) }
        return String(cString: path).split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 }
    }()
}
