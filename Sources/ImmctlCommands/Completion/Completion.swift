import InfraAPI
import JSON
import ResourceAPI

/// What a word of the command line may become. Silent: without a server, or with a slow one, there are no names.
struct Completion: Sendable {
    /// What the shell does besides, in the numbers that kubectl's plugins answer with.
    enum Directive: Int, Sendable {
        /// Offer files.
        case files = 0
        /// Offer nothing else, and add no space: the word goes on.
        case goesOn = 6
        /// Offer nothing else.
        case nothingElse = 4
    }

    struct Answer: Sendable, Hashable {
        var candidates: [String]
        var directive: Directive
    }

    private static let deadline = Duration.milliseconds(1500)
    private static let maximumNames = 500

    let invocation: Invocation

    /// - Parameter words: after the program's name; the last one is to be completed, and may be empty.
    func answer(_ words: [String]) async -> Answer {
        guard let tree = CommandTree.immctl() else { return Answer(candidates: [], directive: .files) }
        let context = CompletionContext(words, tree)
        var answer = await candidates(context)
        answer.candidates = answer.candidates.filter { $0.hasPrefix(context.prefix) }.map { context.head + $0 }
        return answer
    }

    private func candidates(_ context: CompletionContext) async -> Answer {
        if let option = context.option {
            if option.isFile { return Answer(candidates: [], directive: .files) }
            if option.names.contains("--namespace") {
                return Answer(candidates: await names(Namespace.resourceType, context), directive: .nothingElse)
            }
            let goesOn = option.values.contains { $0.hasSuffix("=") && $0.hasPrefix(context.prefix) }
            return Answer(candidates: option.values, directive: goesOn ? .goesOn : .nothingElse)
        }
        if context.prefix.hasPrefix("-") {
            let names = context.command.options.flatMap(\.names).filter { context.prefix == "-" || $0.hasPrefix("--") }
            return Answer(candidates: names.sorted(), directive: .nothingElse)
        }
        if !context.command.subcommands.isEmpty, context.positionals.isEmpty {
            return Answer(
                candidates: context.command.subcommands.map { "\($0.name)\t\($0.abstract)" }, directive: .nothingElse)
        }
        return await objects(context)
    }

    /// Kinds first; after a kind, or `kind/`, the names of its objects.
    private func objects(_ context: CompletionContext) async -> Answer {
        let command = context.path.first ?? ""
        if !context.command.positionalValues.isEmpty {
            return Answer(candidates: context.command.positionalValues, directive: .nothingElse)
        }
        guard let kinds = Completion.kinds(of: command) else { return Answer(candidates: [], directive: .nothingElse) }
        if let slash = context.prefix.firstIndex(of: "/") {
            guard let type = ResourceTypes.find(word: String(context.prefix[..<slash])) else {
                return Answer(candidates: [], directive: .nothingElse)
            }
            let head = context.prefix[...slash]
            return Answer(candidates: await names(type, context).map { head + $0 }, directive: .nothingElse)
        }
        if let first = context.positionals.first, !first.contains("/"), command != "gitops" {
            guard let type = ResourceTypes.find(word: first) else {
                return Answer(candidates: [], directive: .nothingElse)
            }
            let taken = Set(context.positionals.dropFirst())
            return Answer(
                candidates: await names(type, context).filter { !taken.contains($0) }, directive: .nothingElse)
        }
        if ["rollout", "logs", "exec", "gitops"].contains(command) {
            // A bare name is a set here, an instance, or a source.
            let taken = Set(context.positionals)
            return Answer(
                candidates: await names(kinds[0], context).filter { !taken.contains($0) }, directive: .nothingElse)
        }
        let categories = command == "get" ? ["imm"] : []
        return Answer(candidates: kinds.map(\.plural).sorted() + categories, directive: .nothingElse)
    }

    /// The kinds that the objects of a command may have; nil for a command that takes none.
    private static func kinds(of command: String) -> [ResourceType]? {
        switch command {
        case "get", "describe", "delete", "label", "annotate", "patch", "edit", "wait", "explain": ResourceTypes.all
        case "scale", "plan", "rollout": [InstanceSet.resourceType]
        case "why": [InstanceSet.resourceType, Instance.resourceType]
        case "logs", "exec": [Instance.resourceType]
        case "gitops": [GitSource.resourceType]
        default: nil
        }
    }

    private func names(_ type: ResourceType, _ context: CompletionContext) async -> [String] {
        let (invocation, namespace) = (invocation, type.namespaced ? context.namespace ?? DefaultNamespace.name : nil)
        let names = try? await withDeadline(Completion.deadline, invocation.time) { () throws(CommandFailure) in
            let address = try ServerAddress.resolve(
                server: context.server, socket: context.socket, kubeconfig: context.kubeconfig,
                context: context.context, environment: invocation.environment, program: invocation.program)
            let session = try invocation.connect(address)
            defer { session.close() }
            return try await request("list \(type.plural)") { () throws(APIStatus) in
                try await session.client.list(type, in: namespace, ListOptions(limit: Completion.maximumNames)).items
                    .map(\.name)
            }
        }
        return (names ?? nil ?? []).filter { !$0.contains { $0.isWhitespace } }
    }
}

extension Completion.Answer {
    /// A candidate a line, a tab before what it means, and the directive at the end: cobra's protocol, which kubectl
    /// speaks with its plugins.
    var text: String { candidates.map { $0 + "\n" }.joined() + ":\(directive.rawValue)\n" }
}
