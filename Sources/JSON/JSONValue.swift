import Glibc

/// A JSON text as a tree (RFC 8259).
///
/// Two values are equal when they have the same canonical bytes: strings compare by their UTF-8, not by Unicode
/// equivalence (a change of normalisation is a change), and the order of an object's members does not count.
public enum JSONValue: Sendable {
    case null
    case bool(Bool)
    case int(Int64)
    case double(Double)
    case string(String)
    case array([JSONValue])
    case object(JSONObject)
}

extension JSONValue: Hashable {
    public static func == (left: JSONValue, right: JSONValue) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.bool(let left), .bool(let right)): left == right
        case (.int(let left), .int(let right)): left == right
        case (.double(let left), .double(let right)): left == right
        case (.int(let left), .double(let right)), (.double(let right), .int(let left)): Double(left) == right
        case (.string(let left), .string(let right)): left.isByteEqual(to: right)
        case (.array(let left), .array(let right)): left == right
        case (.object(let left), .object(let right)): left == right
        default: false
        }
    }

    public func hash(into hasher: inout Hasher) {
        switch self {
        case .null: hasher.combine(0)
        case .bool(let value): hasher.combine(value)
        case .int(let value): hasher.combine(Double(value))
        case .double(let value): hasher.combine(value)
        case .string(var value): value.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        case .array(let values): hasher.combine(values)
        case .object(let members): hasher.combine(members)
        }
    }
}

extension String {
    /// Whether both strings have the same UTF-8, which is stricter than `==` (canonical equivalence).
    public func isByteEqual(to other: String) -> Bool {
        utf8.count == other.utf8.count && String.compareBytes(self, other) == 0
    }

    /// Negative, zero or positive, as `left` sorts before, with or after `right` by UTF-8.
    static func compareBytes(_ left: String, _ right: String) -> Int {
        let order: Int?? = left.utf8.withContiguousStorageIfAvailable { left in
            right.utf8.withContiguousStorageIfAvailable { right in
                guard let leftBase = left.baseAddress, let rightBase = right.baseAddress else {
                    return left.count - right.count
                }
                let order = memcmp(leftBase, rightBase, Swift.min(left.count, right.count))
                return order == 0 ? left.count - right.count : Int(order)
            }
        }
        if case .some(.some(let order)) = order { return order }
        // Only strings that come from Foundation's bridging have no contiguous storage.
        let (left, right) = (Array(left.utf8), Array(right.utf8))
        return left == right ? 0 : left.lexicographicallyPrecedes(right) ? -1 : 1
    }
}

// Reading. Each accessor is nil when the value is of another type.
extension JSONValue {
    public var isNull: Bool { if case .null = self { true } else { false } }
    public var boolValue: Bool? { if case .bool(let value) = self { value } else { nil } }
    public var stringValue: String? { if case .string(let value) = self { value } else { nil } }
    public var arrayValue: [JSONValue]? { if case .array(let value) = self { value } else { nil } }
    public var objectValue: JSONObject? { if case .object(let value) = self { value } else { nil } }

    /// The number as an integer; a double counts when it has no fraction.
    public var intValue: Int64? {
        switch self {
        case .int(let value): value
        case .double(let value): Int64(exactly: value)
        default: nil
        }
    }

    public var doubleValue: Double? {
        switch self {
        case .int(let value): Double(value)
        case .double(let value): value
        default: nil
        }
    }

    /// The member `key` of an object. Setting on anything but an object makes one; setting nil removes the member.
    public subscript(_ key: String) -> JSONValue? {
        get { objectValue?[key] }
        set {
            // The payload is moved out and in again, so that the members are changed in place.
            var members: JSONObject
            if case .object(let existing) = self { members = existing } else { members = JSONObject() }
            self = .null
            members[key] = newValue
            self = .object(members)
        }
    }

    /// The value under a chain of object keys. Setting makes the objects on the way.
    public subscript(path keys: [String]) -> JSONValue? {
        get {
            var value: JSONValue? = self
            for key in keys { value = value?[key] }
            return value
        }
        set {
            guard let first = keys.first else {
                self = newValue ?? .null
                return
            }
            if keys.count == 1 {
                self[first] = newValue
            } else {
                var child = self[first] ?? .object(JSONObject())
                child[path: Array(keys.dropFirst())] = newValue
                self[first] = child
            }
        }
    }
}

// No nil literal: where an optional is meant, `nil` would silently become JSON's null.
extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByFloatLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    public init(stringLiteral value: String) { self = .string(value) }
    public init(integerLiteral value: Int64) { self = .int(value) }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(floatLiteral value: Double) { self = .double(value) }
    public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    public init(dictionaryLiteral elements: (String, JSONValue)...) { self = .object(JSONObject(elements)) }
}
