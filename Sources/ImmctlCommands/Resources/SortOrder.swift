import InfraAPI
import JSON
import JSONPath

/// `--sort-by`: objects by the value at a path.
///
/// As kubectl does it: what lacks the value comes first, quantities (`500m`, `1Gi`) go by amount, and digits in other
/// texts by the number they make (`web-2` before `web-10`). Equal values keep their order.
struct SortOrder: Sendable, Hashable {
    let path: JSONPathExpression

    func sorted(_ objects: [JSONValue]) throws(CommandFailure) -> [JSONValue] {
        var keyed: [(object: JSONValue, key: Key)] = []
        for object in objects { keyed.append((object, try key(of: object))) }
        guard objects.isEmpty || keyed.contains(where: { $0.key != .missing }) else {
            throw CommandFailure(.failed, "--sort-by: no object has a value at \(path)")
        }
        return keyed.enumerated().sorted { left, right in
            let order = left.element.key.order(right.element.key)
            return order == 0 ? left.offset < right.offset : order < 0
        }.map(\.element.object)
    }

    private enum Key: Hashable {
        case missing
        case bool(Bool)
        case number(Double)
        case quantity(Quantity)
        case text(String)

        func order(_ other: Key) -> Int {
            switch (self, other) {
            case (.bool(let left), .bool(let right)): (left ? 1 : 0) - (right ? 1 : 0)
            case (.number(let left), .number(let right)): left < right ? -1 : left > right ? 1 : 0
            case (.quantity(let left), .quantity(let right)): left < right ? -1 : left > right ? 1 : 0
            case (.text(let left), .text(let right)): NaturalOrder.compare(left, right)
            default: rank - other.rank
            }
        }

        private var rank: Int {
            switch self {
            case .missing: 0
            case .bool: 1
            case .number: 2
            case .quantity: 3
            case .text: 4
            }
        }
    }

    private func key(of object: JSONValue) throws(CommandFailure) -> Key {
        let values: [JSONValue]
        do throws(JSONPathError) {
            values = try path.values(in: object)
        } catch { throw CommandFailure(.failed, "--sort-by: \(object.qualifiedName): \(error)") }
        guard values.count <= 1 else {
            throw CommandFailure(
                .failed, "--sort-by: \(path) leads to \(values.count) values of \(object.qualifiedName)")
        }
        switch values.first {
        case nil, .null?: return .missing
        case .bool(let value)?: return .bool(value)
        case .int(let value)?: return .number(Double(value))
        case .double(let value)?: return .number(value)
        case .string(let text)?: return Quantity(text).map(Key.quantity) ?? .text(text)
        case .array?, .object?:
            throw CommandFailure(.failed, "--sort-by: \(path) of \(object.qualifiedName) is a list or an object")
        }
    }
}

/// Text order in which a run of digits counts as the number it writes.
enum NaturalOrder {
    /// Negative, zero or positive, as `left` sorts before, with or after `right`.
    static func compare(_ left: String, _ right: String) -> Int {
        var (left, right) = (Array(left.utf8)[...], Array(right.utf8)[...])
        while let first = left.first, let second = right.first {
            if isDigit(first), isDigit(second) {
                let (one, other) = (number(&left), number(&right))
                if one.count != other.count { return one.count - other.count }
                if one != other { return one.lexicographicallyPrecedes(other) ? -1 : 1 }
            } else {
                if first != second { return Int(first) - Int(second) }
                left.removeFirst()
                right.removeFirst()
            }
        }
        return left.count - right.count
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    /// The digits without zeros in front, which leave `bytes`.
    private static func number(_ bytes: inout ArraySlice<UInt8>) -> [UInt8] {
        let digits = bytes.prefix(while: isDigit)
        bytes = bytes.dropFirst(digits.count)
        return Array(digits.drop { $0 == 0x30 })
    }
}
