import Ambient
import Conformance
import InfraAPI
import Testing

@Suite(.enabled(if: TestEngine.isThere, TestEngine.reason))
struct ProviderContractTests {
    @Test(arguments: ProviderConformance.checks)
    func `the Docker provider keeps the contract of all providers`(check: ProviderConformance.Check) async throws {
        try await ProviderBed.with { bed in
            var refused = bed.template()
            refused.spec.user = "nobody-of-that-name"
            let subject = ProviderConformance.Subject(
                provider: bed.provider, lasting: bed.template(), exiting: bed.template("echo hello; exit 3"),
                refused: refused, runsCommands: true, surroundings: .system)
            try await check.run(on: subject)
        }
    }
}
