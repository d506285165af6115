/// Bytes from a readable text: pairs of hexadecimal digits, and ASCII between single quotes.
func bytes(_ text: String) -> [UInt8] {
    var result: [UInt8] = []
    var digits: [UInt8] = []
    var isQuoted = false
    for byte in text.utf8 {
        if byte == UInt8(ascii: "'") {
            isQuoted.toggle()
        } else if isQuoted {
            result.append(byte)
        } else if byte != UInt8(ascii: " "), byte != UInt8(ascii: "\n") {
            digits.append(byte)
            if digits.count == 2 {
                result.append(UInt8(String(decoding: digits, as: UTF8.self), radix: 16) ?? 0)
                digits = []
            }
        }
    }
    return result
}
