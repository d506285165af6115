import JSON

/// Follows steps, and counts the values it looks at.
struct JSONPathEvaluation {
    private let limits: JSONPathLimits
    private var visits = 0

    init(limits: JSONPathLimits) { self.limits = limits }

    mutating func follow(_ steps: [JSONPathStep], from start: [JSONValue]) throws(JSONPathError) -> [JSONValue] {
        var values = start
        for step in steps { values = try take(step, from: values) }
        return values
    }

    private mutating func take(_ step: JSONPathStep, from values: [JSONValue]) throws(JSONPathError) -> [JSONValue] {
        try count(values.count)
        var results: [JSONValue] = []
        switch step {
        case .field(let name): results = values.compactMap { $0[name] }
        case .wildcard: for value in values { results += value.children }
        case .descendants: for value in values { try appendContainers(in: value, to: &results) }
        case .index(let index): for value in values { results += try item(index, of: value) }
        case .slice(let slice): for value in values { results += try items(slice, of: value) }
        case .union(let paths): for path in paths { results += try follow(path, from: values) }
        case .filter(let filter): for value in values { results += try passing(filter, in: value) }
        }
        try count(results.count)
        return results
    }

    private mutating func count(_ more: Int) throws(JSONPathError) {
        visits += more
        guard visits <= limits.maximumVisits else {
            throw .tooLarge("the path leads to more than \(limits.maximumVisits) values")
        }
    }

    /// The value and all in it, as far as they hold something; parents before children.
    private mutating func appendContainers(in value: JSONValue, to results: inout [JSONValue]) throws(JSONPathError) {
        // A stack of our own: the depth of a value is bounded by its reader, and not by this one.
        var pending = [value]
        while let next = pending.popLast() {
            let children = next.children
            try count(1 + children.count)
            guard !children.isEmpty else { continue }
            results.append(next)
            pending += children.reversed()
        }
    }

    private func list(_ value: JSONValue, for what: String) throws(JSONPathError) -> [JSONValue]? {
        if value.isNull { return [JSONValue]?.none }
        guard let items = value.arrayValue else {
            throw .mismatch("\(value.jsonPathExcerpt) is not a list, and \(what) looks into lists only")
        }
        return items
    }

    private func item(_ index: Int, of value: JSONValue) throws(JSONPathError) -> [JSONValue] {
        guard let items = try list(value, for: "[\(index)]") else { return [] }
        let position = index < 0 ? index + items.count : index
        guard items.indices.contains(position) else {
            throw .mismatch("array index out of bounds: index \(index), length \(items.count)")
        }
        return [items[position]]
    }

    private func items(_ slice: JSONPathSlice, of value: JSONValue) throws(JSONPathError) -> [JSONValue] {
        guard let items = try list(value, for: slice == JSONPathSlice() ? "[*]" : "a slice") else { return [] }
        func position(_ index: Int) -> Int { index < 0 ? index + items.count : index }
        let (start, end) = (position(slice.start ?? 0), position(slice.end ?? items.count))
        if start == end { return [] }
        guard items.indices.contains(start) else {
            throw .mismatch("array index out of bounds: index \(slice.start ?? 0), length \(items.count)")
        }
        guard (0...items.count).contains(end) else {
            throw .mismatch("array index out of bounds: index \((slice.end ?? 0) - 1), length \(items.count)")
        }
        guard start < end else {
            throw .mismatch("starting index \(start) is greater than ending index \(end)")
        }
        return stride(from: start, to: end, by: slice.step ?? 1).map { items[$0] }
    }

    private mutating func passing(_ filter: JSONPathFilter, in value: JSONValue) throws(JSONPathError) -> [JSONValue] {
        guard let items = try list(value, for: "a filter") else { return [] }
        var results: [JSONValue] = []
        for item in items where try passes(filter, item) { results.append(item) }
        return results
    }

    private mutating func passes(_ filter: JSONPathFilter, _ item: JSONValue) throws(JSONPathError) -> Bool {
        let lefts = try follow(filter.left, from: [item])
        guard let (comparison, operand) = filter.right else { return !lefts.isEmpty }
        let rights: [JSONValue] =
            switch operand {
            case .literal(let value): [value]
            case .path(let steps): try follow(steps, from: [item])
            }
        guard lefts.count <= 1, rights.count <= 1 else {
            throw .mismatch(
                "a filter compares one value with one, and its path leads to \(max(lefts.count, rights.count))")
        }
        guard let left = lefts.first, let right = rights.first else { return false }
        return try comparison.holds(left, right)
    }
}

extension JSONValue {
    /// The items of a list, the members of an object in the order of their keys; nothing else holds something.
    fileprivate var children: [JSONValue] {
        switch self {
        case .array(let items): items
        case .object(let members): members.map(\.value)
        case .null, .bool, .int, .double, .string: []
        }
    }

    /// The beginning of the value, for messages.
    var jsonPathExcerpt: String {
        let text = encodedString()
        return text.count <= 60 ? text : text.prefix(57) + "…"
    }
}
