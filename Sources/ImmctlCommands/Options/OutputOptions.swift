import ArgumentParser

/// How the objects of a `get` are printed.
struct ObjectOutputOptions: ParsableArguments {
    @Option(
        name: [.customShort("o"), .long],
        help: ArgumentHelp(
            "table, wide, yaml, json, name, jsonpath=TEMPLATE, jsonpath-file=FILE, custom-columns=NAME:PATH,… or custom-columns-file=FILE.",
            valueName: "format"),
        completion: .list(["wide", "yaml", "json", "name", "jsonpath=", "custom-columns="]),
        transform: ObjectFormat.init(word:))
    var output: ObjectFormat = .table
}

/// How the result of any other command is printed.
struct ResultOutputOptions: ParsableArguments {
    @Option(
        name: [.customShort("o"), .long],
        help: ArgumentHelp("text, yaml, json, jsonpath=TEMPLATE or jsonpath-file=FILE.", valueName: "format"),
        completion: .list(["text", "yaml", "json", "jsonpath="]), transform: ResultFormat.init(word:))
    var output: ResultFormat = .text
}

/// How commands that change objects print what they changed.
struct ChangeOutputOptions: ParsableArguments {
    @Option(
        name: [.customShort("o"), .long],
        help: ArgumentHelp("text, name, yaml, json, jsonpath=TEMPLATE or jsonpath-file=FILE.", valueName: "format"),
        completion: .list(["text", "name", "yaml", "json", "jsonpath="]), transform: ChangeFormat.init(word:))
    var output: ChangeFormat = .text
}
