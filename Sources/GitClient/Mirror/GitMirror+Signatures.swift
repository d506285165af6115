import ProcessControl

extension GitMirror {
    /// Judges the signature that a commit itself carries, by the kind that it is of.
    func check(_ commit: GitCommitID, _ signers: GitSigners, _ call: MirrorCall) async throws(GitError) -> GitSignature
    {
        let signature = try await read(commit, call).signature
        guard let signature else {
            throw GitError(
                .unverified, "Commit \(commit) is not signed. Sign it ('git commit -S'), with a key that may sign here."
            )
        }
        if signature.hasPrefix("-----BEGIN SSH SIGNATURE-----") {
            return try await checkSSH(commit, signers.sshSigners, call)
        }
        if signature.hasPrefix("-----BEGIN PGP SIGNATURE-----") {
            return try await checkOpenPGP(commit, signers.openPGPKeys, call)
        }
        throw GitError(
            .unverified,
            "Commit \(commit) carries a signature of another kind than ssh and OpenPGP: it counts for nothing.")
    }

    private func checkSSH(
        _ commit: GitCommitID, _ signers: String, _ call: MirrorCall
    ) async throws(GitError) -> GitSignature {
        guard signers.contains(where: { !$0.isWhitespace }) else {
            throw GitError(
                .unverified,
                "Commit \(commit) is signed with an ssh key, and no ssh key may sign: put it under 'allowed_signers' into the Secret that spec.verification names."
            )
        }
        try need("ssh-keygen", "openssh-client", to: "verify the signature of commit \(commit)")
        let file = try filing { () throws(FileFailure) in try call.scratch.write("allowed_signers", signers + "\n") }
        let result = try await program.run(
            ["verify-commit", "--raw", commit.hex], in: call.local, settings: ["gpg.ssh.allowedSignersFile=\(file)"])
        guard result.isSuccess, let signature = SignatureReport.ssh(result.errors) else {
            throw unverified(commit, result, SignatureReport.sshProblem(result.errors))
        }
        return signature
    }

    private func checkOpenPGP(
        _ commit: GitCommitID, _ keys: [String], _ call: MirrorCall
    ) async throws(GitError) -> GitSignature {
        guard !keys.isEmpty else {
            throw GitError(
                .unverified,
                "Commit \(commit) is signed with an OpenPGP key, and none may sign: put it under a name that ends in .asc into the Secret that spec.verification names."
            )
        }
        let gpg = try need("gpg", "gnupg", to: "verify the signature of commit \(commit)")
        let ring = try filing { () throws(FileFailure) in
            let ring = try PrivateDirectory("\(call.scratch.path)/gnupg")
            try ring.write("gpg.conf", "batch\nno-tty\nno-autostart\nno-auto-key-retrieve\n")
            return ring
        }
        var place = call.local
        place.environment["GNUPGHOME"] = ring.path
        for (number, key) in keys.enumerated() {
            let result = try await program.run(
                gpg, "gpg --import", ["--import"], in: place, input: call.input(Array(key.utf8)))
            guard result.isSuccess else {
                let said = GitText.errors(result.errors, hiding: [])
                throw GitError(
                    .unverified,
                    "The signature of commit \(commit) is not looked at: key \(number + 1) of the Secret that spec.verification names is no OpenPGP public key: \(said)."
                )
            }
        }
        let result = try await program.run(["verify-commit", "--raw", commit.hex], in: place)
        let report = SignatureReport.openPGP(result.errors)
        guard result.isSuccess, case .good(let signature) = report else {
            var problem: String?
            if case .bad(let why) = report { problem = why }
            throw unverified(commit, result, problem)
        }
        return signature
    }

    @discardableResult private func need(
        _ name: String, _ package: String, to purpose: String
    ) throws(GitError) -> String {
        guard let path = program.find(name) else {
            throw GitError(.failed, "\(name), which it takes to \(purpose), is not installed. Install \(package).")
        }
        return path
    }

    private func unverified(_ commit: GitCommitID, _ result: ProgramResult, _ problem: String?) -> GitError {
        let why = problem ?? "git does not accept it (\(GitText.errors(result.errors, hiding: [])))"
        return GitError(.unverified, "The signature of commit \(commit) counts for nothing: \(why).")
    }
}
