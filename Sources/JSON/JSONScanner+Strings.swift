extension JSONScanner {
    /// The string that begins at the position, which is after the opening quote; ends after the closing one.
    mutating func scanString() throws(JSONFailure) -> String {
        let start = position
        let hasHighBytes = skipPlainCharacters()
        guard position < count else { throw failure(.endOfInput, "the text ends inside a string") }
        if byte(at: position) == UInt8(ascii: "\"") {
            let text = UnsafeRawBufferPointer(start: base + start, count: position - start)
            position += 1
            if !hasHighBytes { return String(decoding: text, as: UTF8.self) }
            return try validated(text) { start + $0 }
        }
        return try scanStringWithEscapes(from: start)
    }

    /// Goes on to the next quote, backslash or control character, or to the end.
    ///
    /// - Returns: Whether a byte above 0x7F was passed.
    private mutating func skipPlainCharacters() -> Bool {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let highs: UInt64 = 0x8080_8080_8080_8080
        var seen: UInt64 = 0
        var index = position
        while index + 8 <= count {
            // Eight bytes at a time. In each test the lowest marked byte is a true one, and so it is in their union.
            let word = UInt64(littleEndian: base.loadUnaligned(fromByteOffset: index, as: UInt64.self))
            let quote = word ^ (ones &* 0x22)
            let backslash = word ^ (ones &* 0x5C)
            let marked =
                (((quote &- ones) & ~quote) | ((backslash &- ones) & ~backslash)
                    | ((word &- (ones &* 0x20)) & ~word)) & highs
            if marked != 0 {
                let bits = marked.trailingZeroBitCount & ~7
                seen |= word & ((1 &<< UInt64(bits)) &- 1)
                position = index + bits / 8
                return seen & highs != 0
            }
            seen |= word
            index += 8
        }
        while index < count {
            let next = byte(at: index)
            if next == UInt8(ascii: "\"") || next == UInt8(ascii: "\\") || next < 0x20 { break }
            seen |= UInt64(next)
            index += 1
        }
        position = index
        return seen & highs != 0
    }

    private mutating func scanStringWithEscapes(from start: Int) throws(JSONFailure) -> String {
        var text: [UInt8] = []
        var runStart = start
        while position < count {
            let next = byte(at: position)
            if next < 0x20 {
                throw failure(
                    .controlCharacter, "\(describeNext()) stands unescaped in a string; write it as an escape like \\n")
            }
            // Each run is checked by itself: an escape between two halves of a character does not make it whole.
            let run = UnsafeRawBufferPointer(start: base + runStart, count: position - runStart)
            _ = try validated(run) { runStart + $0 }
            text.append(contentsOf: run)
            if next == UInt8(ascii: "\"") {
                position += 1
                return String(decoding: text, as: UTF8.self)
            }
            try scanEscape(into: &text)
            runStart = position
            _ = skipPlainCharacters()
        }
        throw failure(.endOfInput, "the text ends inside a string")
    }

    private mutating func scanEscape(into text: inout [UInt8]) throws(JSONFailure) {
        let start = position
        guard position + 1 < count else { throw failure(.endOfInput, at: count, "the text ends inside a string") }
        let letter = byte(at: position + 1)
        position += 2
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(letter)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"):
            let scalar = try scanScalar(from: start)
            text.append(contentsOf: UTF8.encode(scalar).unsafelyUnwrapped)
        default:
            throw failure(.invalidEscape, at: start, "no such escape; one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX")
        }
    }

    /// The scalar of a `\uXXXX`, or of two that form a surrogate pair; the position is after the first `\u`.
    private mutating func scanScalar(from start: Int) throws(JSONFailure) -> UnicodeScalar {
        let first = try scanHex(from: start)
        if let scalar = UnicodeScalar(first) { return scalar }
        let lone = failure(
            .loneSurrogate, at: start, "half of a surrogate pair; write both halves, or the character itself")
        guard first < 0xDC00, position + 1 < count, byte(at: position) == UInt8(ascii: "\\"),
            byte(at: position + 1) == UInt8(ascii: "u")
        else { throw lone }
        position += 2
        let second = try scanHex(from: position - 2)
        guard (0xDC00..<0xE000).contains(second),
            let scalar = UnicodeScalar(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00))
        else { throw lone }
        return scalar
    }

    private mutating func scanHex(from start: Int) throws(JSONFailure) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard position < count else { throw failure(.endOfInput, "the text ends inside a string") }
            guard let digit = Character(UnicodeScalar(byte(at: position))).hexDigitValue else {
                throw failure(.invalidEscape, at: start, "\\u needs four hexadecimal digits")
            }
            value = value << 4 | UInt32(digit)
            position += 1
        }
        return value
    }

    /// `text` as a string, which fails on bad UTF-8; `place` turns an offset in it into one in the whole.
    private func validated(
        _ text: UnsafeRawBufferPointer, _ place: (Int) -> Int
    ) throws(JSONFailure) -> String {
        if let string = String(validating: text, as: UTF8.self) { return string }
        var offset = 0
        var bytes = text.makeIterator()
        var parser = Unicode.UTF8.ForwardParser()
        while case .valid(let scalar) = parser.parseScalar(from: &bytes) { offset += scalar.count }
        throw failure(.invalidUTF8, at: place(offset), "bytes that are not UTF-8; save the text as UTF-8")
    }
}
