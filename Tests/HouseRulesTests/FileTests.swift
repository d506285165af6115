import Foundation
import Testing

@Suite struct FileTests {
    @Test func `no file is longer than 500 lines`() {
        for file in SourceTree.sources + SourceTree.tests {
            #expect(file.lines.count <= 500, "\(file.path) has \(file.lines.count) lines")
        }
    }

    @Test func `the files are small, as a whole`() {
        let lengths = SourceTree.sources.map(\.lines.count).sorted()
        #expect(lengths[lengths.count / 2] <= 110, "the median is \(lengths[lengths.count / 2])")
        #expect(lengths[lengths.count * 9 / 10] <= 300, "the 90th percentile is \(lengths[lengths.count * 9 / 10])")
    }

    @Test func `unchecked sendability is proved in a comment`() {
        for file in SourceTree.sources {
            for (number, line) in file.lines.enumerated() where line.contains("@unchecked Sendable") {
                let before = file.lines[max(0, number - 8)..<number]
                #expect(
                    before.contains { $0.trimmingCharacters(in: .whitespaces).hasPrefix("//") },
                    "\(file.path):\(number + 1)")
            }
        }
    }

    @Test func `no module has the name of a type in it`() {
        let modules = Set(
            SourceTree.sources.compactMap { file -> String? in
                let parts = file.path.split(separator: "/")
                return parts.count > 2 ? String(parts[1]) : nil
            })
        for file in SourceTree.sources {
            for line in file.code {
                for keyword in ["struct", "class", "enum", "actor", "protocol"] {
                    for module in modules
                    where line.contains("public \(keyword) \(module) ") || line.contains("public \(keyword) \(module):")
                    {
                        Issue.record("\(file.path) declares \(module)")
                    }
                }
            }
        }
    }

    @Test func `nothing names a path of somebody's machine`() throws {
        let marks = ["/wo" + "rk/", "/ho" + "me/", "/ro" + "ot/"]
        for file in SourceTree.sources + SourceTree.tests {
            for (number, line) in file.lines.enumerated() {
                for mark in marks where line.contains(mark) { Issue.record("\(file.path):\(number + 1) names \(mark)") }
            }
        }
    }
}
