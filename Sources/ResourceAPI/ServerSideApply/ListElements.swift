import JSON

/// A list seen as a set of path elements.
struct ListElements {
    let elements: [PathElement]
    let items: [JSONValue]
    /// First place of each element.
    let positions: [PathElement: Int]
    let duplicates: Set<PathElement>

    /// - Throws: when an item lacks all its keys; `FieldSetError` says which.
    init(_ items: [JSONValue], _ shape: MergeShape) throws(FieldSetError) {
        var elements: [PathElement] = []
        var positions: [PathElement: Int] = [:]
        var duplicates: Set<PathElement> = []
        elements.reserveCapacity(items.count)
        for (index, item) in items.enumerated() {
            let element = try shape.pathElement(of: item, at: index)
            elements.append(element)
            if positions[element] == nil { positions[element] = index } else { duplicates.insert(element) }
        }
        self.elements = elements
        self.items = items
        self.positions = positions
        self.duplicates = duplicates
    }

    func contains(_ element: PathElement) -> Bool { positions[element] != nil }

    /// The item of an element; nil when there is none, or several.
    func single(_ element: PathElement) -> JSONValue? {
        duplicates.contains(element) ? nil : positions[element].map { items[$0] }
    }

    func all(_ element: PathElement) -> [JSONValue] {
        elements.indices.filter { elements[$0] == element }.map { items[$0] }
    }
}

/// An item of a list by keys that cannot be told apart.
struct FieldSetError: Error {
    /// Where, from the object's root; filled in on the way out.
    var path: [String]
    let message: String

    func inside(_ element: String) -> FieldSetError { FieldSetError(path: [element] + path, message: message) }
    var place: String { path.joined() }
}

extension MergeShape {
    fileprivate func pathElement(of item: JSONValue, at index: Int) throws(FieldSetError) -> PathElement {
        guard case .keyedList(let keys, _) = kind else {
            switch item {
            case .object, .array, .null:
                throw FieldSetError(
                    path: ["[\(index)]"], message: "items of a set must be strings, numbers or booleans")
            default: return .value(item)
            }
        }
        var members = JSONObject()
        for key in keys {
            if let value = item[key.name], !value.isNull {
                members[key.name] = value
            } else if let value = key.defaultValue {
                members[key.name] = value
            }
        }
        guard !members.isEmpty else {
            let names = keys.map { "\"\($0.name)\"" }.joined(separator: ", ")
            throw FieldSetError(
                path: ["[\(index)]"], message: "the item omits the key \(names), which tells items apart")
        }
        return .key(members)
    }
}
