extension JSONWriter {
    /// A double as ECMAScript's Number::toString writes it (RFC 8785 section 3.2.2.3): the shortest digits that
    /// read back as the same double, plain notation from 1e-6 up to 1e21.
    mutating func append(_ value: Double) {
        guard value.isFinite else {
            append(literal: "null")
            return
        }
        if value == 0 {
            // Minus zero too.
            append(UInt8(ascii: "0"))
            return
        }
        if value < 0 { append(UInt8(ascii: "-")) }
        let (digits, point) = value.magnitude.shortestDigits
        let count = digits.count
        switch point {
        case count...21:
            append(digits[...])
            appendZeros(point - count)
        case 1...21:
            append(digits[..<point])
            append(UInt8(ascii: "."))
            append(digits[point...])
        case -5...0:
            append(literal: "0.")
            appendZeros(-point)
            append(digits[...])
        default:
            append(digits[..<1])
            if count > 1 {
                append(UInt8(ascii: "."))
                append(digits[1...])
            }
            append(literal: point > 0 ? "e+" : "e")
            append(Int64(point - 1))
        }
    }

    private mutating func append(_ digits: ArraySlice<UInt8>) {
        for digit in digits { append(digit) }
    }

    private mutating func appendZeros(_ count: Int) {
        for _ in 0..<count { append(UInt8(ascii: "0")) }
    }
}

extension Double {
    /// The shortest digits that read back as this positive number, without zeros at either end, and the place of
    /// the decimal point in them: the value is 0.digits times 10 to the power of `point`.
    fileprivate var shortestDigits: (digits: [UInt8], point: Int) {
        // `description` has the digits already, in one of the forms 12.5, 0.0125, 1.25e+20.
        let parts = description.split(separator: "e")
        let mantissa = parts[0].split(separator: ".", omittingEmptySubsequences: false)
        var digits = mantissa.flatMap { Array($0.utf8) }
        var point = mantissa[0].utf8.count
        if parts.count > 1, let exponent = Int(parts[1]) { point += exponent }
        let leading = digits.prefix { $0 == UInt8(ascii: "0") }.count
        digits.removeFirst(leading)
        point -= leading
        while digits.last == UInt8(ascii: "0") { digits.removeLast() }
        return (digits, point)
    }
}
