import Ambient
import InfraAPI
import JSON
import Testing

@testable import ImmctlCommands

@Suite struct DiffTests {
    @Test func `a changed object is a unified diff and exit status 1`() async throws {
        let bench = try await Bench()
        _ = await bench.run("apply -f -", input: Manifest.web())
        let same = await bench.run("diff -f -", input: Manifest.web())
        #expect(same.status.rawValue == 0 && same.output.isEmpty, "\(same.output)\(same.errors)")
        let result = await bench.run("diff -f -", input: Manifest.web(image: "registry/web:2"))
        #expect(result.status.rawValue == 1)
        #expect(result.lines[0] == "--- LIVE/imm.dev.v1alpha1.InstanceSet.default.web", "\(result.output)")
        #expect(result.lines[1] == "+++ MERGED/imm.dev.v1alpha1.InstanceSet.default.web")
        #expect(
            result.lines.contains("-      image: registry/web:1")
                && result.lines.contains("+      image: registry/web:2"))
        #expect(!result.output.contains("\u{1B}"))
        let stored = try await bench.get(InstanceSet.resourceType, "web")
        #expect(stored[path: ["spec", "template", "spec", "image"]] == "registry/web:1")
    }

    @Test func `a new object is all additions, and a fault is more than 1`() async throws {
        let bench = try await Bench()
        let result = await bench.run("diff -f -", input: Manifest.web())
        #expect(result.status.rawValue == 1 && result.output.contains("@@ -0,0 +1,"), "\(result.output)")
        #expect(result.lines.dropFirst(3).allSatisfy { $0.hasPrefix("+") })
        let json = try await bench.run("diff -f - -o json", input: Manifest.web()).json
        #expect(json["items"]?.arrayValue?.first?["change"] == "created")
        let wrong = await bench.run("diff -f -", input: Manifest.web(extra: "  nonsense: 1"))
        #expect(wrong.status.rawValue > 1 && wrong.errors.contains("nonsense"), "\(wrong.errors)")
        #expect(await bench.run("diff -f /nowhere.yaml").status.rawValue > 1)
        #expect(await bench.run("diff").status.rawValue > 1)
        let nobody = await bench.run("diff -f -", input: Manifest.web(), client: UnreachableClient())
        #expect(nobody.status == .noServer)
    }

    @Test func `values of a secret are stars`() async throws {
        let bench = try await Bench()
        func secret(_ password: String) -> String {
            "{apiVersion: v1, kind: Secret, metadata: {name: s}, stringData: {password: \(password), user: same}}"
        }
        _ = await bench.run("apply -f -", input: secret("alpha"))
        let result = await bench.run("diff -f -", input: secret("bravo"))
        #expect(result.status.rawValue == 1, "\(result.errors)")
        #expect(
            result.output.contains("-  password: '*** (before)'") || result.output.contains("*** (before)"),
            "\(result.output)")
        #expect(result.output.contains("*** (after)"))
        for hidden in ["alpha", "bravo", "YWxwaGE", "YnJhdm8", "c2FtZQ"] {
            #expect(!result.output.contains(hidden), "\(result.output)")
        }
    }

    @Test(arguments: [("0", 0), ("1", 1), ("3", 2)])
    func `a program of the user's is given two folders`(exit: String, expected: Int32) async throws {
        let bench = try await Bench()
        _ = await bench.run("apply -f -", input: Manifest.web())
        let seen = Guarded<[[String]]>([])
        bench.launch.withLock {
            $0.body = { words in
                var texts: [String] = []
                for folder in words.suffix(2) {
                    let file = "\(folder)/imm.dev.v1alpha1.InstanceSet.default.web"
                    texts.append(String(decoding: try LocalFile.contents(of: file, limit: 1 << 20), as: UTF8.self))
                }
                seen.withLock { [texts] in $0 = [words, texts] }
                return Int32(exit) ?? 9
            }
        }
        bench.variables.withLock { $0["KUBECTL_EXTERNAL_DIFF"] = "my-diff -u '-L two words'" }
        let result = await bench.run("diff -f -", input: Manifest.web(replicas: 9))
        #expect(result.status.rawValue == expected, "\(result.errors)")
        let (words, texts) = (seen.withLock { $0[0] }, seen.withLock { $0[1] })
        #expect(words.prefix(3) == ["my-diff", "-u", "-L two words"])
        #expect(texts[0].contains("replicas: 3") && texts[1].contains("replicas: 9"))
        #expect(throws: CommandFailure.self) { try LocalFile.contents(of: words[3], limit: 1) }
    }

    @Test func `hunks have three lines around them and join when they are near`() {
        let old = (1...30).map { "line \($0)" }
        var new = old
        new[4] = "five"
        new[8] = "nine"
        new.remove(at: 24)
        let lines = UnifiedDiff.lines(from: old, to: new, oldName: "a", newName: "b", style: .plain)
        #expect(lines.filter { $0.hasPrefix("@@") } == ["@@ -2,11 +2,11 @@", "@@ -22,7 +22,6 @@"])
        #expect(lines.filter { $0.hasPrefix("-l") } == ["-line 5", "-line 9", "-line 25"])
        #expect(UnifiedDiff.lines(from: old, to: old, oldName: "a", newName: "b", style: .plain).isEmpty)
        let coloured = UnifiedDiff.lines(from: ["a"], to: ["b"], oldName: "a", newName: "b", style: .ansi)
        #expect(
            coloured.suffix(2) == ["\u{1B}[31m-a\u{1B}[0m", "\u{1B}[32m+b\u{1B}[0m"]
                && coloured[2].contains("@@ -1 +1 @@"))
    }

    /// What is removed and kept gives the old text, what is kept and added the new one.
    @Test(arguments: 0..<30) func `a diff leads from one text to the other`(seed: UInt64) {
        var state = seed &* 77 &+ 5
        func next(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % UInt64(bound))
        }
        let scale = seed == 29 ? 4000 : 40
        let (old, new) = ((0..<next(scale)).map { _ in "\(next(6))" }, (0..<next(scale)).map { _ in "\(next(6))" })
        var (before, after): ([String], [String]) = ([], [])
        for line in LineDiff.lines(from: old, to: new) {
            switch line {
            case .same(let text):
                before.append(text)
                after.append(text)
            case .removed(let text): before.append(text)
            case .added(let text): after.append(text)
            }
        }
        #expect(before == old && after == new)
    }
}
