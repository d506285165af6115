import ArgumentParser
import InfraAPI
import JSON
import ResourceAPI

/// Groups the commands about who one is, and what one may do.
struct AuthCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "auth",
        abstract: "Ask the server who you are, and what you may do.",
        discussion: """
            Examples:
              immctl auth whoami
              immctl auth can-i delete instancesets -n shop
            """,
        subcommands: [AuthCanICommand.self, AuthWhoAmICommand.self])
}

struct AuthCanICommand: ImmctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "can-i",
        abstract: "Tell whether you may do something: yes or no.",
        discussion: """
            Exit status: 0 yes, 1 no or an error.

            Examples:
              immctl auth can-i delete instancesets
              immctl auth can-i get instance/web-0-x7k2p --subresource log -n shop
              immctl auth can-i create iset -A -q
              immctl auth can-i get /metrics
            """)

    private static let path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"

    @Argument(help: "get, list, watch, create, update, patch, delete, deletecollection, or *.")
    var verb: String

    @Argument(help: "KIND, KIND/NAME, or a path that begins with a slash.")
    var object: String

    @Option(help: "The subresource: status, scale, log, exec.")
    var subresource: String?

    @Flag(name: [.customShort("A"), .long], help: "In all namespaces.")
    var allNamespaces = false

    @Flag(name: .shortAndLong, help: "Print nothing; the exit status says it.")
    var quiet = false

    @OptionGroup var output: ResultOutputOptions
    @OptionGroup var namespace: NamespaceOptions
    @OptionGroup var server: ServerOptions

    func run(in invocation: Invocation) async throws(CommandFailure) -> CommandStatus {
        let review: JSONValue = [
            "apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview", "spec": try attributes(),
        ]
        return try await server.withSession(invocation) { session throws(CommandFailure) in
            let answer = try await request("ask what you may do") { () throws(APIStatus) in
                try await session.json(AuthCanICommand.path, review)
            }
            guard let isAllowed = answer[path: ["status", "allowed"]]?.boolValue else {
                throw CommandFailure(.failed, "the server's answer is no review: it lacks status.allowed")
            }
            if !quiet {
                let reason = answer[path: ["status", "reason"]]?.stringValue ?? ""
                let line = (isAllowed ? "yes" : "no") + (isAllowed || reason.isEmpty ? "" : " - \(reason)")
                try OutputRendering(console: invocation.console).show(answer, as: output.output) { [line.singleLine] }
            }
            return isAllowed ? .success : .failed
        }
    }

    private func attributes() throws(CommandFailure) -> JSONValue {
        if object.hasPrefix("/") {
            return ["nonResourceAttributes": ["path": .string(object), "verb": .string(verb)]]
        }
        let parts = object.split(separator: "/", maxSplits: 1).map(String.init)
        var (group, plural, isNamespaced) = ("*", "*", true)
        if parts.first != "*" {
            let type = try ResourceWords.type(parts.first ?? object)
            (group, plural, isNamespaced) = (type.group, type.plural, type.namespaced)
        }
        var attributes: JSONValue = ["verb": .string(verb), "group": .string(group), "resource": .string(plural)]
        if isNamespaced && !allNamespaces { attributes["namespace"] = .string(namespace.name) }
        if parts.count == 2 { attributes["name"] = .string(parts[1]) }
        attributes["subresource"] = subresource.map(JSONValue.string)
        return ["resourceAttributes": attributes]
    }
}

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
