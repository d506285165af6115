public import JSON

/// A path in kubectl's dialect of JSONPath, without text around it: `.spec.template`, `{.items[*].metadata.name}`.
///
/// Source: "JSONPath Support" in the Kubernetes reference. A key that is missing leads nowhere and is no error; an index
/// beyond the end of a list is one, as in kubectl.
public struct JSONPathExpression: Sendable, Hashable, CustomStringConvertible {
    /// As it was written, without braces.
    public let description: String
    let steps: [JSONPathStep]
    private let limits: JSONPathLimits

    /// Reads `{.a.b}`, `{a.b}`, `.a.b` and `a.b` alike, as kubectl does wherever it wants one path and no template.
    public init(_ text: String, limits: JSONPathLimits = .default) throws(JSONPathError) {
        let hasBraces = text.hasPrefix("{") && text.hasSuffix("}") && text.utf8.count >= 2
        let inside = hasBraces ? String(text.dropFirst().dropLast()) : text
        var parser = try JSONPathParser(inside, limits: limits, offset: hasBraces ? 1 : 0)
        steps = try parser.parseWholePath()
        description = inside
        self.limits = limits
    }

    /// The values that the path leads to, in the order of the document; an object's members are in the order of their
    /// keys.
    public func values(in root: JSONValue) throws(JSONPathError) -> [JSONValue] {
        var evaluation = JSONPathEvaluation(limits: limits)
        return try evaluation.follow(steps, from: [root])
    }
}
