import JSON

extension JSONPathFilter.Comparison {
    /// Compares two scalars of one type; numbers by value.
    ///
    /// - Throws: for values of different types and for what has no order, as kubectl does.
    func holds(_ left: JSONValue, _ right: JSONValue) throws(JSONPathError) -> Bool {
        switch (left, right) {
        case (.string(let left), .string(let right)):
            return holds(left.utf8.lexicographicallyPrecedes(right.utf8), left.isByteEqual(to: right))
        case (.int(let left), .int(let right)): return holds(left < right, left == right)
        case (.int, .double), (.double, .int), (.double, .double):
            let (left, right) = (left.doubleValue ?? 0, right.doubleValue ?? 0)
            return holds(left < right, left == right)
        case (.bool(let left), .bool(let right)) where self == .equal: return left == right
        case (.bool(let left), .bool(let right)) where self == .notEqual: return left != right
        case (.bool, .bool): throw .mismatch("\(rawValue) does not order booleans")
        // Nothing but null equals null.
        case (.null, _) where self == .equal, (_, .null) where self == .equal: return left.isNull && right.isNull
        case (.null, _) where self == .notEqual, (_, .null) where self == .notEqual:
            return !(left.isNull && right.isNull)
        default:
            throw .mismatch(
                "\(left.jsonPathExcerpt) \(rawValue) \(right.jsonPathExcerpt): a filter compares two strings, two numbers "
                    + "or two booleans")
        }
    }

    private func holds(_ isLess: Bool, _ isEqual: Bool) -> Bool {
        switch self {
        case .equal: isEqual
        case .notEqual: !isEqual
        case .less: isLess
        case .lessOrEqual: isLess || isEqual
        case .greater: !isLess && !isEqual
        case .greaterOrEqual: !isLess
        }
    }
}
