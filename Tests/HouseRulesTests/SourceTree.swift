import Foundation

/// The Swift files of the repository, as text.
struct SourceFile: Sendable, CustomStringConvertible {
    /// From the repository's root: `Sources/Planning/Planner.swift`.
    let path: String
    let lines: [String]

    var description: String { path }

    /// Without comments and string contents, roughly: enough to look for calls.
    var code: [String] {
        lines.map { line in
            let trimmed = line.trimmingCharacters(in: .whitespaces)
            if trimmed.hasPrefix("//") { return "" }
            guard let comment = line.range(of: " // ") else { return line }
            return String(line[..<comment.lowerBound])
        }
    }

    var imports: [String] {
        lines.compactMap { line in
            var words = line.split(separator: " ").map(String.init)
            words.removeAll {
                ["public", "internal", "@testable", "@preconcurrency", "package", "private"].contains($0)
            }
            guard words.first == "import", words.count >= 2 else { return nil }
            return words.count > 2 && ["struct", "class", "enum", "func"].contains(words[1]) ? words[2] : words[1]
        }
    }
}

enum SourceTree {
    static let root = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    static let sources = files(under: "Sources")
    static let tests = files(under: "Tests")

    static func files(under folder: String) -> [SourceFile] {
        let base = root.appendingPathComponent(folder)
        guard let walk = FileManager.default.enumerator(at: base, includingPropertiesForKeys: nil) else { return [] }
        var files: [SourceFile] = []
        for case let url as URL in walk where url.pathExtension == "swift" {
            guard let text = try? String(contentsOf: url, encoding: .utf8) else { continue }
            let path = url.resolvingSymlinksInPath().path
            let relative = String(path.dropFirst(root.path.count + 1))
            files.append(SourceFile(path: relative, lines: text.components(separatedBy: "\n")))
        }
        return files.sorted { $0.path < $1.path }
    }
}
