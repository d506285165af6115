internal import JSON

extension YAMLComposer {
    /// The node that begins with `event`.
    mutating func compose(_ event: YAMLEvent, depth: Int) throws(Failure) -> Node {
        let node: Node
        switch event.kind {
        case .scalar(let text, let isPlain):
            node = Node(
                value: scalar(text, isPlain, event), positions: PositionTree(event.position),
                weight: text.utf8.count + 3)
        case .sequenceStart:
            checkTag(event, allowed: "seq")
            try checkDepth(depth + 1, event.position)
            node = try composeSequence(event, depth: depth + 1)
        case .mappingStart:
            checkTag(event, allowed: "map")
            try checkDepth(depth + 1, event.position)
            node = try composeMapping(event, depth: depth + 1)
        case .alias(let name): return try expand(name, event.position, depth: depth)
        default:
            // libyaml's grammar has no other event here.
            throw .abandoned(line: event.position.line)
        }
        if let anchor = event.anchor { anchors[anchor] = node }
        return node
    }

    private mutating func composeSequence(_ start: YAMLEvent, depth: Int) throws(Failure) -> Node {
        var values: [JSONValue] = []
        var elements: [PositionTree] = []
        var node = Node(value: .null, positions: PositionTree(start.position), weight: 2, height: 1)
        while true {
            let event = try next()
            if case .sequenceEnd = event.kind { break }
            let element = try compose(event, depth: depth)
            values.append(element.value)
            elements.append(element.positions)
            node.weight += element.weight + 1
            node.height = max(node.height, element.height + 1)
        }
        node.value = .array(values)
        node.positions = PositionTree(start.position, .elements(elements))
        return node
    }

    /// The anchored node again, unless the document gets too large or too deep by it.
    private mutating func expand(_ name: String, _ position: Position, depth: Int) throws(Failure) -> Node {
        guard let node = anchors[name] else {
            report(position, "the alias *\(name) has no complete anchor &\(name) before it")
            return Node(value: .null, positions: PositionTree(position), weight: 4)
        }
        aliasWeight += node.weight
        if aliasWeight > limits.maximumObjectBytes {
            report(
                position, "the aliases of this document expand to more than \(limits.maximumObjectBytes) bytes",
                hint: "write the values out")
            throw .abandoned(line: position.line)
        }
        try checkDepth(depth + node.height, position)
        return node
    }

    private mutating func checkDepth(_ depth: Int, _ position: Position) throws(Failure) {
        guard depth > limits.maximumDepth else { return }
        report(position, "more than \(limits.maximumDepth) mappings and sequences inside one another")
        throw .abandoned(line: position.line)
    }

    /// The value of a scalar that is not a key; null stands in for one that is refused.
    private mutating func scalar(_ text: String, _ isPlain: Bool, _ event: YAMLEvent) -> JSONValue {
        switch event.tag {
        case nil: break
        case "!", YAMLTag.prefix + "str": return .string(text)
        case let tag?: return tagged(text, isPlain, tag, event.position)
        }
        guard isPlain else { return .string(text) }
        switch PlainScalar.resolve(text) {
        case .string: return .string(text)
        case .value(let value): return value
        case .ambiguous(let kubectl, let core):
            report(
                event.position, "the plain scalar \(text) means \(kubectl) to kubectl and \(core) in YAML 1.2",
                hint: "quote it: \(JSONValue.string(text).encodedString()), or write \(kubectl)")
        case .notFinite:
            report(
                event.position, "\(text) is not a number that JSON can hold", hint: "quote it if it is meant as text")
        }
        return .null
    }

    /// A scalar with another tag than `!!str`: right if it only says what the scalar is anyhow.
    private mutating func tagged(_ text: String, _ isPlain: Bool, _ tag: String, _ position: Position) -> JSONValue {
        if isPlain, case .value(let value) = PlainScalar.resolve(text), tag == YAMLTag.prefix + YAMLTag.name(of: value)
        {
            return value
        }
        refuseTag(tag, position)
        return .null
    }

    private mutating func checkTag(_ event: YAMLEvent, allowed: String) {
        guard let tag = event.tag, tag != "!", tag != YAMLTag.prefix + allowed else { return }
        refuseTag(tag, event.position)
    }

    private mutating func refuseTag(_ tag: String, _ position: Position) {
        let shown = tag.hasPrefix(YAMLTag.prefix) ? "!!\(tag.dropFirst(YAMLTag.prefix.count))" : tag
        report(position, "the tag \(shown) does not fit or is not known", hint: "remove it, and quote what is text")
    }
}

/// The tags of YAML's core schema.
enum YAMLTag {
    static let prefix = "tag:yaml.org,2002:"

    static func name(of value: JSONValue) -> String {
        switch value {
        case .null: "null"
        case .bool: "bool"
        case .int: "int"
        case .double: "float"
        case .string: "str"
        case .array: "seq"
        case .object: "map"
        }
    }
}
