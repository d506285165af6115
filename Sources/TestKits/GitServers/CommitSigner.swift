/// A key that signs commits.
public protocol CommitSigner: Sendable {
    /// Of git, as `-c` takes them.
    var settings: [String] { get }
    var environment: [String: String] { get }
}

public struct SSHSigner: CommitSigner {
    public let key: SSHKey

    public init(_ directory: ScratchDirectory, _ name: String) throws(ServerFailure) {
        key = try SSHKey(directory, name)
    }

    public var settings: [String] { ["gpg.format=ssh", "user.signingkey=\(key.path)"] }
    public var environment: [String: String] { [:] }

    /// A line of ALLOWED SIGNERS.
    public func allowed(_ principal: String, options: String = "") -> String {
        "\(principal) \(options.isEmpty ? "" : options + " ")\(key.publicKey)"
    }
}

/// Keys of GnuPG in a directory of their own, with the agent that it starts.
public final class OpenPGPKeys: Sendable {
    private let directory: ScratchDirectory
    private let gpg: String

    public init() throws(ServerFailure) {
        directory = try ScratchDirectory("gpg")
        gpg = try Spawn.find("gpg", package: "gnupg")
    }

    /// - Parameter isOld: made in 2020 for a year.
    public func make(_ address: String, isOld: Bool = false) throws(ServerFailure) -> OpenPGPSigner {
        let time = isOld ? ["--faked-system-time", "20200101T000000"] : []
        try run(
            time + [
                "--passphrase", "", "--quick-gen-key", "Tester <\(address)>", "ed25519", "sign", isOld ? "1y" : "never",
            ])
        let listing = String(decoding: try run(["--with-colons", "--list-keys", address]), as: UTF8.self)
        let line = listing.split(separator: "\n").first { $0.hasPrefix("fpr:") } ?? ""
        let fingerprint = line.split(separator: ":").last.map(String.init) ?? ""
        var program = gpg
        if isOld {
            let script = "#!/bin/sh\nexec '\(gpg)' --faked-system-time 20200601T000000 \"$@\"\n"
            program = try directory.write("gpg-of-2020", Array(script.utf8), mode: 0o700)
        }
        return OpenPGPSigner(fingerprint: fingerprint, home: directory.path, program: program)
    }

    /// The public key, armoured.
    public func export(_ signer: OpenPGPSigner) throws(ServerFailure) -> String {
        String(decoding: try run(["--armor", "--export", signer.fingerprint]), as: UTF8.self)
    }

    /// From now on the key is revoked.
    public func revoke(_ signer: OpenPGPSigner) throws(ServerFailure) {
        let file = "\(directory.path)/openpgp-revocs.d/\(signer.fingerprint).rev"
        let text = String(decoding: ScratchDirectory.read(file) ?? [], as: UTF8.self)
        // GnuPG puts a colon there, lest somebody imports it in haste.
        try run(["--import"], input: Array(text.replacing(":-----BEGIN", with: "-----BEGIN").utf8))
    }

    @discardableResult private func run(
        _ arguments: [String], input: [UInt8] = []
    ) throws(ServerFailure) -> [UInt8] {
        try Spawn.run(
            gpg, ["--batch", "--quiet", "--homedir", directory.path, "--pinentry-mode", "loopback"] + arguments,
            environment: ["LC_ALL": "C", "HOME": directory.path], input: input, in: directory)
    }

    /// Ends the agent, and removes the keys.
    public func end() {
        _ = try? Spawn.run(
            Spawn.find("gpgconf", package: "gnupg"), ["--homedir", directory.path, "--kill", "all"], environment: [:],
            in: directory)
        directory.remove()
    }
}

public struct OpenPGPSigner: CommitSigner {
    public let fingerprint: String
    let home: String
    let program: String

    public var settings: [String] {
        ["gpg.format=openpgp", "gpg.program=\(program)", "user.signingkey=\(fingerprint)"]
    }
    public var environment: [String: String] { ["GNUPGHOME": home] }
}
