import ArgumentParser
import JSON
import ResourceAPI

struct AuthWhoAmICommand: ImmctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "whoami",
        abstract: "Tell who you are to the server.",
        discussion: """
            Examples:
              immctl auth whoami
              immctl auth whoami -o json
            """)

    private static let path = "/apis/authentication.k8s.io/v1/selfsubjectreviews"

    @OptionGroup var output: ResultOutputOptions
    @OptionGroup var server: ServerOptions

    func run(in invocation: Invocation) async throws(CommandFailure) -> CommandStatus {
        let review: JSONValue = ["apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"]
        return try await server.withSession(invocation) { session throws(CommandFailure) in
            let answer = try await request("ask who you are") { () throws(APIStatus) in
                try await session.json(AuthWhoAmICommand.path, review)
            }
            guard let user = answer[path: ["status", "userInfo"]] else {
                throw CommandFailure(.failed, "the server's answer is no review: it lacks status.userInfo")
            }
            var table = TextTable("Attribute", "Value")
            table.rows.append(["Username", (user["username"]?.stringValue ?? "").singleLine])
            if let uid = user["uid"]?.stringValue, !uid.isEmpty { table.rows.append(["UID", uid.singleLine]) }
            let groups = (user["groups"]?.arrayValue ?? []).compactMap(\.stringValue)
            if !groups.isEmpty { table.rows.append(["Groups", "[\(groups.joined(separator: " "))]".singleLine]) }
            try OutputRendering(console: invocation.console).show(answer, as: output.output) { table.lines() }
            return .success
        }
    }
}
