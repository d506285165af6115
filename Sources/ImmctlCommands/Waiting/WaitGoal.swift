import InfraAPI
import JSON
import JSONPath
import ResourceAPI

/// What `wait --for` waits for.
enum WaitGoal: Sendable, Hashable, CustomStringConvertible {
    case condition(type: String, status: String)
    /// Without a value: the path has to lead to something that is not null.
    case jsonPath(JSONPathExpression, value: String?)
    case creation
    case deletion

    /// `condition=Ready`, `condition=Ready=False`, `jsonpath={.status.phase}=Running`, `create`, `delete`.
    init(word: String) throws(CommandFailure) {
        if word.hasPrefix("jsonpath=") {
            self = try WaitGoal.jsonPath(String(word.dropFirst("jsonpath=".count)))
            return
        }
        let parts = word.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
        switch (parts[0], parts.count) {
        case ("create", 1): self = .creation
        case ("delete", 1): self = .deletion
        case ("condition", 2) where !parts[1].isEmpty: self = .condition(type: parts[1], status: "True")
        case ("condition", 3) where !parts[1].isEmpty && !parts[2].isEmpty:
            self = .condition(type: parts[1], status: parts[2])
        default:
            throw .usage(
                "\"\(word)\" is nothing to wait for",
                hints: ["write condition=TYPE[=STATUS], jsonpath={PATH}[=VALUE], create or delete"])
        }
    }

    /// `{.status.phase}=Running`, `.status.phase=Running`, or a path alone.
    private static func jsonPath(_ text: String) throws(CommandFailure) -> WaitGoal {
        let (path, value) = split(text)
        do throws(JSONPathError) {
            return .jsonPath(try JSONPathExpression(path), value: value)
        } catch {
            throw .usage(
                "the JSONPath \(path) cannot be read \(error)",
                hints: ["write jsonpath='{.status.phase}'=Running"])
        }
    }

    /// At the first equals sign that is not part of a filter.
    private static func split(_ text: String) -> (path: String, value: String?) {
        var depth = 0
        for index in text.indices {
            switch text[index] {
            case "[": depth += 1
            case "]": depth -= 1
            case "=" where depth <= 0: return (String(text[..<index]), String(text[text.index(after: index)...]))
            default: break
            }
        }
        return (text, nil)
    }

    var description: String {
        switch self {
        case .condition(let type, let status): "condition \(type)=\(status)"
        case .jsonPath(let path, let value): value.map { "\(path)=\($0)" } ?? "a value at \(path)"
        case .creation: "its creation"
        case .deletion: "its deletion"
        }
    }

    var metText: String {
        switch self {
        case .condition, .jsonPath, .creation: "condition met"
        case .deletion: "deleted"
        }
    }

    /// Whether an object meets the goal; false for a deletion.
    ///
    /// - Throws: when a JSONPath leads to several values, or to one that no text can equal.
    func isMet(by object: JSONValue) throws(CommandFailure) -> Bool {
        switch self {
        case .condition(let type, let status): WaitGoal.has(type, status, object)
        case .jsonPath(let path, let value): try WaitGoal.matches(path, value, object)
        case .creation: true
        case .deletion: false
        }
    }

    private static func matches(_ path: JSONPathExpression, _ wanted: String?, _ object: JSONValue)
        throws(CommandFailure) -> Bool
    {
        let values: [JSONValue]
        do throws(JSONPathError) {
            values = try path.values(in: object)
        } catch {
            // A list that has not as many items yet is something to wait for.
            guard error.code == .mismatch else { throw CommandFailure(.failed, "\(path): \(error)") }
            return false
        }
        guard values.count <= 1 else {
            throw CommandFailure(
                .failed, "\(path) leads to \(values.count) values of \(object.qualifiedName); wait compares one")
        }
        guard let value = values.first, !value.isNull else { return false }
        guard let wanted else { return true }
        guard value.arrayValue == nil, value.objectValue == nil else {
            throw CommandFailure(.failed, "\(path) of \(object.qualifiedName) is a list or an object, not a value")
        }
        return value.jsonPathText.isByteEqual(to: wanted)
    }

    /// Whether the object has the condition, said about its present generation.
    static func has(_ type: String, _ status: String, _ object: JSONValue) -> Bool {
        let conditions = object[path: ["status", "conditions"]]?.arrayValue ?? []
        guard
            let condition = conditions.first(where: {
                $0["type"]?.stringValue?.lowercased() == type.lowercased()
            })
        else { return false }
        let generation = object[path: ["metadata", "generation"]]?.intValue ?? 0
        let observed =
            condition["observedGeneration"]?.intValue ?? object[path: ["status", "observedGeneration"]]?.intValue
        return condition["status"]?.stringValue?.lowercased() == status.lowercased()
            && observed ?? generation >= generation
    }
}
