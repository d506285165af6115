/// The git that makes the tests' repositories.
enum TestGit {
    static func environment(_ scratch: ScratchDirectory) -> [String: String] {
        [
            "HOME": scratch.path, "LC_ALL": "C", "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null",
            "GIT_TERMINAL_PROMPT": "0", "GIT_AUTHOR_NAME": "Tester", "GIT_AUTHOR_EMAIL": "tester@example.com",
            "GIT_COMMITTER_NAME": "Tester", "GIT_COMMITTER_EMAIL": "tester@example.com",
        ]
    }

    /// Where git's parts are.
    static func directory(_ scratch: ScratchDirectory) throws(ServerFailure) -> String {
        let output = try Spawn.run(
            Spawn.find("git", package: "git"), ["--exec-path"], environment: environment(scratch), in: scratch)
        return String(decoding: output.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    }
}
