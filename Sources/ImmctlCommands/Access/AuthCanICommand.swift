import ArgumentParser
import InfraAPI
import JSON
import ResourceAPI

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
              immctl auth can-i --list -n shop
            """)

    private static let path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
    private static let listPath = "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews"

    @Argument(help: "get, list, watch, create, update, patch, delete, deletecollection, or *.")
    var verb: String?

    @Argument(help: "KIND, KIND/NAME, or a path that begins with a slash.")
    var object: String?

    @Option(help: "The subresource: status, scale, log, exec.")
    var subresource: String?

    @Flag(name: [.customShort("A"), .long], help: "In all namespaces.")
    var allNamespaces = false

    @Flag(help: "List all that you may do in the namespace.")
    var list = false

    @Flag(name: .shortAndLong, help: "Print nothing; the exit status says it.")
    var quiet = false

    @OptionGroup var output: ResultOutputOptions
    @OptionGroup var namespace: NamespaceOptions
    @OptionGroup var server: ServerOptions

    func validate() throws {
        if list, verb != nil || allNamespaces || quiet || subresource != nil {
            throw ValidationError("--list takes a namespace and an output, and nothing else")
        }
        if !list, verb == nil || object == nil { throw ValidationError("say VERB and KIND, or --list") }
    }

    func run(in invocation: Invocation) async throws(CommandFailure) -> CommandStatus {
        guard let verb, let object else { return try await listRights(invocation) }
        let review: JSONValue = [
            "apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview",
            "spec": try attributes(verb, object),
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

    private func listRights(_ invocation: Invocation) async throws(CommandFailure) -> CommandStatus {
        let review: JSONValue = [
            "apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectRulesReview",
            "spec": ["namespace": .string(namespace.name)],
        ]
        return try await server.withSession(invocation) { session throws(CommandFailure) in
            let answer = try await request("ask what you may do") { () throws(APIStatus) in
                try await session.json(AuthCanICommand.listPath, review)
            }
            guard let status = answer["status"], status.objectValue != nil else {
                throw CommandFailure(.failed, "the server's answer is no review: it lacks status")
            }
            try OutputRendering(console: invocation.console).show(answer, as: output.output) {
                RightsTable(status).lines()
            }
            return .success
        }
    }

    private func attributes(_ verb: String, _ object: String) throws(CommandFailure) -> JSONValue {
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
