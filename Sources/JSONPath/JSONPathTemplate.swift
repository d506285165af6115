public import JSON

/// A template in kubectl's dialect of JSONPath, as `-o jsonpath=` takes it:
/// `{range .items[*]}{.metadata.name}{"\t"}{.status.phase}{"\n"}{end}`.
///
/// Text outside of braces is printed as it is. Several values of one path are printed with a space between them; strings
/// and numbers as they are, objects and lists as JSON, null as `null`.
public struct JSONPathTemplate: Sendable, Hashable {
    let parts: [JSONPathPart]
    private let limits: JSONPathLimits

    public init(_ text: String, limits: JSONPathLimits = .default) throws(JSONPathError) {
        var parser = try JSONPathParser(text, limits: limits)
        parts = try parser.parseTemplate()
        self.limits = limits
    }

    /// What the template makes of `root`; no line feed is added.
    public func text(for root: JSONValue) throws(JSONPathError) -> String {
        var evaluation = JSONPathEvaluation(limits: limits)
        var output = ""
        try append(parts, root, &evaluation, &output)
        return output
    }

    private func append(
        _ parts: [JSONPathPart], _ current: JSONValue, _ evaluation: inout JSONPathEvaluation, _ output: inout String
    ) throws(JSONPathError) {
        for part in parts {
            switch part {
            case .text(let text): output += text
            case .values(let steps):
                let values = try evaluation.follow(steps, from: [current])
                for (index, value) in values.enumerated() {
                    if index > 0 { output += " " }
                    output += value.jsonPathText
                    try check(output)
                }
            case .range(let steps, let parts):
                for value in try evaluation.follow(steps, from: [current]) {
                    try append(parts, value, &evaluation, &output)
                }
            }
            try check(output)
        }
    }

    private func check(_ output: String) throws(JSONPathError) {
        guard output.utf8.count <= limits.maximumOutputBytes else {
            throw .tooLarge("the output is larger than \(limits.maximumOutputBytes) bytes")
        }
    }
}

extension JSONValue {
    /// As JSONPath prints a value: a string without quotes, anything else as JSON.
    public var jsonPathText: String { stringValue ?? encodedString() }
}
