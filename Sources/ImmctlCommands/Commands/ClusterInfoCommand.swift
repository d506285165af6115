import ArgumentParser
import JSON
import ResourceAPI

struct ClusterInfoCommand: ImmctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "cluster-info",
        abstract: "Tell where the server is, how it was found, and whether it is ready.",
        discussion: """
            Exit status: 0 ready, 1 not ready, 3 no server.

            Examples:
              immctl cluster-info
              immctl cluster-info -o json
            """)

    @OptionGroup var output: ResultOutputOptions
    @OptionGroup var server: ServerOptions

    func run(in invocation: Invocation) async throws(CommandFailure) -> CommandStatus {
        let address = try server.address(invocation)
        return try await server.withSession(invocation) { session throws(CommandFailure) in
            let version = try await request("ask the server's version") { () throws(APIStatus) in
                try await session.version()
            }
            let trouble = try await trouble(session)
            let text = (version["gitVersion"]?.stringValue ?? "unknown").singleLine
            var info: JSONValue = [
                "address": .string("\(address)"), "foundBy": .string(address.origin), "version": .string(text),
                "ready": .bool(trouble == nil),
            ]
            if let trouble { info["message"] = .string(trouble) }
            try OutputRendering(console: invocation.console).show(info, as: output.output) {
                [
                    "imm is running at \(address) (\(address.origin))", "Version: \(text)",
                    "Ready: " + (trouble.map { "no: \($0)" } ?? "yes"),
                ]
            }
            return trouble == nil ? .success : .failed
        }
    }

    /// What the server lacks to be ready, by its own checks; nil when it lacks nothing.
    private func trouble(_ session: Session) async throws(CommandFailure) -> String? {
        do throws(APIStatus) {
            _ = try await session.raw("/readyz?verbose", nil)
            return nil
        } catch {
            guard error.reason != .unreachable else { throw CommandFailure(error, while: "ask whether it is ready") }
            return error.message.split(separator: "\n").map { String($0).singleLine }.joined(separator: "; ")
        }
    }
}
