import ArgumentParser
import InfraAPI
import JSON
import ResourceAPI

struct DescribeCommand: ImmctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "describe",
        abstract: "Tell about objects in full, with what belongs to them and recent events.",
        discussion: """
            Of Secrets only the sizes are shown.

            Examples:
              immctl describe instanceset/web
              immctl describe ivol -n shop
              immctl describe provider docker -o json
            """)

    @Argument(help: "KIND[,KIND…] [NAME…], or KIND/NAME…")
    var objects: [String]

    @OptionGroup var output: ResultOutputOptions
    @OptionGroup var namespace: NamespaceOptions
    @OptionGroup var selector: SelectorOptions
    @OptionGroup var server: ServerOptions

    func run(in invocation: Invocation) async throws(CommandFailure) -> CommandStatus {
        let words = try ResourceWords(objects)
        return try await server.withSession(invocation) { session throws(CommandFailure) in
            var descriptions: [ObjectDescription] = []
            for item in words.items { descriptions += try await load(item, session) }
            let now = invocation.now
            var texts: [[String]] = []
            for description in descriptions { texts.append(try description.lines(now: now)) }
            try OutputRendering(console: invocation.console).show(.results(descriptions.map(\.json)), as: output.output)
            {
                Array(texts.joined(separator: ["", ""]))
            }
            if descriptions.isEmpty { invocation.console.note("No resources found in namespace \(namespace.name).") }
            return .success
        }
    }

    private func load(_ item: ResourceWords.Item, _ session: Session) async throws(CommandFailure)
        -> [ObjectDescription]
    {
        if let name = item.name {
            guard selector.isEmpty else { throw .usage("a name and a selector exclude each other") }
            return [try await .load(ObjectReference(item.type, in: namespace.name, name: name), session.client)]
        }
        let list = try await request("list \(item.type.plural)") { () throws(APIStatus) in
            try await session.client.list(
                item.type, in: item.type.namespaced ? namespace.name : nil, selector.listOptions)
        }
        var descriptions: [ObjectDescription] = []
        for object in list.items {
            let reference = ObjectReference(item.type, namespace: object.namespace, name: object.name)
            descriptions.append(try await .load(reference, session.client, object: object))
        }
        return descriptions
    }
}
