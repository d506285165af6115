/// Inputs of several parts: text between lines `---`.
enum InputParts {
    private static let separator = Array("\n---\n".utf8)

    /// Exactly `count` parts; those that are missing are empty, what is too much stays in the last.
    static func split(_ input: [UInt8], into count: Int) -> [[UInt8]] {
        var parts: [[UInt8]] = []
        var rest = input[...]
        while parts.count < count - 1, let end = rest.firstRange(of: separator) {
            parts.append(Array(rest[..<end.lowerBound]))
            rest = rest[end.upperBound...]
        }
        parts.append(Array(rest))
        return parts + Array(repeating: [], count: count - parts.count)
    }
}
