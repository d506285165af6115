/// Tells text from other bytes, before a parser sees them.
enum TextCheck {
    struct Fault {
        let position: Position
        let message: String
        let hint: String
    }

    /// NUL, or bytes that are not UTF-8: what no manifest holds.
    static func binaryFault(in bytes: UnsafeBufferPointer<UInt8>) -> Fault? {
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
            return Fault(
                position: Position(line: 1, column: 1), message: "the file is UTF-16", hint: "save it as UTF-8")
        }
        let nul = bytes.firstIndex(of: 0)
        let text = UnsafeBufferPointer(rebasing: bytes[..<(nul ?? bytes.count)])
        if nul == nil, !bytes.contains(where: { $0 >= 0x80 }) || String(validating: text, as: UTF8.self) != nil {
            return nil
        }
        let offset = invalidUTF8(in: text) ?? nul ?? 0
        let what = offset == nul ? "a NUL byte" : "bytes that are not UTF-8"
        return Fault(
            position: position(of: offset, in: bytes), message: "\(what): this looks like a binary file",
            hint: "manifests are YAML or JSON in UTF-8")
    }

    /// A control character that YAML does not allow unescaped.
    static func controlFault(in bytes: UnsafeBufferPointer<UInt8>) -> Fault? {
        let place = bytes.indices.first { index in
            let byte = bytes[index]
            if byte < 0x20 { return byte != 0x09 && byte != 0x0A && byte != 0x0D }
            if byte < 0x7F { return false }
            // DEL, the C1 controls but NEL, U+FEFF, U+FFFE and U+FFFF, in UTF-8.
            let next = index + 1 < bytes.count ? bytes[index + 1] : 0
            let last = index + 2 < bytes.count ? bytes[index + 2] : 0
            switch byte {
            case 0x7F: return true
            case 0xC2: return next < 0xA0 && next != 0x85
            case 0xEF: return next == 0xBB && last == 0xBF || next == 0xBF && last >= 0xBE
            default: return false
            }
        }
        guard let place else { return nil }
        let scalar = String(decoding: bytes[place...].prefix(4), as: UTF8.self).unicodeScalars.first?.value ?? 0
        let digits = String(scalar, radix: 16, uppercase: true)
        let code = String(repeating: "0", count: max(0, 4 - digits.count)) + digits
        return Fault(
            position: position(of: place, in: bytes), message: "the character U+\(code) is not allowed in YAML",
            hint: "remove it, or write it as an escape in double quotes")
    }

    private static func invalidUTF8(in text: UnsafeBufferPointer<UInt8>) -> Int? {
        var offset = 0
        var bytes = text.makeIterator()
        var parser = Unicode.UTF8.ForwardParser()
        while true {
            switch parser.parseScalar(from: &bytes) {
            case .valid(let scalar): offset += scalar.count
            case .emptyInput: return nil
            case .error: return offset
            }
        }
    }

    private static func position(of offset: Int, in bytes: UnsafeBufferPointer<UInt8>) -> Position {
        var line = 1
        var column = 1
        for byte in bytes[..<offset] {
            if byte == UInt8(ascii: "\n") {
                line += 1
                column = 1
            } else if byte & 0xC0 != 0x80 {
                column += 1
            }
        }
        return Position(line: line, column: column)
    }
}
