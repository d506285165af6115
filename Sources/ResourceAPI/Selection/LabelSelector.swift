public import JSON

/// A label selector as Kubernetes writes it: `app=web,tier in (a, b),!canary`.
public struct LabelSelector: Sendable, Hashable {
    /// One comma-separated part; all must hold.
    public enum Requirement: Sendable, Hashable {
        case exists(String)
        case absent(String)
        /// `=`, `==`, `in`
        case oneOf(String, [String])
        /// `!=`, `notin`: holds, too, where the label is missing.
        case noneOf(String, [String])
        case greaterThan(String, Int64)
        case lessThan(String, Int64)
    }

    public var requirements: [Requirement]

    public init(_ requirements: [Requirement] = []) { self.requirements = requirements }

    /// Parses the text form; throws status 400 with the place and what was expected there.
    public init(parsing text: String) throws(APIStatus) {
        var parser = LabelSelectorParser(text)
        requirements = try parser.parse()
    }

    public var isEmpty: Bool { requirements.isEmpty }

    /// Whether the labels (name to value) satisfy every requirement.
    public func matches(_ labels: (String) -> String?) -> Bool {
        requirements.allSatisfy { $0.holds(labels) }
    }

    /// Whether `metadata.labels` of an object satisfies every requirement.
    public func matches(object: JSONValue) -> Bool {
        guard !requirements.isEmpty else { return true }
        let labels = object["metadata"]?["labels"]?.objectValue
        return matches { labels?[$0]?.stringValue }
    }
}

extension LabelSelector.Requirement {
    fileprivate func holds(_ labels: (String) -> String?) -> Bool {
        switch self {
        case .exists(let key): labels(key) != nil
        case .absent(let key): labels(key) == nil
        case .oneOf(let key, let values): labels(key).map(values.contains) ?? false
        case .noneOf(let key, let values): labels(key).map { !values.contains($0) } ?? true
        case .greaterThan(let key, let bound): labels(key).flatMap(Int64.init).map { $0 > bound } ?? false
        case .lessThan(let key, let bound): labels(key).flatMap(Int64.init).map { $0 < bound } ?? false
        }
    }
}
