import JSON
import Manifests
import Testing

/// Each fault at its exact place.
@Suite struct BadInputTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let what: String
        let text: String
        let diagnostics: [String]
        var testDescription: String { what }

        init(_ what: String, _ text: String, _ diagnostics: String...) {
            self.what = what
            self.text = text
            self.diagnostics = diagnostics
        }
    }

    static let cases: [Case] = [
        Case(
            "a colon too many", "a: b: c\n",
            "t.yaml:1:5: mapping values are not allowed in this context "
                + "(quote text that holds ': ', or mend the indentation)"),
        Case(
            "a quote that is not closed", "a: 1\nb: \"x\n",
            "t.yaml:3:1: found unexpected end of stream while scanning a quoted scalar that begins in line 2"),
        Case(
            "a bracket that is not closed", "a: [1, 2\nb: 3\n",
            "t.yaml:2:2: did not find expected ',' or ']' while parsing a flow sequence that begins in line 1"),
        Case(
            "wrong indentation", "a:\n  b: 1\n c: 2\n",
            "t.yaml:3:2: did not find expected key while parsing a block mapping that begins in line 1 "
                + "(mend the indentation, or quote the text)"),
        Case("a tab", "a:\n\tb: 1\n", "t.yaml:2:1: a tab in the indentation (indent with spaces)"),
        Case("a tab after spaces", "a:\n  b:\n  \tc: 1\n", "t.yaml:3:3: a tab in the indentation (indent with spaces)"),
        Case(
            "a duplicate key", "a: 1\nb:\n  c: 1\n  d: 2\n  c: 3\n",
            "t.yaml:5:3: the key \"c\" stands twice in one mapping (the first is in line 3)"),
        Case(
            "duplicate keys of any spelling", "a: 1\n'a': 2\n\"\\u0061\": 3\n",
            "t.yaml:2:1: the key \"a\" stands twice in one mapping (the first is in line 1)",
            "t.yaml:3:1: the key \"a\" stands twice in one mapping (the first is in line 1)"),
        Case("a number as key", "a:\n  80: x\n", "t.yaml:2:3: the key 80 is no string (quote it: \"80\")"),
        Case("a bool as key", "true: x\n", "t.yaml:1:1: the key true is no string (quote it: \"true\")"),
        Case("kubectl's bool as key", "n: x\n", "t.yaml:1:1: the key n is no string (quote it: \"n\")"),
        Case("null as key", "~: x\n", "t.yaml:1:1: the key ~ is no string (quote it: \"~\")"),
        Case("an empty key", "?\n: x\n", "t.yaml:1:2: the key is empty (quote it: \"\")"),
        Case("a list as key", "? [a]\n: x\n", "t.yaml:1:3: a key must be a string (write the key out as text)"),
        Case(
            "a tag of somebody's own", "a: !secret x\n",
            "t.yaml:1:4: the tag !secret does not fit or is not known (remove it, and quote what is text)"),
        Case(
            "binary data", "a: !!binary aGk=\n",
            "t.yaml:1:4: the tag !!binary does not fit or is not known (remove it, and quote what is text)"),
        Case(
            "a tag that lies", "a: !!int x\n",
            "t.yaml:1:4: the tag !!int does not fit or is not known (remove it, and quote what is text)"),
        Case(
            "an alias of nothing", "a: 1\nb: *x\n", "t.yaml:2:4: the alias *x has no complete anchor &x before it"),
        Case(
            "an anchor that holds itself", "a: &x\n  b: *x\n",
            "t.yaml:2:6: the alias *x has no complete anchor &x before it"),
        Case(
            "an anchor of another document", "a: &x 1\n---\nb: *x\n",
            "t.yaml:3:4: the alias *x has no complete anchor &x before it"),
        Case(
            "content on the line of a marker", "--- {a: 1}\n",
            "t.yaml:1:5: kubectl does not read what stands on the line of '---' (put it on the next line)"),
        Case(
            "a document after three points", "a: 1\n...\nb: 2\n",
            "t.yaml:3:1: did not find expected <document start> (begin each document with a line of '---')"),
        Case(
            "a directive", "%YAML 1.1\n---\na: 1\n",
            "t.yaml:1:1: a directive (%) means nothing to kubectl (remove the line)"),
        Case(
            "a merge key that comes late", "x: &x {a: 1}\nz:\n  a: 2\n  <<: *x\n",
            "t.yaml:4:3: kubectl lets '<<' replace the key a above it, YAML does not (put '<<' first in the mapping)"),
        Case("a merge of text", "<<: text\n", "t.yaml:1:1: '<<' takes a mapping or a list of mappings"),
        Case(
            "a control character", "a: 1\nb: x\u{1}\n",
            "t.yaml:2:5: the character U+0001 is not allowed in YAML "
                + "(remove it, or write it as an escape in double quotes)"),
        Case(
            "NUL", "a: 1\nb: \u{0}\n",
            "t.yaml:2:4: a NUL byte: this looks like a binary file (manifests are YAML or JSON in UTF-8)"),
        Case("text", "hello\n", "t.yaml:1:1: a manifest must be a mapping with apiVersion, kind and metadata"),
        Case("a list", "- a: 1\n", "t.yaml:1:1: a manifest must be a mapping with apiVersion, kind and metadata"),
        Case(
            "items that are no list", "kind: List\nitems: {a: 1}\n",
            "t.yaml:2:1: items of a List must be a sequence of objects"),
        Case("an empty item", "kind: List\nitems:\n- a: 1\n-\n", "t.yaml:4:2: an item of the List is empty"),
        Case(
            "all faults at once", "a: 1\na: 2\nb: no\n---\nc: [\n---\nd: 010\n---\n\te: 1\n---\nf: 1\n",
            "t.yaml:2:1: the key \"a\" stands twice in one mapping (the first is in line 1)",
            "t.yaml:3:4: the plain scalar no means false to kubectl and \"no\" in YAML 1.2 "
                + "(quote it: \"no\", or write false)",
            "t.yaml:6:1: did not find expected node content while parsing a flow node",
            "t.yaml:7:4: the plain scalar 010 means 8 to kubectl and 10 in YAML 1.2 (quote it: \"010\", or write 8)",
            "t.yaml:9:1: a tab in the indentation (indent with spaces)"),
    ]

    @Test(arguments: cases)
    func `a fault has its file, line and column`(fault: Case) {
        #expect(load(fault.text).diagnostics.map(\.description) == fault.diagnostics)
    }

    @Test func `bytes that are not UTF-8 look like a binary file`() {
        let bytes = Array("a: 1\nb: é".utf8) + [0xFF, 0x00]
        let (documents, diagnostics) = loadManifests([.text(name: "x", bytes: bytes)])
        #expect(documents.isEmpty)
        #expect(diagnostics.first?.message == "bytes that are not UTF-8: this looks like a binary file")
        #expect(diagnostics.first?.position == Position(line: 2, column: 5))
        let wide = loadManifests([.text(name: "x", bytes: [0xFF, 0xFE, 0x61, 0x00])])
        #expect(wide.diagnostics.map(\.message) == ["the file is UTF-16"])
    }

    @Test func `an alias bomb is refused where it goes off`() {
        var text = "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]\n"
        for level in 1...9 {
            let alias = "*a\(level - 1)"
            text += "a\(level): &a\(level) [\(Array(repeating: alias, count: 10).joined(separator: ", "))]\n"
        }
        let (documents, diagnostics) = load(text + "---\nb: 1\n")
        #expect(documents.map(\.value) == [["b": 1]])
        #expect(diagnostics.count == 1)
        #expect(diagnostics.first?.line == 6)
        #expect(diagnostics.first?.message == "the aliases of this document expand to more than 1572864 bytes")
    }

    @Test func `an alias bomb by depth is refused`() {
        var text = "a0: &a0 [x]\n"
        for level in 1...120 { text += "a\(level): &a\(level) [*a\(level - 1)]\n" }
        let (_, diagnostics) = load(text)
        #expect(
            diagnostics.map(\.description) == ["t.yaml:100:12: more than 100 mappings and sequences inside one another"]
        )
    }

    @Test func `depth is limited`() {
        let deep = String(repeating: "[", count: 120) + String(repeating: "]", count: 120)
        #expect(
            load("a: \(deep)\n---\nb: 1").diagnostics.map(\.description)
                == ["t.yaml:1:103: more than 100 mappings and sequences inside one another"])
        let shallow = String(repeating: "[", count: 99) + String(repeating: "]", count: 99)
        #expect(load("a: \(shallow)").diagnostics == [])
        let endless = String(repeating: "[", count: 1_000_000)
        #expect(load("a: \(endless)").diagnostics.count == 1)
        #expect(load("{\"a\": \(endless)").diagnostics.count == 1)
    }

    @Test func `an object is limited, and so is the input`() {
        let big = String(repeating: "x", count: 3 << 19)
        let (documents, diagnostics) = load("a: 1\n---\nb:\n  c: \(big)\n---\nd: 1\n")
        #expect(documents.map(\.value) == [["a": 1], ["d": 1]])
        #expect(diagnostics.map(\.description) == ["t.yaml:3:1: the object is larger than 1572864 bytes"])
        // Items of a list count by themselves.
        let half = String(repeating: "x", count: 1 << 20)
        let list = load("kind: List\nitems:\n- a: \(half)\n- a: \(half)\n")
        #expect(list.documents.count == 2 && list.diagnostics.isEmpty)

        let small = ManifestLimits(maximumInputBytes: 10)
        let inputs: [ManifestSource] = [
            .text(name: "one", bytes: Array("a: 1\n".utf8)), .text(name: "two", bytes: Array("bcd: 1\n".utf8)),
        ]
        let limited = loadManifests(inputs, limits: small)
        #expect(limited.documents.count == 1)
        #expect(
            limited.diagnostics.map(\.description)
                == ["two: with this the input is larger than 10 bytes (apply it in several runs)"])
    }

    @Test func `the number of diagnostics is limited`() {
        let text = String(repeating: "- no\n", count: 50)
        let diagnostics = load("a:\n\(text)", limits: ManifestLimits(maximumDiagnostics: 10)).diagnostics
        #expect(diagnostics.count == 11)
        #expect(diagnostics.last?.description == "t.yaml: 40 more problems are not shown")
    }

    @Test func `a text of nothing but faults is given up soon`() {
        let text = String(repeating: "---\na: [\n", count: 20_000)
        let diagnostics = load(text, limits: ManifestLimits(maximumDiagnostics: 5)).diagnostics
        #expect(diagnostics.map(\.line) == [3, 5, 7, 9, 11])
    }

    @Test(arguments: 0..<6 as Range<UInt64>)
    func `no damage to a text brings the loader down`(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let original = Array((instanceSet(name: "a") + "---\n" + instanceSet(name: "b")).utf8)
        let pieces = [
            "\t", "---\n", "- ", ": ", "&a ", "*a ", "<<: ", "[", "}", "\"", "'", "|\n", "\u{0}", "! ", "\n", "é", "{",
            "...",
        ]
        var faulty = 0
        for _ in 0..<150 {
            var text = original
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let index = Int.random(in: 0...text.count, using: &random)
                if Bool.random(using: &random) {
                    text.insert(contentsOf: pieces[Int.random(in: 0..<pieces.count, using: &random)].utf8, at: index)
                } else {
                    text.removeSubrange(index..<min(text.count, index + Int.random(in: 1...9, using: &random)))
                }
            }
            // A text that ends too early is faulty at its end, which libyaml counts as one more line.
            let lines = text.count { $0 == UInt8(ascii: "\n") } + 2
            let (documents, diagnostics) = loadManifests([.text(name: "t", bytes: text)])
            if !diagnostics.isEmpty { faulty += 1 }
            #expect(!documents.isEmpty || !diagnostics.isEmpty, "seed \(seed)")
            let outside = diagnostics.filter { !(1...lines).contains($0.line) || $0.column < 1 }
            #expect(outside.isEmpty, "seed \(seed), \(lines) lines")
        }
        #expect(faulty > 50, "seed \(seed)")
    }
}
