import Foundation
import Testing

/// The table in docs/gitops.md claims; each claim about imm is a test.
@Suite struct ComparisonTests {
    private static let page = "docs/gitops.md"

    /// The rows of the table, as cells.
    private static func rows() throws -> [[String]] {
        let text = try String(contentsOf: SourceTree.root.appendingPathComponent(page), encoding: .utf8)
        let lines = text.components(separatedBy: "\n")
        let head = try #require(lines.firstIndex { $0.hasPrefix("| point |") })
        return lines.dropFirst(head + 2).prefix { $0.hasPrefix("|") }.map { line in
            line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
        }
    }

    /// `Tests/Folder/File.swift: sentence`, in back quotes.
    private static func names(in text: String) -> [(file: String, sentence: String)] {
        text.components(separatedBy: "`").filter { $0.hasPrefix("Tests/") }.compactMap { name in
            guard let colon = name.range(of: ".swift: ") else { return nil }
            let file = name[..<colon.lowerBound] + ".swift"
            return (String(file), String(name[colon.upperBound...]))
        }
    }

    @Test func `every point has what each of the three does, and a test of what imm does`() throws {
        let rows = try ComparisonTests.rows()
        #expect(rows.count >= 20)
        for row in rows {
            #expect(row.count == 4, "\(row)")
            #expect(!ComparisonTests.names(in: row.last ?? "").isEmpty, "\(row.first ?? ""): names no test")
        }
    }

    @Test func `each test that is named is there`() throws {
        let files = Dictionary(SourceTree.tests.map { ($0.path, $0.lines) }) { first, _ in first }
        for row in try ComparisonTests.rows() {
            for (file, sentence) in ComparisonTests.names(in: row.last ?? "") {
                let lines = files[file] ?? []
                #expect(
                    lines.contains { $0.contains("func `\(sentence)`") },
                    "\(file) has no test `\(sentence)`: mend \(Self.page)")
            }
        }
    }
}
