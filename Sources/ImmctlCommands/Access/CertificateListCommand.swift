import Ambient
import ArgumentParser
import JSON
import ResourceAPI

struct CertificateListCommand: ImmctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the client certificates that were made here or revoked, and have not expired.",
        discussion: """
            Examples:
              immctl certificate list
              immctl certificate list -o json
            """)

    @OptionGroup var output: ResultOutputOptions
    @OptionGroup var server: ServerOptions

    func run(in invocation: Invocation) async throws(CommandFailure) -> CommandStatus {
        try await server.withSession(invocation) { session throws(CommandFailure) in
            let answer = try await request("list the certificates") { () throws(APIStatus) in
                try await session.json(CertificateCommand.path)
            }
            try OutputRendering(console: invocation.console).show(answer, as: output.output) {
                table(answer["certificates"]?.arrayValue ?? [], now: invocation.now).lines()
            }
            return .success
        }
    }

    private func table(_ certificates: [JSONValue], now: Timestamp) -> TextTable {
        var table = TextTable("serial", "user", "groups", "expires", "revoked", "made by")
        for certificate in certificates {
            func text(_ name: String) -> String? { certificate[name]?.stringValue?.singleLine }
            let end = text("expiresAt")
            if let end, let time = Timestamp(rfc3339: end), time <= now { continue }
            let groups = (certificate["groups"]?.arrayValue ?? []).compactMap { $0.stringValue?.singleLine }
            table.rows.append([
                text("serial") ?? "", text("user") ?? "<unknown>", groups.joined(separator: ","), end ?? "<unknown>",
                text("revokedAt") ?? "no", text("createdBy") ?? "",
            ])
        }
        return table
    }
}
