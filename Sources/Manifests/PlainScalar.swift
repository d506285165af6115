import JSON

/// What a plain (unquoted) YAML scalar means to those who read it: kubectl (sigs.k8s.io/yaml, YAML 1.1 in the main)
/// and the core schema of YAML 1.2.
enum PlainScalar: Equatable {
    case string
    /// Both read this.
    case value(JSONValue)
    /// They read different values, shown as JSON.
    case ambiguous(kubectl: String, core: String)
    /// An infinity or NaN.
    case notFinite

    static func resolve(_ text: String) -> PlainScalar {
        guard let first = text.utf8.first else { return .value(.null) }
        switch first {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
            return number(text)
        default: return text.utf8.count <= 5 ? word(text) : .string
        }
    }

    private static func word(_ text: String) -> PlainScalar {
        switch text {
        case "~", "null", "Null", "NULL": .value(.null)
        case "true", "True", "TRUE": .value(.bool(true))
        case "false", "False", "FALSE": .value(.bool(false))
        case "y", "Y", "yes", "Yes", "YES", "on", "On", "ON": .ambiguous(kubectl: "true", core: "\"\(text)\"")
        case "n", "N", "no", "No", "NO", "off", "Off", "OFF": .ambiguous(kubectl: "false", core: "\"\(text)\"")
        default: .string
        }
    }

    private static func number(_ text: String) -> PlainScalar {
        if isNotFinite(text) { return .notFinite }
        let bytes = Array(text.utf8)
        let forKubectl = kubectlNumber(
            bytes.contains(UInt8(ascii: "_")) ? bytes.filter { $0 != UInt8(ascii: "_") } : bytes)
        let forCore = coreNumber(bytes)
        if forKubectl == nil, forCore == nil { return isDecimal(bytes) ? .notFinite : .string }
        if let forKubectl, forKubectl == forCore, !hasSeveralReadings(bytes) { return .value(forKubectl) }
        // A leading zero and 0o are read alike by these two, but not by every reader of YAML 1.1.
        let quoted = JSONValue.string(text).encodedString()
        let octal = forKubectl == forCore
        return .ambiguous(
            kubectl: forKubectl?.encodedString() ?? quoted, core: octal ? quoted : forCore?.encodedString() ?? quoted)
    }

    private static func isNotFinite(_ text: String) -> Bool {
        guard text.utf8.count <= 5 else { return false }
        switch text.first == "-" || text.first == "+" ? String(text.dropFirst()) : text {
        case ".inf", ".Inf", ".INF": return true
        case ".nan", ".NaN", ".NAN": return text.first == "."
        default: return false
        }
    }

    /// An integer with a leading zero (but not zero itself), or with the prefix 0o.
    private static func hasSeveralReadings(_ bytes: [UInt8]) -> Bool {
        let digits = unsigned(bytes)
        guard digits.count > 1, digits.first == UInt8(ascii: "0") else { return false }
        if digits.dropFirst().first == UInt8(ascii: "o") { return true }
        return digits.allSatisfy(isDigit) && digits.contains { $0 != UInt8(ascii: "0") }
    }

    /// As Go's strconv with base 0, then its floats.
    private static func kubectlNumber(_ bytes: [UInt8]) -> JSONValue? {
        let isNegative = bytes.first == UInt8(ascii: "-")
        let digits = unsigned(bytes)
        var radix = 10
        var body = digits
        if digits.count > 1, digits.first == UInt8(ascii: "0") {
            switch digits[digits.startIndex + 1] | 0x20 {
            case UInt8(ascii: "x"): (radix, body) = (16, digits.dropFirst(2))
            case UInt8(ascii: "b"): (radix, body) = (2, digits.dropFirst(2))
            case UInt8(ascii: "o"): (radix, body) = (8, digits.dropFirst(2))
            default: (radix, body) = (8, digits.dropFirst(1))
            }
        }
        if let integer = integer(body, radix: radix, isNegative: isNegative) { return integer }
        return decimal(bytes)
    }

    private static func coreNumber(_ bytes: [UInt8]) -> JSONValue? {
        if bytes.starts(with: [UInt8(ascii: "0"), UInt8(ascii: "x")]) {
            return integer(bytes.dropFirst(2), radix: 16, isNegative: false)
        }
        if bytes.starts(with: [UInt8(ascii: "0"), UInt8(ascii: "o")]) {
            return integer(bytes.dropFirst(2), radix: 8, isNegative: false)
        }
        let isNegative = bytes.first == UInt8(ascii: "-")
        return integer(unsigned(bytes), radix: 10, isNegative: isNegative) ?? decimal(bytes)
    }

    private static func integer(_ digits: ArraySlice<UInt8>, radix: Int, isNegative: Bool) -> JSONValue? {
        guard let first = digits.first, first != UInt8(ascii: "-"), first != UInt8(ascii: "+"),
            let magnitude = UInt64(String(decoding: digits, as: UTF8.self), radix: radix)
        else { return nil }
        if isNegative {
            return magnitude <= Int64.min.magnitude ? .int(Int64(truncatingIfNeeded: 0 &- magnitude)) : nil
        }
        return magnitude <= UInt64(Int64.max) ? .int(Int64(magnitude)) : .double(Double(magnitude))
    }

    private static func decimal(_ bytes: [UInt8]) -> JSONValue? {
        guard isDecimal(bytes), let value = Double(String(decoding: bytes, as: UTF8.self)), value.isFinite else {
            return nil
        }
        return .double(value)
    }

    /// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`
    private static func isDecimal(_ bytes: [UInt8]) -> Bool {
        var rest = unsigned(bytes)
        let whole = rest.prefix(while: isDigit)
        rest = rest.dropFirst(whole.count)
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst()
            let fraction = rest.prefix(while: isDigit)
            if whole.isEmpty, fraction.isEmpty { return false }
            rest = rest.dropFirst(fraction.count)
        } else if whole.isEmpty {
            return false
        }
        guard let letter = rest.first else { return true }
        let exponent = unsigned(Array(rest.dropFirst()))
        return letter | 0x20 == UInt8(ascii: "e") && !exponent.isEmpty && exponent.allSatisfy(isDigit)
    }

    /// Without one sign in front.
    private static func unsigned(_ bytes: [UInt8]) -> ArraySlice<UInt8> {
        bytes.first == UInt8(ascii: "-") || bytes.first == UInt8(ascii: "+") ? bytes.dropFirst() : bytes[...]
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
