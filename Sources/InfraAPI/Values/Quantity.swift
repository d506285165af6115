/// A Kubernetes quantity (`500m`, `1Gi`, `1.5G`, `1e3`) by value: exact, in units of 10⁻⁹.
///
/// Like Kubernetes it rounds a fraction below 10⁻⁹ away from zero; unlike Kubernetes it refuses magnitudes above 2⁶³-1
/// instead of capping them. How a quantity was spelled is not part of it: equal amounts are equal values with one text.
public struct Quantity: Sendable, Hashable, Comparable {
    /// The amount times 10⁹.
    private let nano: Int128

    private static let one: Int128 = 1_000_000_000
    private static let limit = Int128(Int64.max) * one

    private init(nano: Int128) { self.nano = nano }

    public init(bytes: Int) { nano = Int128(bytes) * Quantity.one }
    public init(milli: Int) { nano = Int128(milli) * 1_000_000 }

    /// The amount, rounded up to an integer.
    public var bytes: Int { Int(nano.roundedUpQuotient(Quantity.one)) }

    /// Thousandths, rounded up and kept within Int.
    public var milli: Int { Int(clamping: nano.roundedUpQuotient(1_000_000)) }

    public static func < (left: Quantity, right: Quantity) -> Bool { left.nano < right.nano }
}

extension Quantity: CustomStringConvertible {
    /// The canonical text: no fraction, the largest suffix that divides the amount; of a binary and a decimal one the
    /// shorter text, of equally long ones the binary.
    public var description: String {
        if nano == 0 { return "0" }
        guard nano % Quantity.one == 0 else {
            for (suffix, unit) in [("m", Int128(1_000_000)), ("u", 1000)] where nano % unit == 0 {
                return "\(nano / unit)\(suffix)"
            }
            return "\(nano)n"
        }
        let whole = nano / Quantity.one
        let decimal = Quantity.text(of: whole, base: 1000, suffixes: ["", "k", "M", "G", "T", "P", "E"])
        let binary = Quantity.text(of: whole, base: 1024, suffixes: ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"])
        return binary.utf8.count <= decimal.utf8.count ? binary : decimal
    }

    private static func text(of amount: Int128, base: Int128, suffixes: [String]) -> String {
        var amount = amount
        var index = 0
        while index + 1 < suffixes.count, amount % base == 0 {
            amount /= base
            index += 1
        }
        return "\(amount)\(suffixes[index])"
    }
}

// Parsing.
extension Quantity {
    /// Reads the text of a quantity; nil when it is none, or its magnitude is above 2⁶³-1.
    public init?(_ text: String) {
        var rest = text.utf8[...]
        let isNegative = rest.first == UInt8(ascii: "-")
        if isNegative || rest.first == UInt8(ascii: "+") { rest.removeFirst() }
        let whole = rest.prefix { $0.isDigit }
        rest = rest.dropFirst(whole.count)
        var fraction = rest.prefix(0)
        if rest.first == UInt8(ascii: ".") {
            rest.removeFirst()
            fraction = rest.prefix { $0.isDigit }
            rest = rest.dropFirst(fraction.count)
        }
        // 60 digits are more than any quantity in range needs, and keep the work bounded.
        guard !(whole.isEmpty && fraction.isEmpty), whole.count + fraction.count <= 60,
            let scale = Scale(suffix: String(decoding: rest, as: UTF8.self))
        else { return nil }
        var digits = Array(whole) + Array(fraction)
        digits.removeFirst(digits.prefix { $0 == UInt8(ascii: "0") }.count)
        guard let nano = Quantity.magnitude(digits: digits, exponent: scale.decimal - fraction.count, scale.binary)
        else { return nil }
        self.init(nano: isNegative ? -nano : nano)
    }

    /// `digits · 10^exponent · 2^binary`, in units of 10⁻⁹, rounded up; nil when it is out of range.
    private static func magnitude(digits: [UInt8], exponent: Int, _ binary: Int) -> Int128? {
        if digits.isEmpty { return 0 }
        var exponent = exponent + 9
        // Below one unit of 10⁻⁹, whatever the digits: 2^60 has 19 digits.
        if digits.count + exponent + 19 < 0 { return 1 }
        if digits.count + exponent > 29 { return nil }
        var value: Int128 = 0
        var cutOff = false
        let roomForOneMore = (Int128.max >> binary) / 10 - 1
        for digit in digits {
            if value < roomForOneMore {
                value = value * 10 + Int128(digit - UInt8(ascii: "0"))
            } else if binary == 0 {
                // Digits beyond the 37th are below 10⁻⁹ of anything in range: they only decide on rounding.
                exponent += 1
                cutOff = cutOff || digit != UInt8(ascii: "0")
            } else {
                return nil
            }
        }
        value <<= binary
        while exponent > 0 {
            guard value <= limit else { return nil }
            value *= 10
            exponent -= 1
        }
        while exponent < 0 {
            cutOff = cutOff || value % 10 != 0
            value /= 10
            exponent += 1
        }
        if cutOff { value += 1 }
        return value <= limit ? value : nil
    }

    /// What stands behind the digits: a power of ten and a power of two.
    private struct Scale {
        var decimal = 0
        var binary = 0

        init?(suffix: String) {
            switch suffix {
            case "n": decimal = -9
            case "u": decimal = -6
            case "m": decimal = -3
            case "": break
            case "k": decimal = 3
            case "M": decimal = 6
            case "G": decimal = 9
            case "T": decimal = 12
            case "P": decimal = 15
            case "E": decimal = 18
            case "Ki": binary = 10
            case "Mi": binary = 20
            case "Gi": binary = 30
            case "Ti": binary = 40
            case "Pi": binary = 50
            case "Ei": binary = 60
            default:
                guard suffix.first == "e" || suffix.first == "E", let exponent = Int(suffix.dropFirst()),
                    (-100...100).contains(exponent)
                else { return nil }
                decimal = exponent
            }
        }
    }
}

extension UInt8 {
    fileprivate var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
}

extension Int128 {
    /// Rounds towards positive infinity.
    fileprivate func roundedUpQuotient(_ divisor: Int128) -> Int128 {
        let quotient = self / divisor
        return self % divisor > 0 ? quotient + 1 : quotient
    }
}
