import ArgumentParser
import InfraAPI
import JSON
import ResourceAPI

struct GetCommand: ImmctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "get",
        abstract: "List objects, or print some.",
        discussion: """
            Examples:
              immctl get instancesets
              immctl get iset/web -o yaml
              immctl get iset,iinst,ivol -n shop -o wide
              immctl get imm -A
              immctl get instances -l app=web -w
            """)

    @Argument(help: "KIND[,KIND…] [NAME…], or KIND/NAME…")
    var objects: [String]

    @OptionGroup var output: ObjectOutputOptions
    @OptionGroup var namespace: NamespaceOptions
    @OptionGroup var selector: SelectorOptions

    @Flag(name: [.customShort("A"), .long], help: "Objects of all namespaces.")
    var allNamespaces = false

    @Flag(name: .shortAndLong, help: "After listing, go on with changes until interrupted.")
    var watch = false

    @Flag(help: "No error when an object that was named does not exist.")
    var ignoreNotFound = false

    @OptionGroup var server: ServerOptions

    func run(in invocation: Invocation) async throws(CommandFailure) -> CommandStatus {
        let words = try ResourceWords(objects)
        let names = words.items.contains { $0.name != nil }
        if names && !selector.isEmpty { throw .usage("a name and a selector exclude each other") }
        if names && allNamespaces { throw .usage("a name and --all-namespaces exclude each other") }
        if watch && words.items.count > 1 { throw .usage("--watch follows one kind, or one object") }
        return try await server.withSession(invocation) { session throws(CommandFailure) in
            let query = GetQuery(
                session: session, namespace: allNamespaces ? nil : namespace.name, selection: selector.listOptions,
                now: invocation.now)
            if watch {
                try await query.watch(words.items[0], as: output.output, allNamespaces, invocation)
                return .success
            }
            return try await list(words, query, invocation.console)
        }
    }

    private func list(
        _ words: ResourceWords, _ query: GetQuery, _ console: Console
    ) async throws(CommandFailure) -> CommandStatus {
        let rendering = OutputRendering(console: console)
        let needsTable = rendering.needsTable(output.output)
        var blocks: [OutputRendering.Block] = []
        var status = CommandStatus.success
        for item in words.items {
            do throws(CommandFailure) {
                let block = try await query.block(item, needsTable: needsTable, ignoreNotFound: ignoreNotFound)
                if let last = blocks.last, last.type == block.type {
                    blocks[blocks.count - 1].append(block)
                } else {
                    blocks.append(block)
                }
            } catch {
                // Without a server the others fail in the same way.
                if error.status == .noServer { throw error }
                console.report(error)
                status = status.joined(with: error.status)
            }
        }
        let isEmpty = blocks.allSatisfy { $0.count == 0 }
        if !(isEmpty && (status != .success || (words.isSingle && ignoreNotFound))) {
            rendering.show(
                blocks, as: output.output, isSingle: words.isSingle, showingNamespaces: allNamespaces)
            if isEmpty && needsTable && !ignoreNotFound {
                console.note("No resources found" + (allNamespaces ? "" : " in namespace \(namespace.name)") + ".")
            }
        }
        return status
    }
}
