import Glibc
import Testing

/// A session at a shell as a text file: commands and what they say.
///
///     # Lines like this one are for the reader.
///     $ kubectl get instanceset nothing -o name
///     Error from server (NotFound): instancesets.imm.dev "nothing" not found
///     [exit 1]
///
/// `> ` continues a command on the next line. `1.29$ ` begins one that is for that version alone. `…` stands for any text
/// of a line, and as a line of its own for any number of lines. Only the spaces
/// that indent a line count.
struct Transcript: Sendable, CustomTestStringConvertible {
    struct Step: Sendable {
        /// Of the command, from 1.
        let line: Int
        /// nil: all versions.
        let version: String?
        let command: String
        var expected: [String] = []
        var exitCode: Int32 = 0
    }

    let name: String
    let path: String
    private(set) var steps: [Step] = []

    var testDescription: String { name }

    init(name: String, path: String, text: String) throws {
        self.name = name
        self.path = path
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            if let prompt = Prompt(line) {
                steps.append(Step(line: index + 1, version: prompt.version, command: prompt.command))
                continue
            }
            if line.isEmpty || line.hasPrefix("#") { continue }
            guard var step = steps.popLast() else { throw Failure("\(path):\(index + 1): no command before this line") }
            if line.hasPrefix("> ") || line == ">" {
                step = Step(line: step.line, version: step.version, command: "\(step.command)\n\(line.dropFirst(2))")
            } else if line.hasPrefix("[exit "), let code = Int32(line.dropFirst("[exit ".count).dropLast()) {
                step.exitCode = code
            } else {
                step.expected.append(String(line))
            }
            steps.append(step)
        }
    }
}

/// `$ command`, or `1.29$ command`.
private struct Prompt {
    let version: String?
    let command: String

    init?(_ line: Substring) {
        let version = line.prefix { $0.isNumber || $0 == "." }
        guard line.dropFirst(version.count).hasPrefix("$ ") else { return nil }
        self.version = version.isEmpty ? nil : String(version)
        command = String(line.dropFirst(version.count + 2))
    }
}

extension Transcript {
    private static let folder = #filePath.dropLast("Transcript.swift".count) + "Transcripts"

    /// The transcripts beside this file, in the order of their names; only those named in IMM_TEST_TRANSCRIPTS if it is set.
    static let all: [Transcript] = names.map { name in
        let path = folder + "/" + name
        do {
            return try Transcript(name: String(name.dropLast(".txt".count)), path: String(path), text: readText(path))
        } catch {
            fatalError("\(path): \(error)")
        }
    }

    private static var names: [String] {
        guard let directory = opendir(String(folder)) else { return [] }
        defer { closedir(directory) }
        let wanted = getenv("IMM_TEST_TRANSCRIPTS").map { String(cString: $0).split(separator: ",").map(String.init) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name.hasSuffix(".txt"), wanted?.contains(String(name.dropLast(".txt".count))) ?? true {
                names.append(name)
            }
        }
        return names.sorted()
    }
}
