import Ambient
import ArgumentParser
import InfraAPI
import ResourceAPI

struct ProviderAdoptCommand: ImmctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "adopt",
        abstract: "Accept the engine that answers now in place of the one on record.",
        discussion: """
            An engine whose identity marker is missing or another one is not acted on: it may be another host, or another \
            data root, while the instances of the old one still run. Adopt it when you know that it is the same engine \
            (somebody removed the marker volume), or that the old one is gone for good. Instances that it does not have are \
            replaced then; a volume that it does not have is waited for, and never made blank.

            Examples:
              immctl provider adopt docker
            """)

    @OptionGroup var target: ProviderTarget

    func run(in invocation: Invocation) async throws(CommandFailure) -> CommandStatus {
        let reference = try target.reference()
        return try await target.server.withSession(invocation) { session throws(CommandFailure) in
            let adoption = ProviderRequest(session: session, reference: reference)
            let provider = try await adoption.load()
            guard let found = provider.status.foundIdentity, let recorded = provider.status.identity else {
                let ready = provider.status.conditions["Ready"]
                throw CommandFailure(
                    .failed,
                    "\(reference.qualifiedName) has nothing to adopt: \(ready?.message ?? "it was not reached yet")",
                    hints: ["`immctl describe \(reference.qualifiedName)` shows its identity and its conditions"])
            }
            // An engine without a marker gets this one; who asks again asks for the same.
            let asked = provider.metadata.annotations[ProviderObject.adoptAnnotation] ?? recorded
            let fresh = asked == recorded ? "adopted-\(invocation.now.rfc3339Micro)" : asked
            let identity = found.isEmpty ? fresh : found
            try await adoption.annotate(provider, ProviderObject.adoptAnnotation, identity)
            let adopted = try await adoption.wait(target.timeout.duration, invocation) {
                $0.status.identity == identity && $0.status.conditions["Ready"]?.status == .true
            }
            guard let adopted else {
                throw CommandFailure(
                    .failed, "\(reference.qualifiedName) did not take the identity \(identity) yet",
                    hints: ["the request stands; `immctl describe \(reference.qualifiedName)` shows what it waits for"])
            }
            invocation.console.print(
                "\(reference.qualifiedName) adopted with the identity \(identity), before \(recorded)")
            for object in adopted.status.unknownObjects {
                invocation.console.print("  without a record: \(object.kind) \(object.name)")
            }
            return .success
        }
    }
}
