/// One pass over the bytes of a JSON text.
struct JSONScanner: ~Copyable {
    let base: UnsafeRawPointer
    let count: Int
    var position = 0
    private var depth: Int
    private let limits: JSONLimits
    private var elements = MoveStack<JSONValue>(capacity: 16)
    private var members = MemberStack(capacity: 64)

    init(_ bytes: UnsafeRawBufferPointer, limits: JSONLimits) {
        // An empty buffer may have no address; nothing is read from the stand-in.
        base = bytes.baseAddress ?? UnsafeRawPointer(bitPattern: 1).unsafelyUnwrapped
        count = bytes.count
        depth = limits.maximumDepth
        self.limits = limits
    }

    /// The one value of the text, with nothing but white space around it.
    mutating func scanText() throws(JSONFailure) -> JSONValue {
        if count > limits.maximumBytes {
            throw JSONFailure(
                code: .tooLarge, offset: limits.maximumBytes,
                message: "the text has \(count) bytes, more than the limit of \(limits.maximumBytes)")
        }
        let value = try scanValue()
        skipSpace()
        if position < count {
            throw failure(.trailingData, "expected the end of the text, found \(describeNext())")
        }
        return value
    }

    private mutating func scanValue() throws(JSONFailure) -> JSONValue {
        skipSpace()
        guard position < count else { throw failure(.endOfInput, "the text ends where a value should stand") }
        switch byte(at: position) {
        case UInt8(ascii: "\""):
            position += 1
            return .string(try scanString())
        case UInt8(ascii: "{"): return try scanObject()
        case UInt8(ascii: "["): return try scanArray()
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try scanNumber()
        case UInt8(ascii: "t"): return try scanWord("true", .bool(true))
        case UInt8(ascii: "f"): return try scanWord("false", .bool(false))
        case UInt8(ascii: "n"): return try scanWord("null", .null)
        default: throw failure(.unexpectedCharacter, "expected a value, found \(describeNext())")
        }
    }

    private mutating func scanObject() throws(JSONFailure) -> JSONValue {
        try enter()
        let start = members.count
        if skipSpaceAndTake(UInt8(ascii: "}")) {
            depth += 1
            return .object(JSONObject())
        }
        while true {
            skipSpace()
            let (key, span) = try scanKey()
            guard skipSpaceAndTake(UInt8(ascii: ":")) else { throw missing("':' after the key") }
            members.push(JSONObject.Member(key: key, value: try scanValue()), span)
            if skipSpaceAndTake(UInt8(ascii: ",")) { continue }
            guard skipSpaceAndTake(UInt8(ascii: "}")) else { throw missing("',' or '}' after the member") }
            break
        }
        if let offset = members.sort(from: start, base) {
            throw JSONFailure(
                code: .duplicateKey, offset: offset.position - 1,
                message: "the key \"\(offset.key)\" stands twice in one object; remove one")
        }
        depth += 1
        return .object(JSONObject(sorted: members.take(from: start)))
    }

    private mutating func scanKey() throws(JSONFailure) -> (String, KeySpan) {
        guard position < count, byte(at: position) == UInt8(ascii: "\"") else { throw missing("a key in quotes") }
        position += 1
        let start = position
        let key = try scanString()
        let length = position - 1 - start
        return (key, KeySpan(position: start, length: length, isPlain: key.utf8.count == length))
    }

    private mutating func scanArray() throws(JSONFailure) -> JSONValue {
        try enter()
        let start = elements.count
        if skipSpaceAndTake(UInt8(ascii: "]")) {
            depth += 1
            return .array([])
        }
        while true {
            elements.push(try scanValue())
            if skipSpaceAndTake(UInt8(ascii: ",")) { continue }
            guard skipSpaceAndTake(UInt8(ascii: "]")) else { throw missing("',' or ']' after the element") }
            break
        }
        depth += 1
        return .array(elements.take(from: start))
    }

    private mutating func scanWord(_ word: StaticString, _ value: JSONValue) throws(JSONFailure) -> JSONValue {
        for index in 0..<word.utf8CodeUnitCount {
            guard position + index < count else {
                throw failure(.endOfInput, "the text ends inside '\(word)'")
            }
            guard byte(at: position + index) == word.utf8Start[index] else {
                throw failure(.unexpectedCharacter, "expected a value, found \(describeNext())")
            }
        }
        position += word.utf8CodeUnitCount
        return value
    }

    /// One level deeper, past the opening bracket.
    private mutating func enter() throws(JSONFailure) {
        guard depth > 0 else {
            throw failure(.tooDeep, "more than \(limits.maximumDepth) arrays and objects inside one another")
        }
        depth -= 1
        position += 1
    }
}

// The bytes.
extension JSONScanner {
    @inline(__always)
    func byte(at offset: Int) -> UInt8 { base.load(fromByteOffset: offset, as: UInt8.self) }

    @inline(__always)
    mutating func skipSpace() {
        while position < count {
            let next = byte(at: position)
            guard next <= 0x20, next == 0x20 || next == 0x0A || next == 0x0D || next == 0x09 else { return }
            position += 1
        }
    }

    @inline(__always)
    mutating func skipSpaceAndTake(_ wanted: UInt8) -> Bool {
        skipSpace()
        guard position < count, byte(at: position) == wanted else { return false }
        position += 1
        return true
    }

    func failure(_ code: JSONError.Code, at offset: Int? = nil, _ message: String) -> JSONFailure {
        JSONFailure(code: code, offset: offset ?? position, message: message)
    }

    func missing(_ what: String) -> JSONFailure {
        position < count
            ? failure(.unexpectedCharacter, "expected \(what), found \(describeNext())")
            : failure(.endOfInput, "the text ends where \(what) should stand")
    }

    /// What stands at the position, for a message.
    func describeNext() -> String {
        guard position < count else { return "the end" }
        let next = byte(at: position)
        if next > 0x20, next < 0x7F { return "'\(Character(UnicodeScalar(next)))'" }
        if next == 0xEF, position == 0 { return "a byte order mark (save the text as UTF-8 without one)" }
        let hex = String(next, radix: 16, uppercase: true)
        return "the byte 0x\(hex.count < 2 ? "0" : "")\(hex)"
    }
}
