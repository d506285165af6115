/// The place of a value in an object, printed as Kubernetes does: `spec.template.spec.env[0].name`.
public struct FieldPath: Sendable, Hashable, CustomStringConvertible {
    public enum Element: Sendable, Hashable {
        case field(String)
        case index(Int)
    }

    public var elements: [Element]

    public init(_ elements: [Element] = []) { self.elements = elements }

    public func field(_ name: String) -> FieldPath { FieldPath(elements + [.field(name)]) }
    public func index(_ index: Int) -> FieldPath { FieldPath(elements + [.index(index)]) }

    public var description: String {
        var text = ""
        for element in elements {
            switch element {
            case .field(let name) where name.contains(where: { $0 == "." || $0 == "/" }): text += "[\(name)]"
            case .field(let name): text += text.isEmpty ? name : ".\(name)"
            case .index(let index): text += "[\(index)]"
            }
        }
        return text
    }
}

/// What is wrong with one field, in the words of Kubernetes' `field.Error` (the causes of a 422).
public struct FieldError: Error, Sendable, Hashable, CustomStringConvertible {
    public enum Reason: String, Sendable, Hashable {
        case required = "FieldValueRequired"
        case invalid = "FieldValueInvalid"
        case notSupported = "FieldValueNotSupported"
        case duplicate = "FieldValueDuplicate"
        case forbidden = "FieldValueForbidden"
        case tooLong = "FieldValueTooLong"
        case tooMany = "FieldValueTooMany"
        case typeInvalid = "FieldValueTypeInvalid"
        /// An unknown or repeated field (strict decoding).
        case unknownField = "UnknownField"
    }

    public var path: FieldPath
    public var reason: Reason
    /// The whole sentence without the path: `Invalid value: -1: must be greater than or equal to 0`.
    public var message: String
    /// What to do: `did you mean "replicas"?`
    public var hint: String?

    public init(_ path: FieldPath, _ reason: Reason, _ message: String, hint: String? = nil) {
        self.path = path
        self.reason = reason
        self.message = message
        self.hint = hint
    }

    public var description: String { "\(path): \(message)" + (hint.map { " (\($0))" } ?? "") }
}
