public import JSON

/// A path into an object in the part of Kubernetes' JSONPath that columns and scale subresources need:
/// `.status.conditions[?(@.type=="Ready")].reason`.
public struct ObjectPath: Sendable, Hashable, CustomStringConvertible {
    public enum Element: Sendable, Hashable {
        case field(String)
        /// The first item of a list whose member `name` is the string `value`.
        case firstItem(name: String, value: String)
    }

    public let elements: [Element]

    public init(_ elements: [Element]) { self.elements = elements }

    /// `.a.b` of plain names.
    public init(_ names: String...) { elements = names.map { .field($0) } }

    public var description: String {
        elements.map { element in
            switch element {
            case .field(let name): "." + name.replacing(".", with: "\\.")
            case .firstItem(let name, let value): "[?(@.\(name)==\"\(value)\")]"
            }
        }.joined()
    }

    /// The value at the end of the path; nil when it is missing or null.
    public func value(in object: JSONValue) -> JSONValue? {
        var value: JSONValue? = object
        for element in elements {
            switch element {
            case .field(let name): value = value?[name]
            case .firstItem(let name, let wanted):
                value = value?.arrayValue?.first { $0[name]?.stringValue?.isByteEqual(to: wanted) ?? false }
            }
        }
        guard let value, !value.isNull else { return JSONValue?.none }
        return value
    }
}
