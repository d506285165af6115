import ProcessControl

/// What ssh-keygen(1) and gpg say of a signature, as `git verify-commit --raw` hands it on.
enum SignatureReport {
    /// `Good "git" signature for PRINCIPAL with TYPE key FINGERPRINT`, in a line of its own.
    static func ssh(_ output: [UInt8]) -> GitSignature? {
        for line in lines(output) {
            guard line.hasPrefix("Good \"git\" signature for "), let key = fingerprint(line),
                let end = line.firstRange(of: " with ")
            else { continue }
            let signer = line[..<end.lowerBound].dropFirst("Good \"git\" signature for ".count)
            return GitSignature(signer: OutputText.line(signer, limit: 200), key: key)
        }
        return nil
    }

    static func sshProblem(_ output: [UInt8]) -> String? {
        let lines = lines(output)
        if let line = lines.first(where: { $0.contains("key has expired") || $0.contains("key is not yet valid") }) {
            let reason = line.contains("expired") ? "expired" : "not yet valid"
            return "by 'allowed_signers', the key that made it was \(reason) at the time of the commit"
        }
        if lines.contains(where: { $0.contains("not permitted for use in signature namespace") }) {
            return "'allowed_signers' does not let the key that made it sign for git"
        }
        if let line = lines.first(where: { $0.hasPrefix("Good \"git\" signature with ") }) {
            return "it was made with key \(fingerprint(line) ?? "?"), which 'allowed_signers' does not name"
        }
        if lines.contains(where: { $0.contains("incorrect signature") || $0.contains("invalid format") }) {
            return "it does not fit the commit, which somebody changed after it was signed"
        }
        return nil
    }

    private static func fingerprint(_ line: Substring) -> String? {
        line.split(separator: " ").last.map(String.init).flatMap { $0.hasPrefix("SHA256:") ? $0 : nil }
    }

    enum OpenPGP {
        case good(GitSignature)
        case bad(String)
    }

    /// Reads the status lines that `doc/DETAILS` of GnuPG describes. Only one signature that is good, of a key that is neither
    /// expired nor revoked, is good.
    static func openPGP(_ output: [UInt8]) -> OpenPGP {
        var status: [(word: Substring, rest: Substring)] = []
        for line in lines(output) where line.hasPrefix("[GNUPG:] ") {
            let parts = line.dropFirst(9).split(separator: " ", maxSplits: 1)
            if let word = parts.first { status.append((word, parts.count > 1 ? parts[1] : "")) }
        }
        let problems: [(word: String, text: String)] = [
            ("BADSIG", "it does not fit the commit, which somebody changed after it was signed"),
            ("REVKEYSIG", "the key that made it is revoked"),
            ("EXPKEYSIG", "the key that made it has expired"),
            ("EXPSIG", "it has expired"),
            ("NO_PUBKEY", "it was made with key %, which is not among those that may sign"),
            ("ERRSIG", "it cannot be checked"),
        ]
        for problem in problems {
            guard let line = status.first(where: { $0.word == problem.word }) else { continue }
            return .bad(problem.text.replacing("%", with: OutputText.line(line.rest, limit: 60)))
        }
        let good = status.filter { $0.word == "GOODSIG" }
        let valid = status.filter { $0.word == "VALIDSIG" }
        // `VALIDSIG` ends with the fingerprint of the primary key.
        guard good.count == 1, valid.count == 1, let key = valid[0].rest.split(separator: " ").last else {
            return .bad("it is not one good signature")
        }
        let signer = good[0].rest.split(separator: " ", maxSplits: 1).last ?? ""
        return .good(GitSignature(signer: OutputText.line(signer, limit: 200), key: String(key)))
    }

    private static func lines(_ output: [UInt8]) -> [Substring] {
        String(decoding: output, as: UTF8.self).split(separator: "\n")
    }
}
