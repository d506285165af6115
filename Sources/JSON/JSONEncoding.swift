// Writing a tree as text. Members come out in the order of their keys, so equal trees give equal bytes.
extension JSONValue {
    /// The value without white space. Numbers without a fraction are written as integers; a double that is not
    /// finite, which JSON cannot say, becomes null.
    public func encoded() -> [UInt8] {
        var writer = JSONWriter()
        writer.append(value: self)
        return Array(writer.bytes)
    }

    /// Appends what ``encoded()`` gives.
    public func encoded(into output: inout [UInt8]) {
        var writer = JSONWriter()
        writer.append(value: self)
        output.append(contentsOf: writer.bytes)
    }

    /// ``encoded()`` as a string.
    public func encodedString() -> String {
        var writer = JSONWriter()
        writer.append(value: self)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    /// The value for people: one member or element a line, `indent` spaces a level, no line feed at the end.
    public func prettyString(indent: Int = 2) -> String {
        var writer = JSONWriter()
        writer.append(self, indent: indent, level: 0)
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}

extension JSONWriter {
    mutating func append(value: JSONValue) {
        switch value {
        case .string(let string): append(quoted: string)
        case .object(let object):
            append(UInt8(ascii: "{"))
            var isFirst = true
            for member in object.members {
                if !isFirst { append(UInt8(ascii: ",")) }
                isFirst = false
                append(quoted: member.key)
                append(UInt8(ascii: ":"))
                append(value: member.value)
            }
            append(UInt8(ascii: "}"))
        case .array(let values):
            append(UInt8(ascii: "["))
            var isFirst = true
            for value in values {
                if !isFirst { append(UInt8(ascii: ",")) }
                isFirst = false
                append(value: value)
            }
            append(UInt8(ascii: "]"))
        default: append(scalar: value)
        }
    }

    /// A value that holds no others.
    mutating func append(scalar value: JSONValue) {
        switch value {
        case .null: append(literal: "null")
        case .bool(let bool): append(literal: bool ? "true" : "false")
        case .int(let int): append(int)
        case .double(let double): append(double)
        case .string(let string): append(quoted: string)
        case .array, .object: append(value: value)
        }
    }

    fileprivate mutating func append(_ value: JSONValue, indent: Int, level: Int) {
        switch value {
        case .object(let object) where !object.isEmpty:
            append(UInt8(ascii: "{"))
            for (index, member) in object.members.enumerated() {
                newLine(isFirst: index == 0, indent * (level + 1))
                append(quoted: member.key)
                append(literal: ": ")
                append(member.value, indent: indent, level: level + 1)
            }
            newLine(isFirst: true, indent * level)
            append(UInt8(ascii: "}"))
        case .array(let values) where !values.isEmpty:
            append(UInt8(ascii: "["))
            for (index, value) in values.enumerated() {
                newLine(isFirst: index == 0, indent * (level + 1))
                append(value, indent: indent, level: level + 1)
            }
            newLine(isFirst: true, indent * level)
            append(UInt8(ascii: "]"))
        default: append(value: value)
        }
    }

    private mutating func newLine(isFirst: Bool, _ spaces: Int) {
        if !isFirst { append(UInt8(ascii: ",")) }
        append(UInt8(ascii: "\n"))
        for _ in 0..<spaces { append(UInt8(ascii: " ")) }
    }
}
