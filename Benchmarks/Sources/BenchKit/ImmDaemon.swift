import Foundation

/// A release binary of immd as a child process, with its own data directory and socket.
package final class ImmDaemon {
    package let socket: String
    private let directory: String
    private let process = Process()
    /// When it was spawned.
    package let startedAt: Double

    package var pid: Int32 { process.processIdentifier }

    /// Starts it; it may not answer yet. `listen` is the address on TCP with TLS.
    package init(
        binary: String, directory: String, engineSocket: String, listen: String = "none", logLevel: String = "info"
    ) throws {
        self.directory = directory
        socket = directory + "/imm.sock"
        let log = directory + "/immd.log"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        if !FileManager.default.fileExists(atPath: log) {
            try "".write(toFile: log, atomically: false, encoding: .utf8)
        }
        process.executableURL = URL(fileURLWithPath: binary)
        process.arguments = [
            "--data-dir", directory + "/data", "--socket", socket, "--listen", listen, "--docker-endpoint",
            "unix://" + engineSocket,
            "--log-level", logLevel,
        ]
        let output = FileHandle(forWritingAtPath: log)
        output?.seekToEndOfFile()
        process.standardOutput = output
        process.standardError = output
        process.standardInput = FileHandle.nullDevice
        startedAt = Clock.now
        try process.run()
    }

    package func connection() throws -> UnixConnection { try UnixConnection(path: socket) }

    /// Waits for the answer to a read of a path; returns the seconds since the process was spawned.
    package func waitForAnswer(_ path: String = "/readyz") throws -> Double {
        try Clock.wait(for: "immd at \(socket) (see immd.log beside it)", seconds: 30, every: 0.001) {
            guard process.isRunning else { throw BenchmarkFailure("immd ended; see immd.log beside \(socket)") }
            return (try? connection().send("GET", path))?.status == 200
        }
        return Clock.now - startedAt
    }

    package func stop() {
        process.terminate()
        process.waitUntilExit()
    }

    // MARK: objects of namespace default

    private func path(_ plural: String, _ name: String = "") -> String {
        "/apis/imm.dev/v1alpha1/namespaces/default/\(plural)" + (name.isEmpty ? "" : "/\(name)")
    }

    /// Server-side apply.
    package func apply(
        _ kind: String, _ plural: String, _ name: String, _ spec: [String: Any], over connection: UnixConnection
    ) throws {
        let object: [String: Any] = [
            "apiVersion": "imm.dev/v1alpha1", "kind": kind, "metadata": ["name": name, "namespace": "default"],
            "spec": spec,
        ]
        let response = try connection.send(
            "PATCH", path(plural, name) + "?fieldManager=immctl", try JSONText.write(object),
            type: "application/apply-patch+yaml")
        guard response.status == 200 || response.status == 201 else {
            throw BenchmarkFailure("immd: apply \(plural)/\(name): \(response.status) \(response.text)")
        }
    }

    package func status(_ plural: String, _ name: String, over connection: UnixConnection) throws -> [String: Any] {
        JSONText.object(try connection.send("GET", path(plural, name)).body)["status"] as? [String: Any] ?? [:]
    }

    package func names(_ plural: String, over connection: UnixConnection) throws -> [String] {
        let items = JSONText.object(try connection.send("GET", path(plural)).body)["items"] as? [[String: Any]] ?? []
        return items.compactMap { ($0["metadata"] as? [String: Any])?["name"] as? String }
    }

    /// Deletes an object and waits until it is gone.
    package func delete(_ plural: String, _ name: String, over connection: UnixConnection) throws {
        _ = try connection.send("DELETE", path(plural, name))
        try Clock.wait(for: "the end of \(plural)/\(name)", seconds: 120) {
            try connection.send("GET", path(plural, name)).status == 404
        }
    }

    // MARK: what it costs, from /proc

    /// Resident memory in MiB.
    package func residentMiB() throws -> Double {
        let text = try String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
        let line = text.split(separator: "\n").first { $0.hasPrefix("VmRSS:") } ?? ""
        return (Double(line.split(whereSeparator: \.isWhitespace).dropFirst().first ?? "0") ?? 0) / 1024
    }

    /// Seconds of CPU used so far, in user and system mode; of programs that it ran and that have ended too, where asked for.
    package func cpuSeconds(withChildren: Bool = false) throws -> Double {
        let text = try String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)
        // The second field is a name that may hold blanks; utime and stime are the 14th and 15th.
        let fields = text[(text.lastIndex(of: ")") ?? text.startIndex)...].split(separator: " ")
        guard fields.count > 15 else { return 0 }
        let ticks = fields[12..<(withChildren ? 16 : 14)].compactMap { Double($0) }.reduce(0, +)
        return ticks / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    /// Bytes of all files in its data directory.
    package func storedBytes() -> Int {
        let root = URL(fileURLWithPath: directory + "/data")
        let files = FileManager.default.enumerator(at: root, includingPropertiesForKeys: [.fileSizeKey])
        return (files?.compactMap { ($0 as? URL) } ?? []).reduce(0) { sum, file in
            sum + ((try? file.resourceValues(forKeys: [.fileSizeKey]))?.fileSize ?? 0)
        }
    }
}
