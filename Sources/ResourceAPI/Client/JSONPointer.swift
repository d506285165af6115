import JSON

/// A JSON pointer (RFC 6901): `/spec/template/0`.
struct JSONPointer: Sendable, Hashable {
    private static let maximumDepth = JSONLimits.default.maximumDepth

    let tokens: [String]

    /// nil when `text` is neither empty nor begins with a slash.
    init?(_ text: String) {
        guard text.isEmpty || text.hasPrefix("/") else { return nil }
        tokens = text.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map {
            String($0).replacing("~1", with: "/").replacing("~0", with: "~")
        }
    }

    private var text: String { tokens.map { "/" + $0 }.joined() }

    func failure(_ reason: String) -> APIStatus {
        APIStatus(code: 422, reason: .invalid, message: "the JSON patch cannot be applied at \"\(text)\": \(reason)")
    }

    func value(in root: JSONValue) throws(APIStatus) -> JSONValue {
        var value = root
        for token in tokens {
            switch value {
            case .object(let members):
                guard let member = members[token] else { throw failure("there is no member \"\(token)\"") }
                value = member
            case .array(let items): value = items[try index(token, below: items.count)]
            default: throw failure("\"\(token)\" is looked for in neither an object nor an array")
            }
        }
        return value
    }

    func adding(_ new: JSONValue, to root: JSONValue) throws(APIStatus) -> JSONValue {
        try checkDepth(of: new)
        return try edited(root, tokens[...]) { parent, token throws(APIStatus) in
            switch parent {
            case .object(var members):
                members[token] = new
                return .object(members)
            case .array(var items):
                let index = token == "-" ? items.count : try self.index(token, below: items.count + 1)
                items.insert(new, at: index)
                return .array(items)
            default: throw failure("the parent is neither an object nor an array")
            }
        } whole: {
            new
        }
    }

    func replacing(in root: JSONValue, with new: JSONValue) throws(APIStatus) -> JSONValue {
        try checkDepth(of: new)
        _ = try value(in: root)
        return try edited(root, tokens[...]) { parent, token throws(APIStatus) in
            switch parent {
            case .array(var items):
                items[try self.index(token, below: items.count)] = new
                return .array(items)
            default:
                var parent = parent
                parent[token] = .some(new)
                return parent
            }
        } whole: {
            new
        }
    }

    func removing(from root: JSONValue) throws(APIStatus) -> JSONValue {
        _ = try value(in: root)
        return try edited(root, tokens[...]) { parent, token throws(APIStatus) in
            switch parent {
            case .array(var items):
                items.remove(at: try self.index(token, below: items.count))
                return .array(items)
            default:
                var parent = parent
                parent[token] = nil
                return parent
            }
        } whole: {
            .null
        }
    }

    /// What a patch puts in place cannot be deeper than what a body can be: everything that walks objects counts on it.
    private func checkDepth(of new: JSONValue) throws(APIStatus) {
        guard new.isDeeper(than: JSONPointer.maximumDepth - tokens.count) else { return }
        throw failure("the value would be more than \(JSONPointer.maximumDepth) levels deep")
    }

    /// `value` with the parent of the pointer's end replaced.
    private func edited(
        _ value: JSONValue, _ rest: ArraySlice<String>,
        parent edit: (JSONValue, String) throws(APIStatus) -> JSONValue, whole: () -> JSONValue
    ) throws(APIStatus) -> JSONValue {
        guard let token = rest.first else { return whole() }
        if rest.count == 1 { return try edit(value, token) }
        switch value {
        case .object(var members):
            guard let child = members[token] else { throw failure("there is no member \"\(token)\"") }
            members[token] = .some(try edited(child, rest.dropFirst(), parent: edit, whole: whole))
            return .object(members)
        case .array(var items):
            let index = try index(token, below: items.count)
            items[index] = try edited(items[index], rest.dropFirst(), parent: edit, whole: whole)
            return .array(items)
        default: throw failure("\"\(token)\" is looked for in neither an object nor an array")
        }
    }

    /// An index without leading zeros.
    private func index(_ token: String, below count: Int) throws(APIStatus) -> Int {
        guard let index = Int(token), String(index) == token, index >= 0, index < count else {
            throw failure("\"\(token)\" is no index of an array of \(count)")
        }
        return index
    }
}

extension JSONValue {
    /// Whether there are more than `levels` arrays and objects inside one another.
    fileprivate func isDeeper(than levels: Int) -> Bool {
        switch self {
        case .array(let items): levels <= 0 || items.contains { $0.isDeeper(than: levels - 1) }
        case .object(let members): levels <= 0 || members.contains { $0.value.isDeeper(than: levels - 1) }
        default: false
        }
    }
}
