import Ambient
import Conformance
import InfraAPI
import Testing

/// One machine after the other: four that boot at a time take four times as long.
@Suite(.serialized, .enabled(if: TestImage.isThere, TestImage.reason))
struct ProviderContractTests {
    @Test(arguments: ProviderConformance.checks)
    func `the QEMU provider keeps the contract of all providers`(check: ProviderConformance.Check) async throws {
        try await MachineBed.with { bed in
            var refused = bed.template()
            refused.spec.command = ["/bin/there-is-none"]
            let subject = ProviderConformance.Subject(
                provider: bed.provider, lasting: bed.template(), exiting: bed.template("echo hello; exit 3"),
                refused: refused, runsCommands: true, surroundings: .system)
            try await check.run(on: subject)
        }
    }
}
