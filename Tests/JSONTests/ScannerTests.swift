import JSON
import Testing

/// What the scanner takes and what it refuses; the cases follow the classes of the public JSON parsing test suites.
@Suite struct ScannerTests {
    static let validTexts: [(String, JSONValue)] = [
        ("null", JSONValue.null), (" true ", true), ("\t\r\nfalse\n", false),
        ("0", 0), ("-0", 0), ("-1", -1), ("42", 42),
        ("9223372036854775807", .int(.max)), ("-9223372036854775808", .int(.min)),
        ("9223372036854775808", .double(9.223372036854775807e18)), ("-9223372036854775809", .double(-0x1p63)),
        ("18446744073709551616", .double(0x1p64)), ("100000000000000000000000000", .double(1e26)),
        ("1.5", 1.5), ("-0.0", .double(-0.0)), ("1e2", .double(100)), ("1E+2", .double(100)), ("1e-2", 0.01),
        ("0e0", .double(0)), ("1e-400", .double(0)), ("5e-324", .double(.leastNonzeroMagnitude)), ("0.1", 0.1),
        ("1.7976931348623157e308", .double(.greatestFiniteMagnitude)),
        (#""""#, ""), (#""a""#, "a"), (#""a/b\/c""#, "a/b/c"),
        (#""\"\\\b\f\n\r\t""#, "\"\\\u{8}\u{c}\n\r\t"), (#""\u0041\u00e9\u20AC""#, "Aé€"),
        (#""\ud83d\ude00""#, "😀"), (#""😀 é € ""#, "😀 é € "), (#""\u0000""#, "\u{0}"),
        ("\"\u{7f}\"", "\u{7f}"), ("\"\u{2028}\"", "\u{2028}"), (#""\uFFFF""#, "\u{FFFF}"),
        (#""0123456789abcdef\n0123456789""#, "0123456789abcdef\n0123456789"),
        ("[]", []), ("[ ]", []), ("[1,2 , 3]", [1, 2, 3]), ("[[],[[]]]", [[], [[]]]), ("[null]", [.null]),
        ("{}", .object(JSONObject())), (#"{"":0}"#, ["": 0]), (#"{ "a" : 1 , "b" : [ ] }"#, ["a": 1, "b": []]),
        (#"{"b":1,"a":2}"#, ["a": 2, "b": 1]), (#"{"a":{"a":{"a":1}}}"#, ["a": ["a": ["a": 1]]]),
        (#"{"e\u0301":1,"é":2}"#, ["e\u{301}": 1, "é": 2]), (#"{"\u0061b":1,"a":2}"#, ["ab": 1, "a": 2]),
    ]

    @Test(arguments: validTexts)
    func `valid texts become their value`(text: String, value: JSONValue) throws {
        #expect(try JSONValue(parsing: text) == value)
        #expect(try JSONValue(parsing: Array(text.utf8)) == value)
    }

    static let invalidTexts: [(String, JSONError.Code, Int)] = [
        ("", JSONError.Code.endOfInput, 0), (" ", .endOfInput, 1), ("[", .endOfInput, 1), ("[1", .endOfInput, 2),
        ("[1,", .endOfInput, 3), ("{", .endOfInput, 1), (#"{"a""#, .endOfInput, 4), (#"{"a":"#, .endOfInput, 5),
        (#"{"a":1"#, .endOfInput, 6), (#""abc"#, .endOfInput, 4), (#""abc\"#, .endOfInput, 5), ("nul", .endOfInput, 0),
        (#""\u00"#, .endOfInput, 5), (#""\"#, .endOfInput, 2),
        ("]", .unexpectedCharacter, 0), ("[1,]", .unexpectedCharacter, 3), ("[,1]", .unexpectedCharacter, 1),
        ("[1 2]", .unexpectedCharacter, 3), ("[1}", .unexpectedCharacter, 2), (#"{"a":1,}"#, .unexpectedCharacter, 7),
        (#"{"a" 1}"#, .unexpectedCharacter, 5), ("{a:1}", .unexpectedCharacter, 1), ("{1:1}", .unexpectedCharacter, 1),
        (#"{"a":1]"#, .unexpectedCharacter, 6), (#"{'a':1}"#, .unexpectedCharacter, 1),
        ("nule", .unexpectedCharacter, 0),
        ("True", .unexpectedCharacter, 0), ("NaN", .unexpectedCharacter, 0), ("Infinity", .unexpectedCharacter, 0),
        ("+1", .unexpectedCharacter, 0), (".5", .unexpectedCharacter, 0), ("// c\n1", .unexpectedCharacter, 0),
        ("\u{FEFF}1", .unexpectedCharacter, 0), ("\u{C}1", .unexpectedCharacter, 0),
        ("\u{A0}1", .unexpectedCharacter, 0),
        ("01", .invalidNumber, 0), ("-01", .invalidNumber, 0), ("-", .invalidNumber, 0), ("-a", .invalidNumber, 0),
        ("1.", .invalidNumber, 0), ("1.e2", .invalidNumber, 0), ("1e", .invalidNumber, 0), ("1e+", .invalidNumber, 0),
        ("[-Infinity]", .invalidNumber, 1), ("-NaN", .invalidNumber, 0),
        ("1e999", .numberOutOfRange, 0), ("[-1e400]", .numberOutOfRange, 1),
        (#""\a""#, .invalidEscape, 1), (#""\x41""#, .invalidEscape, 1), (#""ab\u12g4""#, .invalidEscape, 3),
        (#""\U0041""#, .invalidEscape, 1),
        (#""\ud800""#, .loneSurrogate, 1), (#""\udc00""#, .loneSurrogate, 1), (#""\ud800\u0041""#, .loneSurrogate, 1),
        (#""a\ud83d\ud83d""#, .loneSurrogate, 2), (#""\ud800x""#, .loneSurrogate, 1),
        ("\"a\nb\"", .controlCharacter, 2), ("\"\u{0}\"", .controlCharacter, 1), ("\"\t\"", .controlCharacter, 1),
        ("\"01234567\u{1f}\"", .controlCharacter, 9),
        (#"{"a":1,"a":1}"#, .duplicateKey, 7), (#"{"b":1,"a":2,"b":3}"#, .duplicateKey, 13),
        (#"{"a":1,"\u0061":1}"#, .duplicateKey, 7), (#"[{"x":{"k":1,"k":2}}]"#, .duplicateKey, 13),
        ("1 2", .trailingData, 2), ("{}x", .trailingData, 2), ("[]]", .trailingData, 2), ("1\u{0}", .trailingData, 1),
        ("0x1", .trailingData, 1), ("1_000", .trailingData, 1), ("--1", .invalidNumber, 0),
    ]

    @Test(arguments: invalidTexts)
    func `invalid texts name their fault and its offset`(text: String, code: JSONError.Code, offset: Int) {
        let error = #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
        #expect(error?.code == code)
        #expect(error?.offset == offset)
    }

    @Test(
        arguments: [
            ([0x22, 0xFF, 0x22], 1), ([0x22, 0x80, 0x22], 1), ([0x22, 0x61, 0xC3, 0x22], 2),
            ([0x22, 0xC0, 0xAF, 0x22], 1),
            ([0x22, 0xE0, 0x80, 0xAF, 0x22], 1), ([0x22, 0xED, 0xA0, 0x80, 0x22], 1),
            ([0x22, 0xF4, 0x90, 0x80, 0x80, 0x22], 1),
            ([0x22, 0xC3, 0xA9, 0xE2, 0x82, 0x22], 3), ([0x22, 0x5C, 0x6E, 0xC3, 0x22], 3),
            // A character must not be put together from both sides of an escape.
            ([0x22, 0xC3, 0x5C, 0x6E, 0xA9, 0x22], 1), ([0x7B, 0x22, 0xFE, 0x22, 0x3A, 0x31, 0x7D], 2),
        ] as [([UInt8], Int)])
    func `bytes that are not UTF-8 are refused`(bytes: [UInt8], offset: Int) {
        let error = #expect(throws: JSONError.self) { try JSONValue(parsing: bytes) }
        #expect(error?.code == .invalidUTF8)
        #expect(error?.offset == offset)
    }

    @Test func `an error has line and column in characters`() {
        let error = #expect(throws: JSONError.self) { try JSONValue(parsing: "{\n  \"é€\": 1,\n  \"ü\": nope\n}") }
        #expect(error?.line == 3)
        #expect(error?.column == 8)
        #expect(error?.description == "line 3, column 8: expected a value, found 'n'")
    }

    @Test func `depth is limited`() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        #expect(throws: Never.self) { try JSONValue(parsing: nested(128)) }
        let error = #expect(throws: JSONError.self) { try JSONValue(parsing: nested(129)) }
        #expect(error?.code == .tooDeep)
        #expect(error?.offset == 128)
        #expect(throws: JSONError.self) { try JSONValue(parsing: String(repeating: "[", count: 1_000_000)) }
        // Depth counts what is open, not what was.
        let wide = "[" + Array(repeating: "[]", count: 1000).joined(separator: ",") + "]"
        #expect(throws: Never.self) { try JSONValue(parsing: wide, limits: JSONLimits(maximumDepth: 2)) }
        let objects = "[" + Array(repeating: #"{"a":{}}"#, count: 100).joined(separator: ",") + "]"
        #expect(throws: Never.self) { try JSONValue(parsing: objects, limits: JSONLimits(maximumDepth: 3)) }
    }

    @Test func `size is limited`() {
        let limits = JSONLimits(maximumBytes: 4)
        #expect(throws: Never.self) { try JSONValue(parsing: "1234", limits: limits) }
        let error = #expect(throws: JSONError.self) { try JSONValue(parsing: "12345", limits: limits) }
        #expect(error?.code == .tooLarge)
        #expect(error?.offset == 4)
    }

    @Test func `many unordered keys are sorted, and a duplicate among them found`() throws {
        let keys = (0..<1000).map { "k\(($0 * 7919) % 1000)" }
        let members = keys.map { #""\#($0)":\#($0.dropFirst())"# }
        let value = try JSONValue(parsing: "{" + members.joined(separator: ",") + "}")
        #expect(value.objectValue?.keys == keys.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) })
        #expect(keys.allSatisfy { value[$0]?.intValue == Int64($0.dropFirst()) })
        let text = "{" + (members + [#""k500":0"#]).joined(separator: ",") + "}"
        let error = #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
        #expect(error?.code == .duplicateKey)
        #expect(error?.offset == text.utf8.count - 9)
    }

    @Test func `any sequence of bytes can be read`() throws {
        let bytes = Array(#"xx{"a":[1,2]}"#.utf8)
        let value: JSONValue = ["a": [1, 2]]
        #expect(try JSONValue(parsing: bytes.dropFirst(2)) == value)
        #expect(try JSONValue(parsing: AnySequence(bytes.dropFirst(2))) == value)
        #expect(try bytes.dropFirst(2).withUnsafeBytes { try JSONValue(parsing: $0) } == value)
        #expect(throws: JSONError.self) { try JSONValue(parsing: [UInt8]()) }
        #expect(throws: JSONError.self) { try JSONValue(parsing: UnsafeRawBufferPointer(start: nil, count: 0)) }
    }
}
