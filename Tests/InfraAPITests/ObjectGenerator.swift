import InfraAPI
import JSON

/// Makes random objects that follow a schema, from nothing but the schema.
struct ObjectGenerator {
    private var random: Seeded
    private var counter = 0

    init(seed: UInt64) { random = Seeded(seed: seed) }

    mutating func object(of type: ResourceType) -> JSONValue {
        var object = value(type.schema)
        object["apiVersion"] = .string(type.apiVersion)
        object["kind"] = .string(type.kind)
        object["metadata"]?["name"] = .string("name-\(unique())")
        if !type.namespaced { object["metadata"]?["namespace"] = nil }
        return object
    }

    private mutating func unique() -> Int {
        counter += 1
        return counter
    }

    private mutating func value(_ schema: Schema) -> JSONValue {
        switch schema.type {
        case .object(let type): return record(type, schema.rules)
        case .map(let type):
            var members = JSONObject()
            for _ in 0..<Int.random(in: 1...min(3, type.maxProperties), using: &random) {
                members[text(type.keyFormat)] = value(type.values)
            }
            return .object(members)
        case .list(let type):
            let count = Int.random(in: max(1, type.minItems)...min(3, type.maxItems), using: &random)
            return .array((0..<count).map { _ in value(type.items) })
        case .string(let type):
            if let words = type.enumeration { return .string(words.randomElement(using: &random) ?? "") }
            return .string(type.maxLength < 32 ? "t\(unique())" : text(type.format))
        case .integer(let range): return .int(Int64(integer(range)))
        case .boolean: return .bool(Bool.random(using: &random))
        case .intOrString(let type):
            return Bool.random(using: &random)
                ? .int(Int64(integer(type.integers))) : .string(text(type.strings))
        case .quantity(let type):
            let low = type.range.lowerBound.milli
            let high = max(low, min(type.range.upperBound.milli, 1 << 50))
            return .string(Quantity(milli: Int.random(in: low...high, using: &random)).description)
        case .any: return .object(JSONObject([("free", .int(Int64(unique())))]))
        }
    }

    private mutating func record(_ type: ObjectSchema, _ rules: [SchemaRule]) -> JSONValue {
        var members = JSONObject()
        for property in type.properties where property.isRequired || Int.random(in: 0..<4, using: &random) > 0 {
            members[property.name] = value(property.schema)
        }
        for case .exactlyOneOf(let names) in rules {
            let chosen = names.randomElement(using: &random) ?? ""
            for name in names { members[name] = nil }
            if let schema = type[chosen]?.schema { members[chosen] = value(schema) }
        }
        // Keeps the root complete: metadata is where the name goes.
        if let metadata = type["metadata"], type["kind"] != nil, members["metadata"] == nil {
            members["metadata"] = value(metadata.schema)
        }
        return .object(members)
    }

    /// A number of the range that no other call gave, so that keys of maps stay apart.
    private mutating func integer(_ range: ClosedRange<Int>) -> Int {
        range.count < 2000 ? Int.random(in: range, using: &random) : max(range.lowerBound, 0) + unique() % 9000
    }

    private mutating func text(_ format: StringFormat) -> String {
        let number = unique()
        switch format {
        case .text: return "text \(number) \"ü\u{1F980}\" \n"
        case .dns1123Label, .networkName, .user: return "n\(number)"
        case .dns1123Subdomain: return "a.n\(number)"
        case .portName: return "p\(number)"
        case .labelKey: return "example.com/k\(number)"
        case .labelValue: return "V_\(number)"
        case .envName, .cIdentifier, .secretKey: return "E_\(number)"
        case .absolutePath, .absolutePathBelowRoot, .urlPath: return "/p/\(number)"
        case .imageReference: return "registry.example:5000/app/n\(number):v1"
        case .percentage: return "\(number % 101)%"
        case .octalMode: return "0\(number % 8)44"
        case .base64: return "AAECAw=="
        case .dateTime: return "2026-01-31T12:00:\(10 + number % 50)Z"
        case .engineURL: return "unix:///run/\(number).sock"
        case .gitURL: return "https://git.example/n\(number).git"
        case .gitRefName: return "release/\(number)"
        case .gitCommit: return String(String(repeating: "0", count: 40).dropLast("\(number)".count)) + "\(number)"
        case .relativePath: return "p/\(number)"
        }
    }
}
