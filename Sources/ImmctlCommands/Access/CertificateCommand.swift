import ArgumentParser

/// Groups the commands about client certificates.
struct CertificateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "certificate",
        abstract: "Make, list and revoke the client certificates by which people come in; for administrators.",
        discussion: """
            A RoleBinding with the subject {kind: User, name: NAME}, or {kind: Group, name: GROUP}, gives them their roles.

            Examples:
              immctl certificate create alice --group ops --expires 30d
              immctl certificate list
              immctl certificate revoke alice
            """,
        subcommands: [
            CertificateCreateCommand.self, CertificateListCommand.self, CertificateRevokeCommand.self,
        ])

    static let path = "/imm/v1/certificates"
}
