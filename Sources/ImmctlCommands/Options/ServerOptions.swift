import ArgumentParser
import ClusterCredentials

/// Where the server is; on every command that asks it.
struct ServerOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Address of the server: unix:///path, http://… or https://… [IMM_SERVER]", valueName: "address"))
    var server: String?

    @Option(
        help: ArgumentHelp("Socket of the server [IMM_SOCKET]", valueName: "path"), completion: .file())
    var socket: String?

    @Option(
        help: ArgumentHelp(
            "File that says where the server is and who you are [IMM_KUBECONFIG]", valueName: "path"),
        completion: .file())
    var kubeconfig: String?

    @Option(help: "Context of the kubeconfig; without it, the current one.")
    var context: String?

    func address(_ invocation: Invocation) throws(CommandFailure) -> ServerAddress {
        try ServerAddress.resolve(
            server: server, socket: socket, kubeconfig: kubeconfig, context: context,
            environment: invocation.environment, program: invocation.program)
    }

    func connect(_ invocation: Invocation) throws(CommandFailure) -> Session {
        let address = try address(invocation)
        if case .selected(let selected) = address.location, selected.isUnverified {
            invocation.console.warn(
                "the server is not verified: insecure-skip-tls-verify stands in the kubeconfig (\(address))")
        }
        return try invocation.connect(address)
    }

    /// Runs `body` with a connection, and ends the connection after it.
    func withSession<Result>(
        _ invocation: Invocation, _ body: (Session) async throws(CommandFailure) -> Result
    ) async throws(CommandFailure) -> Result {
        let session = try connect(invocation)
        defer { session.close() }
        return try await body(session)
    }
}
