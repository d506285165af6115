import JSON

/// Changes texts of JSON documents as trees, so that the changed texts are JSON too: bytes that change by chance mostly end
/// in the parser.
struct JSONMutator {
    private var state: UInt64

    init(seed: UInt32) { state = UInt64(seed) }

    /// nil when some part is no JSON, or nothing fits into `limitBytes`.
    mutating func mutated(_ input: [UInt8], limitBytes: Int) -> [UInt8]? {
        var values: [JSONValue] = []
        for part in InputParts.split(input, into: 2) {
            guard let value = try? JSONValue(parsing: part) else { return nil }
            values.append(value)
        }
        let nodes = values.flatMap(\.nodes)
        for _ in 0...below(3) {
            let index = below(values.count)
            values[index] = changed(values[index], at: below(values[index].nodes.count), nodes)
        }
        let text = Array(values.map { $0.encodedString() }.joined(separator: "\n---\n").utf8)
        return text.count <= limitBytes ? text : nil
    }

    /// `value` with its node number `place`, counted in depth, changed.
    private mutating func changed(_ value: JSONValue, at place: Int, _ nodes: [JSONValue]) -> JSONValue {
        if place == 0 { return edited(value, nodes) }
        var rest = place - 1
        switch value {
        case .array(var items):
            for index in items.indices {
                let size = items[index].nodes.count
                if rest < size {
                    items[index] = changed(items[index], at: rest, nodes)
                    return .array(items)
                }
                rest -= size
            }
        case .object(var members):
            for member in members {
                let size = member.value.nodes.count
                if rest < size {
                    members[member.key] = .some(changed(member.value, at: rest, nodes))
                    return .object(members)
                }
                rest -= size
            }
        default: break
        }
        return value
    }

    private mutating func edited(_ value: JSONValue, _ nodes: [JSONValue]) -> JSONValue {
        let other = below(4) == 0 ? literals[below(literals.count)] : nodes[below(nodes.count)]
        switch (value, below(5)) {
        case (.array(var items), 0...1):
            items.insert(other, at: below(items.count + 1))
            return .array(items)
        case (.array(var items), 2) where !items.isEmpty:
            items.remove(at: below(items.count))
            return .array(items)
        case (.array(var items), 3) where !items.isEmpty:
            items.swapAt(below(items.count), below(items.count))
            return .array(items)
        case (.object(var members), 0...1):
            let keys = nodes.compactMap(\.objectValue).flatMap(\.keys) + [other.stringValue ?? "k"]
            members[keys[below(keys.count)]] = .some(other)
            return .object(members)
        case (.object(var members), 2...3) where !members.isEmpty:
            members[members.keys[below(members.count)]] = nil
            return .object(members)
        default: return other
        }
    }

    private let literals: [JSONValue] = [
        .null, true, false, 0, -1, 1, 1.5, "", "a", "Auto", 1_000_000, .int(.max), .array([]), .object(JSONObject()),
    ]

    /// SplitMix64.
    private mutating func below(_ bound: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return Int((mixed ^ (mixed >> 31)) % UInt64(bound))
    }
}

extension JSONValue {
    /// This value and all values in it, in depth.
    fileprivate var nodes: [JSONValue] {
        switch self {
        case .array(let items): [self] + items.flatMap(\.nodes)
        case .object(let members): [self] + members.flatMap(\.value.nodes)
        default: [self]
        }
    }
}
