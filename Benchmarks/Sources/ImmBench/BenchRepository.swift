import BenchKit
import Foundation

/// A bare repository behind a `git daemon` on loopback.
final class BenchRepository {
    private let directory: String
    private let daemon = Process()
    private let port: Int

    /// The same repository under another name: for immd another one.
    func alias(_ name: String) throws -> String {
        let link = "\(directory)/\(name).git"
        if !FileManager.default.fileExists(atPath: link) {
            try FileManager.default.createSymbolicLink(
                atPath: link, withDestinationPath: "\(directory)/fleet.git")
        }
        return "git://127.0.0.1:\(port)/\(name).git"
    }

    var url: String { "git://127.0.0.1:\(port)/fleet.git" }

    init(_ directory: String) throws {
        self.directory = directory
        port = 20_000 + Int.random(in: 0..<10_000)
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        _ = try git(["init", "--quiet", "--bare", "--initial-branch=main", "\(directory)/fleet.git"])
        let programs = try git(["--exec-path"])
        daemon.executableURL = URL(fileURLWithPath: "\(programs)/git-daemon")
        daemon.arguments = [
            "--reuseaddr", "--listen=127.0.0.1", "--port=\(port)", "--export-all", "--base-path=\(directory)",
            directory,
        ]
        daemon.standardInput = FileHandle.nullDevice
        daemon.standardError = FileHandle.nullDevice
        try daemon.run()
        try Clock.wait(for: "git daemon", seconds: 10) { (try? git(["ls-remote", url])) != nil }
    }

    /// Commits files on top of main: contents by path.
    func commit(_ files: [String: String]) throws {
        let index = "\(directory)/index"
        try? FileManager.default.removeItem(atPath: index)
        let parent = try? git(["rev-parse", "--verify", "--quiet", "refs/heads/main"])
        let environment = ["GIT_DIR": "\(directory)/fleet.git", "GIT_INDEX_FILE": index]
        if parent != nil { _ = try git(["read-tree", "main"], environment) }
        let listing = try files.sorted { $0.key < $1.key }.map { path, content in
            "100644 \(try git(["hash-object", "-w", "--stdin"], environment, input: content))\t\(path)\n"
        }.joined()
        _ = try git(["update-index", "--add", "--index-info"], environment, input: listing)
        let tree = try git(["write-tree"], environment)
        let commit = try git(
            ["commit-tree", "-m", "Change"] + (parent.map { ["-p", $0] } ?? []) + [tree], environment)
        _ = try git(["update-ref", "refs/heads/main", commit], environment)
    }

    func stop() {
        daemon.terminate()
        daemon.waitUntilExit()
    }

    private func git(_ arguments: [String], _ environment: [String: String] = [:], input: String = "") throws -> String
    {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["git"] + arguments
        process.environment = [
            "PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": directory, "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_DIR": "\(directory)/fleet.git", "GIT_AUTHOR_NAME": "bench", "GIT_AUTHOR_EMAIL": "bench@example.org",
            "GIT_COMMITTER_NAME": "bench", "GIT_COMMITTER_EMAIL": "bench@example.org",
        ].merging(environment) { $1 }
        let (output, source) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardInput = source
        process.standardError = FileHandle.nullDevice
        try process.run()
        source.fileHandleForWriting.write(Data(input.utf8))
        try source.fileHandleForWriting.close()
        let said = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw BenchmarkFailure("git \(arguments.first ?? ""): failed") }
        return String(decoding: said, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
