import InfraAPI
import JSON

/// An explanation for people, as kubectl lays it out.
struct ExplanationText: Sendable {
    let width: Int
    let recursive: Bool

    func lines(_ explanation: FieldExplanation) -> [String] {
        let (type, schema) = (explanation.type, explanation.schema)
        var lines: [String] = []
        if !type.group.isEmpty { lines.append("GROUP:      \(type.group)") }
        lines += ["KIND:       \(type.kind)", "VERSION:    \(type.version)", ""]
        if let name = explanation.path.last {
            lines += ["FIELD: \(name) <\(schema.typeName)>\(explanation.isRequired ? " -required-" : "")", ""]
        }
        lines.append("DESCRIPTION:")
        lines += described(schema, indent: 4)
        lines.append("")
        let properties = schema.held.properties
        guard !properties.isEmpty else { return lines }
        lines.append("FIELDS:")
        for property in properties { lines += field(property, level: 1) }
        return lines
    }

    private func field(_ property: SchemaProperty, level: Int) -> [String] {
        let indent = String(repeating: "  ", count: level)
        let required = property.isRequired ? " -required-" : ""
        let head = "\(indent)\(property.name)\t<\(property.schema.typeName)>\(required)"
        guard recursive else { return [head] + described(property.schema, indent: 4) + [""] }
        return [head + facts(of: property.schema)]
            + property.schema.held.properties.flatMap { field($0, level: level + 1) }
    }

    /// What fits on the line of a field: its default and its values.
    private func facts(of schema: Schema) -> String {
        var facts: [String] = []
        if let value = schema.plainDefault { facts.append("default: \(value)") }
        if !schema.allowedValues.isEmpty { facts.append("enum: \(schema.allowedValues.joined(separator: ", "))") }
        return facts.isEmpty ? "" : "  " + facts.joined(separator: "; ")
    }

    private func described(_ schema: Schema, indent: Int) -> [String] {
        var paragraphs = [schema.description.isEmpty ? "<empty>" : schema.description]
        if let value = schema.plainDefault { paragraphs.append("Default: \(value)") }
        if !schema.allowedValues.isEmpty { paragraphs.append("Enum: \(schema.allowedValues.joined(separator: ", "))") }
        if !schema.limits.isEmpty { paragraphs.append("Limits: \(schema.limits.joined(separator: "; "))") }
        return paragraphs.flatMap { TextWrapping.lines($0, width: width, indent: indent) }
    }
}

extension Schema {
    /// The default where it says something: of an object it stands at its fields.
    fileprivate var plainDefault: String? {
        guard let value = defaultValue, value.objectValue == nil else { return nil }
        return value.stringValue.map { $0.isEmpty ? "\"\"" : $0 } ?? value.encodedString()
    }
}

/// Breaks text between words.
enum TextWrapping {
    static func lines(_ text: String, width: Int, indent: Int) -> [String] {
        let margin = String(repeating: " ", count: indent)
        let room = max(20, width - indent)
        var lines: [String] = []
        var line = ""
        for word in text.split(whereSeparator: \.isWhitespace) {
            if !line.isEmpty, line.count + 1 + word.count > room {
                lines.append(margin + line)
                line = ""
            }
            line += (line.isEmpty ? "" : " ") + word
        }
        return line.isEmpty ? lines : lines + [margin + line]
    }
}
