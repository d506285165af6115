import JSON

/// One step from values to values.
indirect enum JSONPathStep: Sendable, Hashable {
    /// `.name`
    case field(String)
    /// `.*`: the members of an object, the items of a list.
    case wildcard
    /// `..`: the value itself and everything in it that holds something.
    case descendants
    /// `[2]`, `[-1]`
    case index(Int)
    /// `[1:3]`, `[::2]`, `[*]`
    case slice(JSONPathSlice)
    /// `['a','b']`, `[0,2]`: the results of each, one after the other.
    case union([[JSONPathStep]])
    /// `[?(…)]`: the items of a list that pass.
    case filter(JSONPathFilter)
}

/// `[start:end:step]`; what is missing means from the beginning, to the end, each one.
struct JSONPathSlice: Sendable, Hashable {
    var start: Int?
    var end: Int?
    var step: Int?
}

struct JSONPathFilter: Sendable, Hashable {
    enum Comparison: String, Sendable, Hashable, CaseIterable {
        // The longer ones first: a reader tries them in this order.
        case equal = "=="
        case notEqual = "!="
        case lessOrEqual = "<="
        case greaterOrEqual = ">="
        case less = "<"
        case greater = ">"
    }

    enum Operand: Sendable, Hashable {
        /// Relative to the item.
        case path([JSONPathStep])
        case literal(JSONValue)
    }

    /// Relative to the item.
    var left: [JSONPathStep]
    /// nil: `[?(@.a)]`, where `left` has to find something.
    var right: (comparison: Comparison, operand: Operand)?

    static func == (left: JSONPathFilter, right: JSONPathFilter) -> Bool {
        left.left == right.left && left.right?.comparison == right.right?.comparison
            && left.right?.operand == right.right?.operand
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(left)
        hasher.combine(right?.comparison)
        hasher.combine(right?.operand)
    }
}

/// One part of a template.
enum JSONPathPart: Sendable, Hashable {
    /// Outside of braces, or quoted inside.
    case text(String)
    case values([JSONPathStep])
    /// `{range …}…{end}`: the parts once for each value.
    case range([JSONPathStep], [JSONPathPart])
}
