import ResourceAPI

/// What is read reads back from its own text as the same selector.
func checkLabelSelector(_ input: [UInt8]) {
    guard let text = String(validating: input, as: UTF8.self),
        let selector = try? LabelSelector(parsing: text)
    else { return }
    let printed = selector.requirements.map(\.printed).joined(separator: ",")
    require((try? LabelSelector(parsing: printed)) == selector, "the selector reads back from \(printed)")
    let spaced = printed.replacing(",", with: "\r\n,\t ").replacing("!", with: " ! ").replacing(" ! =", with: " !=")
    require((try? LabelSelector(parsing: spaced)) == selector, "white space does not count in \(spaced)")
    _ = selector.matches { $0.isEmpty ? nil : "1" }
}

extension LabelSelector.Requirement {
    fileprivate var printed: String {
        switch self {
        case .exists(let key): key
        case .absent(let key): "!\(key)"
        case .oneOf(let key, let values): "\(key) in (\(values.joined(separator: ",")))"
        case .noneOf(let key, let values): "\(key) notin (\(values.joined(separator: ",")))"
        case .greaterThan(let key, let bound): "\(key)>\(bound)"
        case .lessThan(let key, let bound): "\(key)<\(bound)"
        }
    }
}
