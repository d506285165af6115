import Ambient
import Conformance
import KubernetesProvider
import Testing

@Suite struct ProviderContractTests {
    @Test(arguments: ProviderConformance.checks)
    func `the Kubernetes provider keeps the contract of all providers`(check: ProviderConformance.Check) async throws {
        try await ClusterBed.with { bed in
            try await check.run(on: ClusterBed.subject(bed.provider))
        }
    }

    @Test(arguments: ProviderConformance.checks)
    func `it keeps it where the cluster itself refuses a second Pod`(check: ProviderConformance.Check) async throws {
        try await ClusterBed.with {
            $0.accessMode = .readWriteOncePod
        } _: { bed in
            try await check.run(on: ClusterBed.subject(bed.provider))
        }
    }

    @Test(arguments: ProviderConformance.checks)
    func `it keeps it within one namespace`(check: ProviderConformance.Check) async throws {
        try await ClusterBed.with {
            $0.namespace = "conformance"
        } _: { bed in
            try await check.run(on: ClusterBed.subject(bed.provider))
        }
    }
}

extension ClusterBed {
    static func subject(_ provider: KubernetesProvider) -> ProviderConformance.Subject {
        ProviderConformance.Subject(
            provider: provider, lasting: template(), exiting: template("exit-3"), refused: template("no-command"),
            runsCommands: false, surroundings: .system)
    }
}
