import Manifests

/// Where in a text a position is.
enum TextOffset {
    /// The byte that a position names; nil when the text has none there. Lines end where YAML ends them.
    static func offset(of position: Position, in bytes: [UInt8]) -> Int? {
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        var index = bytes.starts(with: mark) ? mark.count : 0
        for _ in 1..<max(1, position.line) {
            guard let next = endOfLine(from: index, in: bytes) else { return nil }
            index = next
        }
        for _ in 1..<max(1, position.column) {
            guard index < bytes.count else { return nil }
            index += 1
            // The rest of a scalar of several bytes.
            while index < bytes.count, bytes[index] & 0xC0 == 0x80 { index += 1 }
        }
        return index < bytes.count ? index : nil
    }

    /// The byte after the line's end; nil when there is none.
    private static func endOfLine(from start: Int, in bytes: [UInt8]) -> Int? {
        var index = start
        while index < bytes.count {
            switch bytes[index] {
            case 0x0A: return index + 1
            case 0x0D: return index + 1 < bytes.count && bytes[index + 1] == 0x0A ? index + 2 : index + 1
            // U+0085, U+2028, U+2029.
            case 0xC2 where bytes[index...].starts(with: [0xC2, 0x85]): return index + 2
            case 0xE2 where bytes[index...].starts(with: [0xE2, 0x80, 0xA8]): return index + 3
            case 0xE2 where bytes[index...].starts(with: [0xE2, 0x80, 0xA9]): return index + 3
            default: index += 1
            }
        }
        return nil
    }
}
