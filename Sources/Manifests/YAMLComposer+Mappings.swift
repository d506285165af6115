internal import JSON

/// A mapping while it is read.
private struct MappingBuilder {
    var pairs: [(String, JSONValue)] = []
    var fields: [PositionTree.Field] = []
    /// The keys written out, when there are too many to compare each with each.
    private var index: Set<JSONValue> = []
    private static let comparedKeys = 24

    /// Whether the key is new.
    mutating func insert(_ key: String) -> Bool {
        if contains(key) { return false }
        if !index.isEmpty { index.insert(.string(key)) }
        return true
    }

    mutating func contains(_ key: String) -> Bool {
        guard fields.count >= MappingBuilder.comparedKeys else {
            return fields.contains { $0.key.isByteEqual(to: key) }
        }
        if index.isEmpty { index = Set(fields.map { .string($0.key) }) }
        return index.contains(.string(key))
    }

    mutating func append(_ key: String, _ position: Position, _ node: YAMLComposer.Node) {
        pairs.append((key, node.value))
        fields.append(PositionTree.Field(key: key, position: position, value: node.positions))
    }
}

extension YAMLComposer {
    mutating func composeMapping(_ start: YAMLEvent, depth: Int) throws(Failure) -> Node {
        var builder = MappingBuilder()
        var merged: (position: Position, node: Node)?
        var node = Node(value: .null, positions: PositionTree(start.position), weight: 2, height: 1)
        while true {
            let event = try next()
            if case .mappingEnd = event.kind { break }
            let isMerge = isMergeKey(event)
            let key = try composeKey(event, depth: depth)
            let value = try compose(try next(), depth: depth)
            node.weight += value.weight + key.utf8.count + 4
            node.height = max(node.height, value.height + 1)
            if isMerge {
                if merged != nil {
                    report(event.position, "a second merge key '<<' in one mapping", hint: "write <<: [*one, *other]")
                } else {
                    if !builder.fields.isEmpty { checkMergeOrder(value, event.position, &builder) }
                    merged = (event.position, value)
                }
            } else if builder.insert(key) {
                builder.append(key, event.position, value)
            } else {
                reportDuplicate(key, event.position, builder)
            }
        }
        if let merged { merge(merged.node, merged.position, into: &builder) }
        node.value = .object(JSONObject(builder.pairs))
        node.positions = PositionTree(start.position, .fields(builder.fields))
        return node
    }

    private mutating func reportDuplicate(_ key: String, _ position: Position, _ builder: MappingBuilder) {
        let first = diagnostics.isFull ? nil : builder.fields.first { $0.key.isByteEqual(to: key) }
        report(
            position, "the key \(JSONValue.string(key).encodedString()) stands twice in one mapping",
            hint: first.map { "the first is in line \($0.position.line)" })
    }

    /// The text of a key. What kubectl would not read as this text is reported.
    private mutating func composeKey(_ event: YAMLEvent, depth: Int) throws(Failure) -> String {
        guard case .scalar(let text, let isPlain) = event.kind else {
            _ = try compose(event, depth: depth)
            report(event.position, "a key must be a string", hint: "write the key out as text")
            return ""
        }
        if let anchor = event.anchor {
            anchors[anchor] = Node(
                value: .string(text), positions: PositionTree(event.position), weight: text.utf8.count + 3)
        }
        let isText = event.tag == "!" || event.tag == YAMLTag.prefix + "str"
        if let tag = event.tag, !isText {
            report(event.position, "the tag \(tag) on a key", hint: "remove it")
        } else if isPlain, !isText, !isMergeKey(event), PlainScalar.resolve(text) != .string {
            report(
                event.position, "the key \(text.isEmpty ? "is empty" : "\(text) is no string")",
                hint: "quote it: \(JSONValue.string(text).encodedString())")
        }
        return text
    }

    private func isMergeKey(_ event: YAMLEvent) -> Bool {
        if case .scalar("<<", isPlain: true) = event.kind { event.tag == nil } else { false }
    }

    /// YAML lets the keys of the mapping win; kubectl lets the later one win, so a key before `<<` is ambiguous.
    private mutating func checkMergeOrder(_ merged: Node, _ position: Position, _ builder: inout MappingBuilder) {
        for source in mergeSources(merged) {
            guard case .object(let members) = source.value else { continue }
            for member in members where builder.contains(member.key) {
                return report(
                    position, "kubectl lets '<<' replace the key \(member.key) above it, YAML does not",
                    hint: "put '<<' first in the mapping")
            }
        }
    }

    /// The mappings that a merge key names, or nil for other values; of equal keys the first counts.
    private func mergeSources(_ node: Node) -> [(value: JSONValue, positions: PositionTree)] {
        if case .array(let values) = node.value, case .elements(let trees) = node.positions.children {
            return zip(values, trees).map { ($0, $1) }
        }
        return [(node.value, node.positions)]
    }

    private mutating func merge(_ node: Node, _ position: Position, into builder: inout MappingBuilder) {
        for source in mergeSources(node) {
            guard case .object(let members) = source.value, case .fields(let fields) = source.positions.children else {
                return report(position, "'<<' takes a mapping or a list of mappings")
            }
            for field in fields where builder.insert(field.key) {
                builder.pairs.append((field.key, members[field.key] ?? .null))
                builder.fields.append(field)
            }
        }
    }
}
