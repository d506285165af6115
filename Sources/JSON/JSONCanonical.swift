extension JSONValue {
    /// The canonical form of RFC 8785 (JCS): equal values have equal bytes, in every implementation.
    ///
    /// Members stand in the order of their keys' UTF-16. Beyond the RFC, which knows only doubles, an `.int` outside
    /// ±2^53 is written with all its digits, so that two such integers never share their bytes.
    public func canonicalBytes() -> [UInt8] {
        var writer = JSONWriter()
        writer.append(canonical: self)
        return Array(writer.bytes)
    }
}

extension JSONWriter {
    fileprivate mutating func append(canonical value: JSONValue) {
        switch value {
        case .object(let object):
            append(UInt8(ascii: "{"))
            for (index, member) in object.membersByUTF16.enumerated() {
                if index > 0 { append(UInt8(ascii: ",")) }
                append(quoted: member.key)
                append(UInt8(ascii: ":"))
                append(canonical: member.value)
            }
            append(UInt8(ascii: "}"))
        case .array(let values):
            append(UInt8(ascii: "["))
            for (index, value) in values.enumerated() {
                if index > 0 { append(UInt8(ascii: ",")) }
                append(canonical: value)
            }
            append(UInt8(ascii: "]"))
        default: append(scalar: value)
        }
    }
}

extension JSONObject {
    /// The order of UTF-8 is that of UTF-16 unless a key holds a scalar from U+E000 on, whose first byte is 0xEE or more.
    fileprivate var membersByUTF16: [Member] {
        guard members.contains(where: { $0.key.utf8.contains { $0 >= 0xEE } }) else { return members }
        return members.sorted { $0.key.utf16.lexicographicallyPrecedes($1.key.utf16) }
    }
}
