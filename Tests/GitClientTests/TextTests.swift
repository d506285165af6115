import Ambient
import ProcessControl
import Testing

@testable import GitClient

/// What is read and written without git.
@Suite struct TextTests {
    @Test(
        arguments: [
            ("git version 2.39.5\n", (2, 39)), ("git version 2.50.1.windows.1", (2, 50)),
            ("git version 3.0 (x)", nil), ("something else", nil), ("git version 2", nil),
        ] as [(String, (Int, Int)?)])
    func `versions of git are read`(text: String, version: (Int, Int)?) {
        let read = GitProgram.version(text)
        #expect(read?.0 == version?.0 && read?.1 == version?.1)
    }

    @Test func `a git that is absent, too old or none is told`() async throws {
        let absent = GitProgram(path: "/nowhere/git", surroundings: .system)
        let error = await #expect(throws: GitError.self) { try await absent.path() }
        #expect(error?.kind == .failed)
        let nowhere = GitProgram(searchPath: "/nowhere", surroundings: .system)
        let none = await #expect(throws: GitError.self) { try await nowhere.path() }
        #expect(none?.message.contains("Install git") == true, "\(none?.message ?? "")")
        let other = GitProgram(path: "/bin/echo", surroundings: .system)
        let strange = await #expect(throws: GitError.self) { try await other.path() }
        #expect(strange?.message.contains("no git that imm knows") == true, "\(strange?.message ?? "")")
    }

    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy"), ("\u{FF}~", "w79+"),
    ])
    func `base64 is that of RFC 4648`(text: String, encoded: String) {
        #expect(Base64.encode(Array(text.utf8)) == encoded)
    }

    @Test func `messages are one line without control characters and passwords`() {
        let said = GitText.errors(
            Array(
                "fatal: \u{1B}[31mno\u{1B}[0m\nhint: try x\nremote: https://a:topsecret@host/x \u{202E}and topword\n"
                    .utf8),
            hiding: ["topword"])
        #expect(said == "fatal: [31mno [0m; remote: https://***@host/x and ***")
        #expect(GitText.withoutPassword("ssh://git@host/x and http://u:p@h/y") == "ssh://git@host/x and http://***@h/y")
        #expect(OutputText.line(String(repeating: "x", count: 900)).count == 701)
    }

    @Test func `a commit is read as git stores it`() {
        let text = """
            tree 1
            parent 2
            author A U Thor <a@x> 1700000000 +0100
            committer C <c@x> 1700000000 +0100
            gpgsig -----BEGIN SSH SIGNATURE-----
             AAAA
             -----END SSH SIGNATURE-----

              \u{1B}The subject\twith blanks

            gpgsig no header
            """
        let commit = CommitText(Array(text.utf8))
        #expect(commit.signature == "-----BEGIN SSH SIGNATURE-----\nAAAA\n-----END SSH SIGNATURE-----")
        guard let id = GitCommitID(String(repeating: "a", count: 40)) else { return }
        #expect(
            commit.summary(id) == GitCommit(id: id, subject: "The subject with blanks", author: "A U Thor <a@x>"))
        #expect(CommitText([0xFF, 0x0A]).signature == nil)
    }

    @Test func `only one good OpenPGP signature is good`() {
        func read(_ lines: String...) -> SignatureReport.OpenPGP {
            SignatureReport.openPGP(Array(lines.map { "[GNUPG:] \($0)\n" }.joined().utf8))
        }
        let good = "GOODSIG 1234 Alice <a@x>"
        let valid = "VALIDSIG SUB 2026-11-21 1 0 4 0 22 8 00 PRIMARY"
        guard case .good(let signature) = read("NEWSIG", good, valid) else {
            Issue.record("it is good")
            return
        }
        #expect(signature == GitSignature(signer: "Alice <a@x>", key: "PRIMARY"))
        for bad in ["BADSIG 1 x", "EXPKEYSIG 1 x", "REVKEYSIG 1 x", "EXPSIG 1 x", "ERRSIG 1 x", "NO_PUBKEY 1", good] {
            if case .good = read(good, valid, bad) { Issue.record("\(bad) is not good") }
        }
        if case .good = read(good) { Issue.record("without VALIDSIG it is not good") }
        if case .good = SignatureReport.openPGP(Array("\(good)\n\(valid)\n".utf8)) { Issue.record("no status lines") }
    }

    @Test func `a listing of references is read`() {
        let one = String(repeating: "1", count: 40)
        let two = String(repeating: "2", count: 40)
        let references = RemoteReferences(
            listing: Array(
                "ref: refs/heads/main\tHEAD\n\(one)\tHEAD\n\(one)\trefs/heads/main\n\(one)\trefs/tags/v1\n\(two)\trefs/tags/v1^{}\n\(two)\trefs/pull/1/head\nnonsense\n"
                    .utf8) + Array("\(one)\trefs/heads/".utf8) + [0xFF, 0x0A])
        #expect(references.head?.hex == one && references.headBranch == "main")
        #expect(references.branches.mapValues(\.hex) == ["main": one])
        #expect(references.tags.mapValues(\.hex) == ["v1": two])
    }
}
