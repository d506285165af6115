/// Where in a command line the word that is to be completed stands.
struct CompletionContext: Sendable {
    var command: CommandTree
    /// The names of the commands, from the first word on.
    var path: [String] = []
    var positionals: [String] = []
    var namespace: String?
    var server: String?
    var socket: String?
    var kubeconfig: String?
    /// Of the kubeconfig.
    var context: String?
    /// The option whose value is to be completed.
    var option: CommandTree.Option?
    /// What is typed of the word.
    var prefix: String
    /// Stands before the value in the same word: `--output=`.
    var head = ""

    /// - Parameter words: after the program's name; the last one is to be completed, and may be empty.
    init(_ words: [String], _ tree: CommandTree) {
        command = tree
        prefix = words.last ?? ""
        var pending: (option: CommandTree.Option, name: String)?
        for word in words.dropLast() {
            if let (option, name) = pending {
                note(option, name, word)
                pending = nil
            } else if word.hasPrefix("-"), word.count > 1 {
                let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
                guard let option = command.option(named: parts[0]), option.takesValue else { continue }
                if parts.count == 2 { note(option, parts[0], parts[1]) } else { pending = (option, parts[0]) }
            } else if positionals.isEmpty, let next = command[word] {
                command = next
                path.append(next.name)
            } else {
                positionals.append(word)
            }
        }
        if let (waiting, _) = pending {
            option = waiting
        } else if prefix.hasPrefix("--"), let equals = prefix.firstIndex(of: "="),
            let named = command.option(named: String(prefix[..<equals])), named.takesValue
        {
            option = named
            head = String(prefix[...equals])
            prefix = String(prefix[prefix.index(after: equals)...])
        }
    }

    private mutating func note(_ option: CommandTree.Option, _ name: String, _ value: String) {
        if option.names.contains("--namespace") { namespace = value }
        if option.names.contains("--server") { server = value }
        if option.names.contains("--socket") { socket = value }
        if option.names.contains("--kubeconfig") { kubeconfig = value }
        if option.names.contains("--context") { context = value }
    }
}
