import JSON

extension JSONValue? {
    /// Whether there is no value, or null, which means the same in an object's fields.
    var isMissing: Bool {
        switch self {
        case .none, .some(.null): true
        default: false
        }
    }

    var isSet: Bool { !isMissing }
}
