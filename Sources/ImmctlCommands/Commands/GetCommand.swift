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
              immctl get iset -o custom-columns=NAME:.metadata.name,IMAGE:.spec.template.spec.image
              immctl get iinst -o jsonpath='{range .items[*]}{.metadata.name}{"\\t"}{.status.phase}{"\\n"}{end}'
              immctl get iinst --sort-by .spec.slot -L app --no-headers
              immctl get --raw /readyz
            """)

    @Argument(help: "KIND[,KIND…] [NAME…], or KIND/NAME…")
    var objects: [String] = []

    @OptionGroup var output: ObjectOutputOptions
    @OptionGroup var table: TableOptions
    @OptionGroup var namespace: NamespaceOptions
    @OptionGroup var selector: SelectorOptions

    @Flag(name: [.customShort("A"), .long], help: "Objects of all namespaces.")
    var allNamespaces = false

    @Flag(name: .shortAndLong, help: "After listing, go on with changes until interrupted.")
    var watch = false

    @Flag(help: "No error when an object that was named does not exist.")
    var ignoreNotFound = false

    @Option(help: "Ask for lists in pages of this many objects; 0 is everything at once.")
    var chunkSize = 500

    @Option(help: ArgumentHelp("Print what the server answers at this path.", valueName: "path"))
    var raw: String?

    @OptionGroup var server: ServerOptions

    func validate() throws {
        if raw != nil && !objects.isEmpty { throw ValidationError("--raw and objects exclude each other") }
        if raw == nil && objects.isEmpty {
            throw ValidationError("say what to get: a kind (`instancesets`) or an object (`instanceset/web`)")
        }
        if chunkSize < 0 { throw ValidationError("--chunk-size must be 0 or more, not \(chunkSize)") }
        if watch && table.sortBy != nil { throw ValidationError("--watch and --sort-by exclude each other") }
    }

    func run(in invocation: Invocation) async throws(CommandFailure) -> CommandStatus {
        if let raw { return try await show(raw: raw, invocation) }
        let order = try table.order()
        let words = try ResourceWords(objects)
        let names = words.items.contains { $0.name != nil }
        if names && !selector.isEmpty { throw .usage("a name and a selector exclude each other") }
        if names && allNamespaces { throw .usage("a name and --all-namespaces exclude each other") }
        if watch && words.items.count > 1 { throw .usage("--watch follows one kind, or one object") }
        return try await server.withSession(invocation) { session throws(CommandFailure) in
            let query = GetQuery(
                session: session, namespace: allNamespaces ? nil : namespace.name, selection: selector.listOptions,
                chunkSize: chunkSize, now: invocation.now)
            if watch {
                try await query.watch(words.items[0], as: output.output, layout, invocation)
                return .success
            }
            return try await list(words, query, order, invocation.console)
        }
    }

    private func list(
        _ words: ResourceWords, _ query: GetQuery, _ order: SortOrder?, _ console: Console
    ) async throws(CommandFailure) -> CommandStatus {
        let rendering = OutputRendering(console: console)
        // What is sorted here is made into a table here too.
        let needsTable = rendering.needsTable(output.output) && order == nil
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
        if let order {
            for index in blocks.indices {
                let objects = try order.sorted(blocks[index].objects)
                blocks[index].objects = objects
                blocks[index].table = ResourceTable(of: objects, blocks[index].type, now: query.now)
            }
        }
        let isEmpty = blocks.allSatisfy { $0.count == 0 }
        if !(isEmpty && (status != .success || (words.isSingle && ignoreNotFound))) {
            try rendering.show(blocks, as: output.output, isSingle: words.isSingle, layout)
            if isEmpty && rendering.isTable(output.output) && !ignoreNotFound {
                console.note("No resources found" + (allNamespaces ? "" : " in namespace \(namespace.name)") + ".")
            }
        }
        return status
    }

    private var layout: TableLayout { table.layout(output.output, showingNamespaces: allNamespaces) }

    private func show(raw path: String, _ invocation: Invocation) async throws(CommandFailure) -> CommandStatus {
        guard path.hasPrefix("/") else {
            throw .usage("--raw \(path): a path begins with a slash", hints: ["for example --raw /readyz"])
        }
        return try await server.withSession(invocation) { session throws(CommandFailure) in
            let body = try await request("get \(path)") { () throws(APIStatus) in try await session.raw(path, nil) }
            invocation.console.output(String(decoding: body, as: UTF8.self))
            return .success
        }
    }
}
