import ArgumentParser
import JSON

/// The commands with their options, as far as completion asks for them: read from ArgumentParser's own description.
struct CommandTree: Sendable {
    struct Option: Sendable {
        /// `--output`, `-o`
        var names: [String]
        var takesValue: Bool
        /// The values that there are; empty when they are not a list.
        var values: [String]
        var isFile: Bool
        var abstract: String
    }

    var name: String
    var aliases: [String]
    var abstract: String
    var subcommands: [CommandTree]
    var options: [Option]
    /// Values of the first positional argument.
    var positionalValues: [String]

    /// Everything under `immctl`; nil when the description cannot be read.
    static func immctl() -> CommandTree? {
        guard let json = try? JSONValue(parsing: Immctl._dumpHelp()), let command = json["command"] else { return nil }
        return CommandTree(command)
    }

    private init(_ json: JSONValue) {
        name = json["commandName"]?.stringValue ?? ""
        aliases = (json["aliases"]?.arrayValue ?? []).compactMap(\.stringValue)
        abstract = json["abstract"]?.stringValue ?? ""
        subcommands = (json["subcommands"]?.arrayValue ?? []).filter { $0["shouldDisplay"]?.boolValue ?? true }
            .map(CommandTree.init)
        let arguments = (json["arguments"]?.arrayValue ?? []).filter { $0["shouldDisplay"]?.boolValue ?? true }
        options = arguments.filter { $0["kind"] != "positional" }.map(CommandTree.option)
        positionalValues = arguments.first { $0["kind"] == "positional" }.map(CommandTree.values) ?? []
    }

    private static func option(_ json: JSONValue) -> Option {
        Option(
            names: (json["names"]?.arrayValue ?? []).map {
                ($0["kind"] == "long" ? "--" : "-") + ($0["name"]?.stringValue ?? "")
            },
            takesValue: json["kind"] == "option", values: values(json),
            isFile: json["completionKind"]?["file"] != nil, abstract: json["abstract"]?.stringValue ?? "")
    }

    private static func values(_ json: JSONValue) -> [String] {
        let all = (json["allValues"]?.arrayValue ?? []).compactMap(\.stringValue)
        let listed = json[path: ["completionKind", "list", "values"]]?.arrayValue ?? []
        return all.isEmpty ? listed.compactMap(\.stringValue) : all
    }

    func option(named name: String) -> Option? { options.first { $0.names.contains(name) } }

    subscript(subcommand: String) -> CommandTree? {
        subcommands.first { $0.name == subcommand || $0.aliases.contains(subcommand) }
    }
}
