public import Ambient
public import InfraAPI
public import ProviderInterface

/// What every implementation of `Provider` must do, as checks that any test library can run:
///
///     @Test(arguments: ProviderConformance.checks)
///     func `the provider keeps its contract`(check: ProviderConformance.Check) async throws {
///         try await check.run(on: subject)
///     }
///
/// A check makes instances and volumes of its own and removes them; checks may run side by side on one provider.
public struct ProviderConformance: Sendable {
    /// The provider under test, described before with its recorded identity (or nil), and what to run on it.
    public struct Subject: Sendable {
        public var provider: any Provider

        /// Runs until it is stopped, and ends soon after SIGTERM.
        public var lasting: InstanceTemplate

        /// Writes `hello` as one line and exits with code 3.
        public var exiting: InstanceTemplate

        /// Refused by the engine at create or start because of the template; nil: the provider has no such template.
        public var refused: InstanceTemplate?

        /// Whether `execute` runs `/bin/sh -c` in an instance, and `logs` returns what it wrote.
        public var runsCommands: Bool

        public var surroundings: Surroundings

        public init(
            provider: any Provider, lasting: InstanceTemplate, exiting: InstanceTemplate,
            refused: InstanceTemplate? = nil, runsCommands: Bool, surroundings: Surroundings
        ) {
            self.provider = provider
            self.lasting = lasting
            self.exiting = exiting
            self.refused = refused
            self.runsCommands = runsCommands
            self.surroundings = surroundings
        }
    }

    /// One rule of the contract.
    public struct Check: Sendable, CustomStringConvertible {
        public let name: String
        let body: @Sendable (ConformanceBench) async throws -> Void

        public var description: String { name }

        /// - Throws: `ProviderConformanceFailure`, which says what was expected and what came.
        public func run(on subject: Subject) async throws {
            let bench = ConformanceBench(subject)
            do {
                try await body(bench)
            } catch {
                await bench.cleanUp()
                if let failure = error as? ProviderConformanceFailure { throw failure.naming(name) }
                throw ProviderConformanceFailure(check: name, message: "threw \(error)")
            }
            await bench.cleanUp()
        }
    }

    public static var checks: [Check] {
        lifecycleChecks + fenceChecks + volumeChecks + hotPlugChecks + snapshotChecks + toolChecks
    }
}

/// A rule of the contract that a provider breaks.
public struct ProviderConformanceFailure: Error, Sendable, CustomStringConvertible {
    public let check: String
    public let message: String

    func naming(_ check: String) -> ProviderConformanceFailure {
        ProviderConformanceFailure(check: check, message: message)
    }

    public var description: String { "\(check): \(message)" }
}
