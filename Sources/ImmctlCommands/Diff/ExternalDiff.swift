/// A program of the user's that shows the differences: two folders, one file an object.
struct ExternalDiff: Sendable {
    /// The program with its arguments.
    let words: [String]

    /// `IMM_EXTERNAL_DIFF`, else `KUBECTL_EXTERNAL_DIFF`; nil when neither is set.
    init?(_ environment: Environment) throws(CommandFailure) {
        let found = ["IMM_EXTERNAL_DIFF", "KUBECTL_EXTERNAL_DIFF"].first { !(environment[$0] ?? "").isEmpty }
        guard let name = found, let text = environment[name] else { return nil }
        guard let words = CommandWords.split(text), !words.isEmpty else {
            throw .usage("\(name) is no command line: \(text)", hints: ["write a program and its arguments"])
        }
        self.words = words
    }

    /// - Returns: the program's exit status: 0 no differences, 1 differences, more an error.
    func run(_ differences: [ObjectDifference], _ invocation: Invocation) async throws(CommandFailure) -> Int32 {
        let parent = invocation.environment["TMPDIR"].flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
        let folders = [
            try LocalFile.makeTemporaryFolder(in: parent), try LocalFile.makeTemporaryFolder(in: parent),
        ]
        var files: [String] = []
        defer {
            for file in files { LocalFile.remove(file) }
            for folder in folders { LocalFile.removeFolder(folder) }
        }
        for difference in differences {
            for (folder, text) in zip(folders, [difference.live, difference.merged]) where !text.isEmpty {
                let file = "\(folder)/\(difference.name)"
                files.append(file)
                try LocalFile.write(Array(text.utf8), to: file)
            }
        }
        return try await invocation.launch(words + folders)
    }
}
