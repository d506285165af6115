/// Permission bits of a file as they stand in manifests: a number, or an octal string.
enum FileMode {
    static let range = 0...0o777

    /// Reads one to three octal digits, with an optional leading zero; nil for anything else.
    static func parse(_ text: String) -> Int? {
        var digits = text.utf8[...]
        if digits.count > 1, digits.first == UInt8(ascii: "0") { digits.removeFirst() }
        guard (1...3).contains(digits.count),
            digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "7")).contains($0) })
        else { return nil }
        return digits.reduce(0) { $0 * 8 + Int($1 - UInt8(ascii: "0")) }
    }

    /// Four octal digits: `0444`.
    static func text(_ mode: Int) -> String {
        let digits = String(mode, radix: 8)
        return String(repeating: "0", count: max(0, 4 - digits.utf8.count)) + digits
    }
}
