import APIClient
import Ambient
import Glibc
import HTTPTransport

/// An immd on a Kubernetes API server.
final class ClusterProcess: Sendable {
    let process: ChildProcess
    let logPath: String

    init(_ arguments: [String], environment: [String: String] = [:], directory: String, number: Int) throws {
        logPath = "\(directory)/immd-\(number).log"
        process = try ChildProcess(
            Daemon.programs + "/immd",
            [
                "--store", "kubernetes", "--data-dir", directory + "/data", "--health-listen", "127.0.0.1:0",
                "--log-level", "debug",
            ] + arguments, environment: environment, output: logPath)
    }

    deinit { process.end() }

    var log: String { (try? readText(logPath)) ?? "" }

    private func line(_ message: String) -> Substring? {
        log.split(separator: "\n").first { $0.contains(message) }
    }

    private func value(_ name: String, of message: String) -> String? {
        line(message)?.split(separator: " ").first { $0.hasPrefix(name + "=") }.map {
            String($0.dropFirst(name.count + 1))
        }
    }

    /// Who it is in the Lease.
    var identity: String? { value("identity", of: "immd starts on Kubernetes") }
    var installation: String? { value("installation", of: "the cluster is known") }

    /// The answer of its health endpoint; nil: there is none yet.
    func health(_ path: String) async throws -> (code: Int, text: String)? {
        guard let port = value("address", of: "health and metrics listening")?.split(separator: ":").last else {
            return nil
        }
        let transport = HTTPTransport(endpoint: .tcp(base: "http://127.0.0.1:\(port)"))
        defer { transport.shutdown() }
        let answer = try await transport.send(HTTPRequest(.get, path))
        return (answer.status, String(decoding: answer.body, as: UTF8.self))
    }

    func wait(
        for what: String, _ timeout: Duration = .seconds(60), until isDone: () async throws -> Bool
    ) async throws {
        let end = SystemTime().now + timeout
        while try await !isDone() {
            if let exit = process.poll() { throw Failure("immd ended with \(exit):\n\(log.lastLines(20))") }
            guard SystemTime().now < end else { throw Failure("\(what): not after \(timeout):\n\(log.lastLines(25))") }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    func waitUntilReady() async throws {
        try await wait(for: "immd ready") { try await health("/readyz")?.code == 200 }
    }

    /// SIGTERM.
    func stop() async throws -> ChildProcess.Exit? {
        process.send(SIGTERM)
        return try await process.wait(.seconds(15))
    }
}
