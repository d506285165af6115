extension JSONScanner {
    /// The number at the position: an optional minus, an integer without leading zeros, fraction, exponent.
    mutating func scanNumber() throws(JSONFailure) -> JSONValue {
        let start = position
        let isNegative = byte(at: position) == UInt8(ascii: "-")
        if isNegative { position += 1 }
        guard let magnitude = try scanInteger(from: start) else { return try scanDouble(from: start) }
        if position < count {
            switch byte(at: position) {
            case UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"): return try scanDouble(from: start)
            default: break
            }
        }
        if isNegative, magnitude <= Int64.min.magnitude { return .int(Int64(truncatingIfNeeded: 0 &- magnitude)) }
        if !isNegative, magnitude <= UInt64(Int64.max) { return .int(Int64(magnitude)) }
        return try scanDouble(from: start)
    }

    /// The digits before point and exponent; nil when they pass UInt64 (the position is after them all the same).
    private mutating func scanInteger(from start: Int) throws(JSONFailure) -> UInt64? {
        let first = position
        var value: UInt64? = 0
        while let digit = digit(at: position) {
            if position - first < 18 {
                value = value.unsafelyUnwrapped &* 10 &+ UInt64(digit)
            } else if let known = value {
                let (product, tooLarge) = known.multipliedReportingOverflow(by: 10)
                let (sum, carried) = product.addingReportingOverflow(UInt64(digit))
                value = tooLarge || carried ? nil : sum
            }
            position += 1
        }
        guard position > first else { throw invalid(start, "a minus needs a digit after it") }
        if position - first > 1, byte(at: first) == UInt8(ascii: "0") {
            throw invalid(start, "leading zeros are not allowed; remove them, or quote the value")
        }
        return value
    }

    /// The whole number from `start` on, whose integer digits are already passed.
    private mutating func scanDouble(from start: Int) throws(JSONFailure) -> JSONValue {
        if position < count, byte(at: position) == UInt8(ascii: ".") {
            position += 1
            guard skipDigits() else { throw invalid(start, "a point needs a digit after it") }
        }
        if position < count, byte(at: position) | 0x20 == UInt8(ascii: "e") {
            position += 1
            if position < count, byte(at: position) == UInt8(ascii: "+") || byte(at: position) == UInt8(ascii: "-") {
                position += 1
            }
            guard skipDigits() else { throw invalid(start, "an exponent needs a digit") }
        }
        let text = String(
            decoding: UnsafeRawBufferPointer(start: base + start, count: position - start), as: UTF8.self)
        guard let value = Double(text), value.isFinite else {
            throw failure(.numberOutOfRange, at: start, "the number is beyond the range of a 64-bit float")
        }
        return .double(value)
    }

    private mutating func skipDigits() -> Bool {
        let first = position
        while digit(at: position) != nil { position += 1 }
        return position > first
    }

    @inline(__always)
    private func digit(at offset: Int) -> UInt8? {
        guard offset < count else { return nil }
        let digit = byte(at: offset) &- UInt8(ascii: "0")
        return digit < 10 ? digit : nil
    }

    private func invalid(_ start: Int, _ message: String) -> JSONFailure {
        failure(.invalidNumber, at: start, message)
    }
}
