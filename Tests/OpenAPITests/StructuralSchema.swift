import JSON

/// What a Kubernetes API server asks of an `openAPIV3Schema` (apiextensions-apiserver, `ValidateCustomResourceDefinition`,
/// structural schemas, and its rules for lists and for CEL); each fault as `path: what`.
struct StructuralSchema {
    private(set) var faults: [String] = []

    init(_ schema: JSONValue) { check(schema, at: "", isCorrelatable: true) }

    private static let combinators = ["allOf", "oneOf", "not", "$ref"]

    private mutating func check(_ schema: JSONValue, at path: String, isCorrelatable: Bool) {
        func fault(_ text: String) { faults.append("\(path.isEmpty ? "." : path): \(text)") }
        for word in StructuralSchema.combinators where schema[word] != nil { fault("\(word) is not structural") }
        if schema["x-kubernetes-int-or-string"] == true {
            if schema["type"] != nil { fault("an int-or-string has no type") }
            if schema["anyOf"] != [["type": "integer"], ["type": "string"]] { fault("anyOf of an int-or-string") }
        } else {
            if schema["anyOf"] != nil { fault("anyOf is not structural") }
            if schema["type"]?.stringValue == nil { fault("has no type") }
        }
        if schema["properties"] != nil, schema["additionalProperties"] != nil {
            fault("properties and additionalProperties exclude each other")
        }
        checkBounds(schema, path)
        checkRules(schema, path, isCorrelatable)
        checkDefault(schema, path)
        if let required = schema["required"]?.arrayValue {
            for name in required.compactMap(\.stringValue) where schema["properties"]?[name] == nil {
                fault("requires \(name), which is no property")
            }
        }
        for member in schema["properties"]?.objectValue ?? JSONObject() where path + "." + member.key != ".metadata" {
            check(member.value, at: "\(path).\(member.key)", isCorrelatable: isCorrelatable)
        }
        if let values = schema["additionalProperties"] {
            check(values, at: "\(path).*", isCorrelatable: isCorrelatable)
        }
        if let items = schema["items"] { checkList(schema, items, path, isCorrelatable) }
    }

    private mutating func checkBounds(_ schema: JSONValue, _ path: String) {
        let isRootWord = path == ".apiVersion" || path == ".kind"
        switch schema["type"]?.stringValue {
        case "string" where !isRootWord:
            let isBounded = schema["maxLength"] != nil || schema["enum"] != nil || schema["format"] != nil
            if !isBounded { faults.append("\(path): a string without a bound makes every rule above it too dear") }
            if let pattern = schema["pattern"]?.stringValue, ["(?=", "(?!", "(?<"].contains(where: pattern.contains) {
                faults.append("\(path): RE2 does not read \(pattern)")
            }
        case "array" where schema["maxItems"] == nil: faults.append("\(path): a list without a bound")
        case "object" where schema["additionalProperties"] != nil && schema["maxProperties"] == nil:
            faults.append("\(path): a map without a bound")
        default: break
        }
    }

    private mutating func checkRules(_ schema: JSONValue, _ path: String, _ isCorrelatable: Bool) {
        for rule in schema["x-kubernetes-validations"]?.arrayValue ?? [] {
            guard let text = rule["rule"]?.stringValue, let message = rule["message"]?.stringValue else {
                faults.append("\(path): a rule without a text or a message")
                continue
            }
            if text.contains("oldSelf"), !isCorrelatable {
                faults.append("\(path): oldSelf below a list whose items cannot be told apart")
            }
            if message.contains("\n") || message.utf8.count > 2048 { faults.append("\(path): message of a rule") }
            for name in text.matches(of: #/self\.([A-Za-z]+)/#).map({ String($0.1) })
            where schema["properties"]?[name] == nil {
                faults.append("\(path): a rule speaks of \(name), which is no property")
            }
        }
    }

    /// A default has to be a value of its own schema; what it holds of objects must be complete.
    private mutating func checkDefault(_ schema: JSONValue, _ path: String) {
        guard let value = schema["default"] else { return }
        let isRight =
            switch (schema["type"]?.stringValue, value) {
            case ("string", .string), ("boolean", .bool), ("array", .array): true
            case ("integer", .int(let number)):
                number >= schema["minimum"]?.intValue ?? .min && number <= schema["maximum"]?.intValue ?? .max
            case ("object", .object(let members)):
                members.allSatisfy { schema["properties"]?[$0.key] != nil }
                    && (schema["required"]?.arrayValue ?? []).compactMap(\.stringValue).allSatisfy {
                        members[$0] != nil
                    }
            case (nil, .int), (nil, .string): schema["x-kubernetes-int-or-string"] == true
            default: false
            }
        if !isRight { faults.append("\(path): the default \(value) is no value of the schema") }
        if let words = schema["enum"]?.arrayValue, !words.contains(value) { faults.append("\(path): default and enum") }
    }

    private mutating func checkList(
        _ schema: JSONValue, _ items: JSONValue, _ path: String, _ isCorrelatable: Bool
    ) {
        let kind = schema["x-kubernetes-list-type"]?.stringValue ?? "atomic"
        if kind == "map" {
            let keys = (schema["x-kubernetes-list-map-keys"]?.arrayValue ?? []).compactMap(\.stringValue)
            if keys.isEmpty || items["type"] != "object" { faults.append("\(path): a map list of what has no keys") }
            for key in keys {
                let isRequired = items["required"]?.arrayValue?.contains(.string(key)) ?? false
                if !isRequired, items["properties"]?[key]?["default"] == nil {
                    faults.append("\(path): its key \(key) is neither required nor has a default")
                }
            }
        }
        if kind == "set", items["type"] == "object" || items["type"] == "array" {
            faults.append("\(path): a set of what is no scalar")
        }
        check(items, at: "\(path)[]", isCorrelatable: isCorrelatable && kind == "map")
    }
}
