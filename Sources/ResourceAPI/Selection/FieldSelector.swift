public import InfraAPI
public import JSON

/// A field selector as Kubernetes writes it: `metadata.name=web,status.phase!=Ready`.
public struct FieldSelector: Sendable, Hashable {
    struct Term: Sendable, Hashable {
        let path: [String]
        let value: String
        let isEqual: Bool
    }

    let terms: [Term]

    /// Parses the text form for a kind; throws status 400 for a field that cannot be selected by.
    public init(parsing text: String, for type: ResourceType) throws(APIStatus) {
        var terms: [Term] = []
        for part in FieldSelector.split(text) where !part.isEmpty {
            guard let (field, value, isEqual) = FieldSelector.parse(part) else {
                throw .badRequest(
                    "invalid field selector \"\(text)\": cannot parse \"\(part)\": write FIELD=VALUE or FIELD!=VALUE")
            }
            guard let path = SelectableFields.path(of: field, in: type) else {
                throw .badRequest(
                    "field label not supported: \(field) (\(type.qualifiedName) can be selected by "
                        + "\(SelectableFields.names(of: type).joined(separator: ", ")))")
            }
            terms.append(Term(path: path, value: value, isEqual: isEqual))
        }
        self.terms = terms
    }

    public func matches(_ object: JSONValue) -> Bool {
        terms.allSatisfy { term in
            let value: String
            switch object[path: term.path] {
            case .string(let text): value = text
            case .int(let number): value = String(number)
            case .bool(let flag): value = String(flag)
            default: value = ""
            }
            return value.isByteEqual(to: term.value) == term.isEqual
        }
    }

    /// The one value that the field must have; nil when the selector does not say.
    func required(_ path: [String]) -> String? { terms.first { $0.isEqual && $0.path == path }?.value }

    /// Splits at commas; a backslash takes the next character as it is.
    private static func split(_ text: String) -> [String] {
        var parts = [""]
        var isEscaped = false
        // Not by characters: a comma that a combining mark follows is another one.
        for scalar in text.unicodeScalars {
            if scalar == ",", !isEscaped {
                parts.append("")
            } else {
                parts[parts.count - 1].unicodeScalars.append(scalar)
            }
            isEscaped = scalar == "\\" && !isEscaped
        }
        return parts
    }

    private static func parse(_ part: String) -> (field: String, value: String, isEqual: Bool)? {
        for (symbol, isEqual) in [("!=", false), ("==", true), ("=", true)] {
            guard let range = part.unicodeScalars.firstRange(of: symbol.unicodeScalars) else { continue }
            let field = part.unicodeScalars[..<range.lowerBound]
            guard !field.isEmpty, let value = unescaped(part.unicodeScalars[range.upperBound...]) else { return nil }
            return (String(field), value, isEqual)
        }
        return nil
    }

    /// nil when a separator stands unescaped, or a backslash before anything else.
    private static func unescaped(_ text: Substring.UnicodeScalarView) -> String? {
        var result = ""
        var isEscaped = false
        for scalar in text {
            if isEscaped {
                guard ["\\", ",", "="].contains(scalar) else { return nil }
                result.unicodeScalars.append(scalar)
                isEscaped = false
            } else if scalar == "\\" {
                isEscaped = true
            } else if scalar == "=" {
                return nil
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return isEscaped ? nil : result
    }
}

/// The fields by which the objects of a kind can be selected.
public enum SelectableFields {
    /// As users write them; `metadata.namespace` for namespaced kinds only.
    public static func names(of type: ResourceType) -> [String] {
        (type.namespaced ? ["metadata.name", "metadata.namespace"] : ["metadata.name"]) + (own[type.key] ?? [])
    }

    static func path(of field: String, in type: ResourceType) -> [String]? {
        var field = field
        // Events under events.k8s.io/v1 say `regarding` for the same thing.
        if type.key == "/events", field.hasPrefix("regarding.") {
            field = "involvedObject." + field.dropFirst("regarding.".count)
        }
        if type.key == "/events", field == "reportingController" { field = "reportingComponent" }
        return names(of: type).contains(field) ? field.split(separator: ".").map(String.init) : nil
    }

    private static let own: [String: [String]] = [
        "/events": [
            "involvedObject.kind", "involvedObject.namespace", "involvedObject.name", "involvedObject.uid",
            "involvedObject.apiVersion", "involvedObject.resourceVersion", "involvedObject.fieldPath", "reason",
            "reportingComponent", "type",
        ],
        "/secrets": ["type"],
        "/namespaces": ["status.phase"],
        "imm.dev/instances": ["spec.set", "spec.slot", "spec.revision", "spec.provider", "status.phase"],
        "imm.dev/revisions": ["spec.set", "spec.hash"],
        "imm.dev/volumes": [
            "spec.provider", "spec.claim.set", "spec.claim.name", "spec.claim.slot", "status.phase",
            "status.boundSetUID",
        ],
        "imm.dev/instancesets": ["spec.provider", "status.provider"],
    ]
}
