import JSON
import Manifests
import Testing

/// One file means one thing to kubectl and to us. What kubectl reads was checked against kubectl 1.32.
@Suite struct PlainScalarTests {
    static let agreed: [(String, JSONValue)] = [
        ("", .null), ("~", .null), ("null", .null), ("Null", .null), ("NULL", .null),
        ("true", true), ("True", true), ("TRUE", true), ("false", false), ("False", false), ("FALSE", false),
        ("0", 0), ("12", 12), ("+12", 12), ("-12", -12), ("-0", 0), ("00", 0), ("0x1F", 31),
        ("9223372036854775807", .int(.max)), ("-9223372036854775808", .int(.min)),
        ("9223372036854775808", .double(0x1p63)), ("12345678901234567890123", .double(12_345_678_901_234_567_741_440)),
        ("0xFFFFFFFFFFFFFFFF", .double(0x1p64)),
        ("1.5", 1.5), (".5", 0.5), ("+.5", 0.5), ("-.5", -0.5), ("1.", 1), ("1e3", 1000), ("1E5", 100_000),
        ("1.e3", 1000),
        ("1.5e+3", 1500), ("0.0", 0), ("00.5", 0.5), ("08.5", 8.5),
        ("nULL", "nULL"), ("yEs", "yEs"), ("tRUE", "tRUE"), ("none", "none"), ("1e", "1e"), ("0x", "0x"), ("0b", "0b"),
        ("0o", "0o"), ("0b12", "0b12"), ("0o8", "0o8"), ("0x1p3", "0x1p3"), ("_1", "_1"), (".", "."), ("-", "-"),
        ("1.2.3", "1.2.3"), ("2001-01-01", "2001-01-01"), ("12:30:45", "12:30:45"), ("190:20:30", "190:20:30"),
        ("8080:80", "8080:80"), ("2001-01-01T00:00:00Z", "2001-01-01T00:00:00Z"), ("infinity", "infinity"),
        ("NaN", "NaN"), ("Inf", "Inf"), ("=", "="), ("<<", "<<"), ("500m", "500m"), ("1Gi", "1Gi"), ("25%", "25%"),
        ("1_a", "1_a"), ("web:1.4", "web:1.4"), ("a b", "a b"), ("'no'", "no"), ("\"010\"", "010"), ("!!str no", "no"),
        ("! no", "no"), ("!!int 3", 3), ("!!bool true", true), ("!!null ~", .null), ("!!seq []", []),
    ]

    @Test(arguments: agreed)
    func `a scalar that all read alike has that value`(text: String, value: JSONValue) {
        // A bare hyphen begins a list item in a mapping's value, but is text in a flow sequence's quotes only.
        let (documents, diagnostics) = load(text == "-" ? "v: '-'" : "v: \(text)")
        #expect(diagnostics == [])
        #expect(documents.first?.value == ["v": value])
    }

    static let refused: [(String, String)] = [
        ("no", "false"), ("No", "false"), ("NO", "false"), ("n", "false"), ("N", "false"), ("off", "false"),
        ("Off", "false"), ("OFF", "false"), ("y", "true"), ("Y", "true"), ("yes", "true"), ("Yes", "true"),
        ("YES", "true"), ("on", "true"), ("On", "true"), ("ON", "true"),
        ("010", "8"), ("-010", "-8"), ("+010", "8"), ("0644", "420"), ("08", "8"), ("0o7", "7"), ("0O7", "7"),
        ("0b11", "3"), ("-0b11", "-3"), ("0B11", "3"), ("0X1F", "31"), ("+0x1F", "31"), ("-0x1F", "-31"),
        ("-0o7", "-7"),
        ("1_000", "1000"), ("-1_000", "-1000"), ("1_000.5", "1000.5"), ("1_", "1"), ("0x1_F", "31"), ("0x_1", "1"),
        ("0_10", "8"), ("1e1_0", "10000000000"), ("1__0", "10"),
    ]

    @Test(arguments: refused)
    func `a scalar that kubectl and YAML 1.2 read differently is refused`(text: String, kubectl: String) {
        let (_, diagnostics) = load("a:\n  v: \(text)")
        #expect(diagnostics.count == 1)
        #expect(diagnostics.first?.position == Position(line: 2, column: 6))
        #expect(diagnostics.first?.message.contains("means \(kubectl) to kubectl") == true)
        #expect(diagnostics.first?.hint == "quote it: \"\(text)\", or write \(kubectl)")
    }

    @Test(arguments: [".inf", ".Inf", ".INF", "+.inf", "-.inf", ".nan", ".NaN", ".NAN", "1e400", "-1e999"])
    func `numbers that JSON cannot hold are refused`(text: String) {
        let (_, diagnostics) = load("v: \(text)")
        // 1e400 is text to kubectl and infinity in YAML 1.2.
        #expect(diagnostics.first?.position == Position(line: 1, column: 4))
        #expect(diagnostics.first?.hint?.hasPrefix("quote it") == true)
    }
}
