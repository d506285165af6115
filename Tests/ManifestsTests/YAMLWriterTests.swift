import JSON
import Manifests
import Testing

@Suite struct YAMLWriterTests {
    @Test func `an object is written as kubectl writes it`() {
        let value: JSONValue = [
            "kind": "ConfigMap", "apiVersion": "v1",
            "data": [
                "script": "#!/bin/sh\necho hi\n", "tail": "a\n\n", "open": "a\n  b\nc", "yes": "yes", "n": "010",
                "port": "8080:80", "time": "12:30:45", "date": "2001-01-01", "star": "*x", "colon": "a: b",
                "hash": "a #b",
                "quote": "it's", "tab": "a\tb", "empty": "", "space": " x", "null": "null", "bool": "true",
                "dash": "-x",
                "tilde": "~", "float": "1e3", "merge": "<<", "equals": "=", "under": "1_000", "ip": "10.0.0.1",
            ],
            "list": [["a": 1, "b": [1, 2]], "x", [[3]], [], .object(JSONObject())], "number": 1.5, "flag": false,
            "none": .null,
        ]
        let text = """
            apiVersion: v1
            data:
              bool: "true"
              colon: 'a: b'
              dash: -x
              date: "2001-01-01"
              empty: ''
              equals: "="
              float: "1e3"
              hash: 'a #b'
              ip: 10.0.0.1
              merge: "<<"
              "n": "010"
              "null": "null"
              open: |-
                a
                  b
                c
              port: "8080:80"
              quote: it's
              script: |
                #!/bin/sh
                echo hi
              space: ' x'
              star: '*x'
              tab: "a\\tb"
              tail: |+
                a

              tilde: "~"
              time: "12:30:45"
              under: "1_000"
              "yes": "yes"
            flag: false
            kind: ConfigMap
            list:
            - a: 1
              b:
              - 1
              - 2
            - x
            - - - 3
            - []
            - {}
            none: null
            number: 1.5

            """
        #expect(value.yamlString() == text)
        #expect(load(text).documents.first?.value == value)
    }

    @Test(arguments: 0..<8 as Range<UInt64>)
    func `what is written reads back as the same value`(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        for _ in 0..<150 {
            let value: JSONValue = ["v": randomValue(depth: 4, using: &random)]
            let text = value.yamlString()
            let (documents, diagnostics) = load(text)
            #expect(diagnostics == [], "seed \(seed)\n\(text)")
            #expect(documents.first?.value == value, "seed \(seed)\n\(text)")
        }
    }

    private func randomValue(depth: Int, using random: inout SplitMix64) -> JSONValue {
        switch Int.random(in: 0..<(depth > 0 ? 9 : 6), using: &random) {
        case 0: return [.null, true, false].randomElement(using: &random) ?? .null
        case 1: return .int(Int64(bitPattern: random.next()) >> Int64.random(in: 0..<64, using: &random))
        case 2:
            let double = Double(bitPattern: random.next())
            return .double(double.isFinite ? double : 0.5)
        case 3, 4, 5: return .string(randomString(using: &random))
        case 6:
            let count = Int.random(in: 0..<5, using: &random)
            return .array((0..<count).map { _ in randomValue(depth: depth - 1, using: &random) })
        default:
            let count = Int.random(in: 0..<6, using: &random)
            return .object(
                JSONObject(
                    (0..<count).map { _ in
                        (randomString(using: &random), randomValue(depth: depth - 1, using: &random))
                    }))
        }
    }

    private func randomString(using random: inout SplitMix64) -> String {
        let words = [
            "no", "yes", "null", "~", "0", "1", "9", "_", ".", "-", "+", "e", "x", "0x", "0b1", ":", ": ", " #", "#",
            " ", "\n",
            "\n\n", "\t", "'", "\"", "\\", "{", "}", "[", "]", ",", "&", "*", "!", "|", ">", "%", "@", "`", "?", "? ",
            "- ",
            "---", "...", "<<", "=", "a", "text", "é", "😀", "\u{0}", "\u{1}", "\u{7f}", "\u{85}", "\u{2028}",
            "\u{feff}",
            "\u{fffe}", "\r", "\r\n", ".inf", "2001-01-01", "true", "\u{301}",
        ]
        if Int.random(in: 0..<60, using: &random) == 0 { return String(repeating: "k'", count: 700) }
        let count = Int.random(in: 0..<6, using: &random)
        return (0..<count).map { _ in words[Int.random(in: 0..<words.count, using: &random)] }.joined()
    }
}
