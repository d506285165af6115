import Ambient

/// Makes the daemon's unix socket reachable for clients that know TCP alone: a loopback port, passed on byte by byte.
struct SocketProxy: Sendable {
    private let process: ChildProcess
    private let directory: String
    private let port: Int

    init(_ bed: Bed) async throws {
        directory = bed.directory
        let output = bed.directory + "/proxy.out"
        let script = #filePath.dropLast("SocketProxy.swift".count) + "Python/proxy.py"
        process = try ChildProcess(
            KubernetesClients.python + "/python", [String(script), bed.daemon.socket], output: output)
        let end = SystemTime().now + .seconds(30)
        while SystemTime().now < end {
            if let line = try? readText(output), line.hasSuffix("\n"), let port = Int(line.dropLast()) {
                self.port = port
                return
            }
            try await Task.sleep(for: .milliseconds(20))
        }
        process.end()
        throw Failure("the proxy does not listen: \((try? readText(output)) ?? "")")
    }

    func end() { process.end() }

    func kubeconfig() throws -> String {
        let path = directory + "/kubeconfig"
        try write(
            """
            apiVersion: v1
            kind: Config
            clusters: [{name: imm, cluster: {server: 'http://127.0.0.1:\(port)'}}]
            contexts: [{name: imm, context: {cluster: imm, user: imm, namespace: default}}]
            current-context: imm
            users: [{name: imm, user: {}}]

            """, to: path)
        return path
    }
}
