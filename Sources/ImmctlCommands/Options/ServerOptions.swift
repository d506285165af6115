import ArgumentParser

/// Where the server is; on every command that asks it.
struct ServerOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Address of the server: unix:///path, http://… or https://… [IMM_SERVER]", valueName: "address"))
    var server: String?

    @Option(
        help: ArgumentHelp("Socket of the server [IMM_SOCKET]", valueName: "path"), completion: .file())
    var socket: String?

    func connect(_ invocation: Invocation) throws(CommandFailure) -> Session {
        try invocation.connect(
            ServerAddress.resolve(server: server, socket: socket, environment: invocation.environment))
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
