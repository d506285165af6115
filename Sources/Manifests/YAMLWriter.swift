public import JSON

extension JSONValue {
    /// The value as YAML, as kubectl prints it: keys sorted, two spaces a level, lists at the level of their key, text
    /// of several lines as a block. Strings are quoted only where some reader of YAML 1.1 or 1.2 would take them for
    /// something else. Ends with a line feed.
    public func yamlString() -> String {
        var writer = YAMLWriter()
        writer.writeRoot(self)
        return writer.text
    }
}

/// Writes one YAML document.
private struct YAMLWriter {
    var text = ""

    mutating func writeRoot(_ value: JSONValue) {
        switch value {
        case .object(let members) where !members.isEmpty: writeMembers(members, indent: 0, isInline: true)
        case .array(let values) where !values.isEmpty: writeElements(values, indent: 0, isInline: true)
        default:
            writeScalar(value, indent: 0)
            text += "\n"
        }
    }

    /// - Parameter isInline: Whether the first member stands on the line that is begun already.
    private mutating func writeMembers(_ members: JSONObject, indent: Int, isInline: Bool) {
        for (index, member) in members.enumerated() {
            if index > 0 || !isInline { startLine(indent) }
            let key = YAMLScalar.inline(member.key)
            if key.utf8.count > YAMLScalar.longestSimpleKey {
                // Longer ones have to be announced.
                text += "? \(key)\n"
                startLine(indent)
            } else {
                text += key
            }
            text += ":"
            switch member.value {
            case .object(let members) where !members.isEmpty:
                text += "\n"
                writeMembers(members, indent: indent + 2, isInline: false)
            case .array(let values) where !values.isEmpty:
                text += "\n"
                writeElements(values, indent: indent, isInline: false)
            default:
                text += " "
                writeScalar(member.value, indent: indent + 2)
                text += "\n"
            }
        }
    }

    private mutating func writeElements(_ values: [JSONValue], indent: Int, isInline: Bool) {
        for (index, value) in values.enumerated() {
            if index > 0 || !isInline { startLine(indent) }
            text += "- "
            switch value {
            case .object(let members) where !members.isEmpty:
                writeMembers(members, indent: indent + 2, isInline: true)
            case .array(let values) where !values.isEmpty:
                writeElements(values, indent: indent + 2, isInline: true)
            default:
                writeScalar(value, indent: indent + 2)
                text += "\n"
            }
        }
    }

    private mutating func startLine(_ indent: Int) {
        for _ in 0..<indent { text += " " }
    }

    /// - Parameter indent: Of the lines of a block.
    private mutating func writeScalar(_ value: JSONValue, indent: Int) {
        guard case .string(let string) = value else {
            text += value.encodedString()
            return
        }
        guard indent > 0, let (header, lines) = YAMLScalar.block(string) else {
            text += YAMLScalar.inline(string)
            return
        }
        text += header
        for line in lines {
            text += "\n"
            if !line.isEmpty {
                startLine(indent)
                text += line
            }
        }
    }
}
