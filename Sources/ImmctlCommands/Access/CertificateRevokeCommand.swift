import ArgumentParser
import JSON
import ResourceAPI

struct CertificateRevokeCommand: ImmctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke",
        abstract: "End client certificates: their next request is refused.",
        discussion: """
            A user stands for all of the certificates that were made for it here. One that was made by other means is revoked \
            by its serial number (openssl x509 -noout -serial -in FILE).

            Examples:
              immctl certificate revoke alice
              immctl certificate revoke --serial 5f3a0c9e41d27b60
            """)

    @Argument(help: "Users.")
    var users: [String] = []

    @Option(
        help: ArgumentHelp("A serial number, in hexadecimal digits; may be given several times.", valueName: "digits"))
    var serial: [String] = []

    @OptionGroup var server: ServerOptions

    func validate() throws {
        if users.isEmpty && serial.isEmpty { throw ValidationError("say whose certificates, or which by --serial") }
        for digits in serial where digits.isEmpty || !digits.utf8.allSatisfy(CertificateRevokeCommand.isHexadecimal) {
            throw ValidationError("\(digits) is no serial number: hexadecimal digits only")
        }
    }

    func run(in invocation: Invocation) async throws(CommandFailure) -> CommandStatus {
        try await server.withSession(invocation) { session throws(CommandFailure) in
            for digits in try await serials(session) {
                _ = try await request("revoke the certificate \(digits)") { () throws(APIStatus) in
                    try await session.json("\(CertificateCommand.path)/\(digits)/revoke", [:])
                }
                invocation.console.print("certificate \(digits) revoked")
            }
            return .success
        }
    }

    private func serials(_ session: Session) async throws(CommandFailure) -> [String] {
        guard !users.isEmpty else { return serial }
        let answer = try await request("list the certificates") { () throws(APIStatus) in
            try await session.json(CertificateCommand.path)
        }
        var all = serial
        for user in users {
            let own = (answer["certificates"]?.arrayValue ?? []).filter {
                $0["user"]?.stringValue == user && $0["revokedAt"] == nil
            }
            guard !own.isEmpty else {
                throw CommandFailure(
                    .failed, "no certificate of \(user) is known that was not revoked already",
                    hints: ["one that was made by other means is revoked by --serial"])
            }
            // The server's own answer, but a path is made of it.
            all += own.compactMap { $0["serial"]?.stringValue }.filter {
                $0.utf8.allSatisfy(CertificateRevokeCommand.isHexadecimal)
            }
        }
        return all
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x46, 0x61...0x66: true
        default: false
        }
    }
}
