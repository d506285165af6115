import Foundation
import InfraAPI
import JSON
import Manifests
import Testing

@Suite struct LoadingTests {
    @Test func `a stream is taken apart, and empty documents are left out`() {
        let text = "# head\n---\na: 1\n---\n# nothing\n---\n--- # note\nb: 2\n...\n---\nc: {d: [1, x]}\n"
        let (documents, diagnostics) = load(text)
        #expect(diagnostics == [])
        #expect(documents.map(\.value) == [["a": 1], ["b": 2], ["c": ["d": [1, "x"]]]])
        #expect(documents.map(\.position.line) == [3, 8, 11])
        #expect(load("").documents.isEmpty && load("").diagnostics.isEmpty)
        #expect(load("\u{FEFF}a: 1").documents.map(\.value) == [["a": 1]])
        #expect(load("a: 1\r\nb: 2\r\n").documents.map(\.value) == [["a": 1, "b": 2]])
    }

    @Test func `after a fault the next document is read`() {
        let text = "a: [\n---\nb: 1\n---\nc: 'x\n---\nd: *q\n---\ne:\n  f: 010\n"
        let (documents, diagnostics) = load(text)
        #expect(documents.map(\.value).contains(["b": 1]))
        #expect(diagnostics.map(\.line) == [2, 6, 7, 10])
    }

    @Test func `positions are those of the keys, or of the nearest node above`() throws {
        let text = "a:\n  b:\n  - x\n  - c: 1\n    d: 2\n  \"e.f\": 3\n"
        let document = try #require(load(text).documents.first)
        func position(_ elements: FieldPath.Element...) -> Position { document.position(of: FieldPath(elements)) }
        #expect(position() == Position(line: 1, column: 1))
        #expect(position(.field("a")) == Position(line: 1, column: 1))
        #expect(position(.field("a"), .field("b")) == Position(line: 2, column: 3))
        #expect(position(.field("a"), .field("b"), .index(0)) == Position(line: 3, column: 5))
        #expect(position(.field("a"), .field("b"), .index(1), .field("d")) == Position(line: 5, column: 5))
        #expect(position(.field("a"), .field("b"), .index(7), .field("d")) == Position(line: 2, column: 3))
        #expect(position(.field("a"), .field("e.f"), .field("no")) == Position(line: 6, column: 3))
        #expect(position(.field("z")) == Position(line: 1, column: 1))
    }

    @Test func `a JSON text has positions too`() throws {
        let text =
            "{\n  \"a\": {\"b\": [1, {\"\\u0063\": \"é\"}]},\n  \"\u{e9}\\\"\": [], \"d\": {}, \"e\": -1.5e3\n}\n"
        for name in ["t.json", "t.yaml"] {
            let (documents, diagnostics) = loadManifests([.text(name: name, bytes: Array(text.utf8))])
            #expect(diagnostics == [])
            let document = try #require(documents.first)
            #expect(
                document.value == ["a": ["b": [1, ["c": "é"]]], "é\"": [], "d": .object(JSONObject()), "e": -1500])
            #expect(
                document.position(of: FieldPath([.field("a"), .field("b"), .index(1), .field("c")]))
                    == Position(line: 2, column: 19))
            #expect(document.position(of: FieldPath([.field("d")])) == Position(line: 3, column: 14))
            #expect(document.position(of: FieldPath([.field("e")])) == Position(line: 3, column: 23))
        }
        let bad = loadManifests([.text(name: "t.json", bytes: Array("{\"a\": 1,\n \"a\": 2}".utf8))])
        #expect(
            bad.diagnostics.map(\.description)
                == ["t.json:2:2: the key \"a\" stands twice in one object; remove one"])
        // JSON documents in a YAML stream.
        #expect(load("{\"a\": 1}\n---\n{\"b\": \"x\"}\n").documents.map(\.value) == [["a": 1], ["b": "x"]])
    }

    @Test func `lists are taken apart with their positions`() {
        let text = "apiVersion: v1\nkind: List\nitems:\n- a: 1\n- kind: FooList\n  items:\n  - b: 2\n    c: 3\n"
        let (documents, diagnostics) = load(text)
        #expect(diagnostics == [])
        #expect(documents.map(\.value) == [["a": 1], ["b": 2, "c": 3]])
        #expect(documents.last?.position(of: FieldPath([.field("c")])) == Position(line: 8, column: 5))
        #expect(load("kind: List\nitems: []\n").documents.isEmpty)
        let json = "{\"kind\": \"List\", \"items\": [{\"a\": 1},\n{\"b\": 2}]}"
        #expect(load(json).documents.map(\.position) == [Position(line: 1, column: 28), Position(line: 2, column: 1)])
    }

    @Test func `anchors, aliases and merge keys are read as kubectl reads them`() throws {
        let text = """
            base: &b {a: 1, c: 2}
            other: &o {a: 9, d: 4}
            one: *b
            two: {<<: *b, a: 5}
            three:
              <<: [*b, *o]
              e: 6
            four: {"<<": 1}
            &k key: *k
            """
        let (documents, diagnostics) = load(text)
        #expect(diagnostics == [])
        let value = try #require(documents.first).value
        #expect(value["one"] == ["a": 1, "c": 2])
        #expect(value["two"] == ["a": 5, "c": 2])
        #expect(value["three"] == ["a": 1, "c": 2, "d": 4, "e": 6])
        #expect(value["four"] == ["<<": 1])
        #expect(value["key"] == "key")
        let place = documents.first?.position(of: FieldPath([.field("three"), .field("d")]))
        #expect(place == Position(line: 2, column: 18))
    }

    @Test func `many keys are read, and a duplicate among them found`() {
        let lines = (0..<5000).map { "k\(($0 * 7919) % 5000): \($0)\n" }
        let (documents, diagnostics) = load(lines.joined())
        #expect(diagnostics == [])
        #expect(documents.first?.value.objectValue?.count == 5000)
        let again = load(lines.joined() + "k77: 1\n").diagnostics
        #expect(again.map(\.line) == [5001])
    }

    @Test func `files and directories are read in the order of their names`() throws {
        let directory = NSTemporaryDirectory() + "imm-manifests-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try FileManager.default.createDirectory(atPath: directory + "/sub", withIntermediateDirectories: true)
        let files = [
            "b.yaml": "name: b", "a.yml": "name: a", "c.json": "{\"name\": \"c\"}", "d.txt": "name: d",
            "sub/e.yaml": "name: e",
        ]
        for (name, text) in files { try text.write(toFile: "\(directory)/\(name)", atomically: false, encoding: .utf8) }
        // A link in a circle is not followed.
        try FileManager.default.createSymbolicLink(atPath: directory + "/sub/up", withDestinationPath: directory)

        func names(_ source: ManifestSource) -> [String] {
            let (documents, diagnostics) = loadManifests([source])
            #expect(diagnostics == [])
            return documents.compactMap { $0.value["name"]?.stringValue }
        }
        #expect(names(.directory(directory, recursive: false)) == ["a", "b", "c"])
        #expect(names(.directory(directory + "/", recursive: true)) == ["a", "b", "c", "e"])
        #expect(names(.path(directory)) == ["a", "b", "c"])
        #expect(names(.path(directory + "/d.txt")) == ["d"])
        #expect(ManifestSource.path("-") == .standardInput)
        #expect(loadManifests([.file(directory + "/b.yaml")]).documents.first?.file == directory + "/b.yaml")
    }

    @Test func `inputs that cannot be read are named`() throws {
        let directory = NSTemporaryDirectory() + "imm-manifests-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        let (documents, diagnostics) = loadManifests([
            .file(directory + "/none.yaml"), .directory(directory, recursive: true), .file(directory),
        ])
        #expect(documents.isEmpty)
        #expect(
            diagnostics.map(\.description) == [
                "\(directory)/none.yaml: cannot be opened: No such file or directory",
                "\(directory): no *.yaml, *.yml or *.json files in this directory",
                "\(directory): this is a directory (name a file, or read it as a directory)",
            ])
    }
}
