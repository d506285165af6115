import JSON
import Testing

@Suite struct EncodingTests {
    static let compactForms: [(JSONValue, String)] = [
        (JSONValue.null, "null"), (true, "true"), (false, "false"), (0, "0"), (-7, "-7"),
        (.int(.min), "-9223372036854775808"),
        (.int(.max), "9223372036854775807"), (10, "10"), (1.5, "1.5"), ("", #""""#), ("a\"b\\c/d", #""a\"b\\c/d""#),
        ("\u{8}\u{9}\u{a}\u{b}\u{c}\u{d}\u{0}\u{1f}\u{7f}", "\"\\b\\t\\n\\u000b\\f\\r\\u0000\\u001f\u{7f}\""),
        ("é€😀\u{2028}<>&", "\"é€😀\u{2028}<>&\""), ("0123456789abcdef\"", #""0123456789abcdef\"""#),
        ([], "[]"), ([1, [], ["a": .null]], #"[1,[],{"a":null}]"#), (.object(JSONObject()), "{}"),
        (["b": 1, "a": 2, "\n": 3], #"{"\n":3,"a":2,"b":1}"#), (.double(.nan), "null"), (.double(.infinity), "null"),
    ]

    @Test(arguments: compactForms)
    func `compact form`(value: JSONValue, text: String) {
        #expect(value.encodedString() == text)
        #expect(value.encoded() == Array(text.utf8))
        var output = Array("data: ".utf8)
        value.encoded(into: &output)
        #expect(output == Array("data: \(text)".utf8))
    }

    /// The samples of RFC 8785 appendix B, and the borders of each notation.
    @Test(
        arguments: [
            (0x0000_0000_0000_0000, "0"), (0x8000_0000_0000_0000, "0"), (0x0000_0000_0000_0001, "5e-324"),
            (0x8000_0000_0000_0001, "-5e-324"), (0x7fef_ffff_ffff_ffff, "1.7976931348623157e+308"),
            (0xffef_ffff_ffff_ffff, "-1.7976931348623157e+308"), (0x4340_0000_0000_0000, "9007199254740992"),
            (0xc340_0000_0000_0000, "-9007199254740992"), (0x4430_0000_0000_0000, "295147905179352830000"),
            (0x44b5_2d02_c7e1_4af5, "9.999999999999997e+22"), (0x44b5_2d02_c7e1_4af6, "1e+23"),
            (0x44b5_2d02_c7e1_4af7, "1.0000000000000001e+23"), (0x444b_1ae4_d6e2_ef4e, "999999999999999700000"),
            (0x444b_1ae4_d6e2_ef4f, "999999999999999900000"), (0x444b_1ae4_d6e2_ef50, "1e+21"),
            (0x3eb0_c6f7_a0b5_ed8c, "9.999999999999997e-7"), (0x3eb0_c6f7_a0b5_ed8d, "0.000001"),
            (0x41b3_de43_5555_5553, "333333333.3333332"), (0x41b3_de43_5555_5554, "333333333.33333325"),
            (0x41b3_de43_5555_5555, "333333333.3333333"), (0x41b3_de43_5555_5556, "333333333.3333334"),
            (0x41b3_de43_5555_5557, "333333333.33333343"), (0xbecb_f647_612f_3696, "-0.0000033333333333333333"),
            (0x4314_3ff3_c1cb_0959, "1424953923781206.2"), (0x3ff8_0000_0000_0000, "1.5"),
            (0x4059_0000_0000_0000, "100"),
            (0x3f1a_36e2_eb1c_432d, "0.0001"),
        ] as [(UInt64, String)])
    func `doubles are written as ECMAScript writes them`(bits: UInt64, text: String) throws {
        let value = Double(bitPattern: bits)
        #expect(JSONValue.double(value).encodedString() == text)
        #expect(JSONValue.double(value).canonicalBytes() == Array(text.utf8))
        #expect(try JSONValue(parsing: text).doubleValue == value)
    }

    @Test func `the canonical form is that of RFC 8785`() throws {
        // Section 3.2.2 of the RFC.
        let text = #"""
            {"numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
             "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
             "literals": [null, true, false]}
            """#
        let canonical =
            #"{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"#
            + #""string":"€$\u000f\nA'B\"\\\\\"/"}"#
        #expect(String(decoding: try JSONValue(parsing: text).canonicalBytes(), as: UTF8.self) == canonical)
    }

    @Test func `canonical members stand in the order of their UTF-16`() throws {
        // Section 3.2.3 of the RFC: by UTF-8 the emoji would come after U+FB33.
        let text = #"""
            {"\u20ac": "Euro Sign", "\r": "Carriage Return", "\ufb33": "Hebrew Letter Dalet With Dagesh",
             "1": "One", "\ud83d\ude00": "Emoji: Grinning Face", "\u0080": "Control",
             "\u00f6": "Latin Small Letter O With Diaeresis"}
            """#
        let value = try JSONValue(parsing: text)
        let order = ["\r", "1", "\u{80}", "ö", "€", "😀", "\u{fb33}"]
        let members = order.map { "\(JSONValue.string($0).encodedString()):\(value[$0]?.encodedString() ?? "?")" }
        #expect(value.canonicalBytes() == Array("{\(members.joined(separator: ","))}".utf8))
    }

    @Test func `the pretty form is indented, and reads back`() throws {
        let value: JSONValue = ["a": [1, ["b": .null]], "c": [], "d": .object(JSONObject()), "e": "x"]
        let text = """
            {
              "a": [
                1,
                {
                  "b": null
                }
              ],
              "c": [],
              "d": {},
              "e": "x"
            }
            """
        #expect(value.prettyString() == text)
        #expect(value.prettyString(indent: 4).split(separator: "\n")[1] == "    \"a\": [")
        #expect(try JSONValue(parsing: value.prettyString(indent: 4)) == value)
    }

    @Test func `equality is that of the canonical bytes`() {
        #expect(JSONValue.int(1) == .double(1))
        #expect(JSONValue.int(1).hashValue == JSONValue.double(1).hashValue)
        #expect(JSONValue.string("é") != "e\u{301}")
        #expect(JSONValue.object(JSONObject([("a", 1), ("b", 2)])) == ["b": 2, "a": 1])
        #expect(["é": 1] as JSONValue != ["e\u{301}": 1])
        let set: Set<JSONValue> = ["é", "e\u{301}", 1, 1.0, .null, false]
        #expect(set.count == 5)
    }

    @Test func `of equal keys in code the last wins`() {
        let object = JSONObject([("b", 1), ("a", 2), ("b", 3), ("a", 4), ("c", 5)])
        #expect(object.keys == ["a", "b", "c"])
        #expect(object["a"] == 4)
        #expect(object["b"] == 3)
    }
}
