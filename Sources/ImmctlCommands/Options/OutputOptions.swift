import ArgumentParser

/// How the objects of a `get` are printed.
struct ObjectOutputOptions: ParsableArguments {
    @Option(name: .shortAndLong, help: "Output: table, wide, yaml, json or name.")
    var output: ObjectFormat = .table
}

/// How the result of any other command is printed.
struct ResultOutputOptions: ParsableArguments {
    @Option(name: .shortAndLong, help: "Output: text, yaml or json.")
    var output: ResultFormat = .text
}

enum ObjectFormat: String, ExpressibleByArgument, CaseIterable, Sendable {
    case table, wide, yaml, json, name
}

enum ResultFormat: String, ExpressibleByArgument, CaseIterable, Sendable {
    case text, yaml, json
}
