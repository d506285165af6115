import JSON

/// How one object differs from another, field by field. No path stands in two of the sets.
struct Comparison: Sendable {
    var added = FieldSet()
    var modified = FieldSet()
    var removed = FieldSet()

    var isSame: Bool { added.isEmpty && modified.isEmpty && removed.isEmpty }

    /// What `new` adds to, changes in and removes from `old`; nil stands for no object.
    init(from old: JSONValue?, to new: JSONValue?, _ shape: MergeShape) throws(FieldSetError) {
        guard let difference = try Difference.between(old, new, shape) else { return }
        added = difference.added.children
        modified = difference.modified.children
        removed = difference.removed.children
    }
}

/// The difference of two values at one path: whether it is the path itself, and what stands below.
private struct Difference {
    struct Side {
        var isMember = false
        var nodes: [FieldSet.Node] = []
        var children: FieldSet { FieldSet(nodes) }

        mutating func add(_ element: PathElement, _ side: Side) {
            guard side.isMember || !side.nodes.isEmpty else { return }
            nodes.append(FieldSet.Node(element, isMember: side.isMember, children: side.children))
        }
    }

    var added = Side()
    var modified = Side()
    var removed = Side()

    mutating func add(_ element: PathElement, _ difference: Difference) {
        added.add(element, difference.added)
        modified.add(element, difference.modified)
        removed.add(element, difference.removed)
    }

    /// nil when nothing that is tracked differs.
    static func between(
        _ old: JSONValue?, _ new: JSONValue?, _ shape: MergeShape
    ) throws(FieldSetError) -> Difference? {
        if shape.isIgnored || old == new { return nil }
        var result: Difference
        switch (shape.kind, old ?? .null, new ?? .null) {
        case (.record, let old, let new) where isContainer(old, new, \.objectMembers),
            (.map, let old, let new) where isContainer(old, new, \.objectMembers):
            result = try members(old.objectValue ?? JSONObject(), new.objectValue ?? JSONObject(), shape)
        case (.set, let old, let new) where isContainer(old, new, \.arrayItems),
            (.keyedList, let old, let new) where isContainer(old, new, \.arrayItems):
            result = try items(old.arrayValue ?? [], new.arrayValue ?? [], shape)
        default:
            result = Difference()
            result.modified.isMember = old != nil && new != nil
        }
        if shape.isOwnable {
            if old == nil { result.added.isMember = true }
            if new == nil { result.removed.isMember = true }
        }
        return result
    }

    /// Whether two values are compared by what is in them: both of the right type or null, and not both empty, which
    /// keeps the difference between empty and missing.
    private static func isContainer(_ old: JSONValue, _ new: JSONValue, _ count: (JSONValue) -> Int?) -> Bool {
        guard let before = old.isNull ? 0 : count(old), let after = new.isNull ? 0 : count(new) else { return false }
        return before + after > 0
    }

    private static func members(
        _ old: JSONObject, _ new: JSONObject, _ shape: MergeShape
    ) throws(FieldSetError) -> Difference {
        var result = Difference()
        func visit(_ key: String, _ before: JSONValue?, _ after: JSONValue?) throws(FieldSetError) {
            do throws(FieldSetError) {
                guard let below = try between(before, after, shape.member(key)) else { return }
                result.add(.field(key), below)
            } catch { throw error.inside(".\(key)") }
        }
        for member in old { try visit(member.key, member.value, new[member.key]) }
        for member in new where old[member.key] == nil { try visit(member.key, nil, member.value) }
        return result
    }

    private static func items(
        _ old: [JSONValue], _ new: [JSONValue], _ shape: MergeShape
    ) throws(FieldSetError) -> Difference {
        let before = try ListElements(old, shape)
        let after = try ListElements(new, shape)
        let item: MergeShape = if case .keyedList(_, let item) = shape.kind { item } else { .leaf }
        var result = Difference()
        var seen: Set<PathElement> = []
        for element in before.elements + after.elements where seen.insert(element).inserted {
            let wasRepeated = before.duplicates.contains(element)
            let isRepeated = after.duplicates.contains(element)
            if wasRepeated || isRepeated {
                // Repeated items cannot be told apart: they are owned together.
                var difference = Difference()
                if wasRepeated, isRepeated {
                    difference.modified.isMember = before.all(element) != after.all(element)
                } else if isRepeated {
                    difference = try between(before.single(element), nil, item) ?? Difference()
                    difference.removed.isMember = false
                    difference.added.isMember = true
                } else {
                    difference = try between(nil, after.single(element), item) ?? Difference()
                    difference.removed.isMember = !after.contains(element)
                }
                result.add(element, difference)
            } else if let below = try between(before.single(element), after.single(element), item) {
                result.add(element, below)
            }
        }
        return result
    }
}

extension JSONValue {
    fileprivate var objectMembers: Int? { objectValue?.count }
    fileprivate var arrayItems: Int? { arrayValue?.count }
}
