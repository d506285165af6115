import JSON
import Manifests
import ResourceAPI

/// An object as the text that an editor is given, with comments above it.
enum EditedText {
    private static let introduction = [
        "Edit the object below. Lines that begin with # are ignored, and an empty file ends the edit.",
        "What the server refuses is shown here again, with its reason.",
    ]

    /// - Parameter notes: what went wrong before, a line each.
    static func text(_ body: String, notes: [String]) -> String {
        let comments = introduction + (notes.isEmpty ? [] : [""] + notes) + [""]
        return comments.map { $0.isEmpty ? "#\n" : "# \($0)\n" }.joined() + body
    }

    /// Without the comments above the object.
    static func body(of text: String) -> String {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        return lines.drop { $0.hasPrefix("#") }.joined(separator: "\n")
    }

    /// Whether nothing but comments and white space is left.
    static func isEmpty(_ text: String) -> Bool {
        text.split(separator: "\n").allSatisfy { $0.hasPrefix("#") || $0.allSatisfy(\.isWhitespace) }
    }

    /// The object in the text.
    ///
    /// - Throws: what is wrong with it, with lines counted as the editor counts them.
    static func object(in text: String, name: String) throws(CommandFailure) -> JSONValue {
        let (value, diagnostics) = loadValue(name: name, bytes: Array(text.utf8))
        guard let value else {
            throw CommandFailure(.failed, diagnostics.map(\.description).joined(separator: "\n"))
        }
        guard value.objectValue != nil else { throw CommandFailure(.failed, "\(name): the text is no object") }
        return value.withoutNulls
    }

    /// The words of the user's editor: `IMM_EDITOR`, `KUBE_EDITOR`, `VISUAL`, `EDITOR`, else `vi`.
    static func editor(_ environment: Environment) throws(CommandFailure) -> [String] {
        for name in ["IMM_EDITOR", "KUBE_EDITOR", "VISUAL", "EDITOR"] {
            guard let text = environment[name], !text.isEmpty else { continue }
            guard let words = CommandWords.split(text), !words.isEmpty else {
                throw .usage("\(name) is no command line: \(text)", hints: ["write a program and its arguments"])
            }
            return words
        }
        return ["vi"]
    }
}

extension JSONValue {
    /// Members of objects that are null count as left out, as they do in a manifest.
    var withoutNulls: JSONValue {
        switch self {
        case .object(let members):
            .object(JSONObject(members.filter { !$0.value.isNull }.map { ($0.key, $0.value.withoutNulls) }))
        case .array(let items): .array(items.map(\.withoutNulls))
        case .null, .bool, .int, .double, .string: self
        }
    }

    /// The paths that a merge patch writes.
    var patchedPaths: [[String]] {
        guard let members = objectValue, !members.isEmpty else { return [[]] }
        return members.flatMap { member in member.value.patchedPaths.map { [member.key] + $0 } }
    }
}
