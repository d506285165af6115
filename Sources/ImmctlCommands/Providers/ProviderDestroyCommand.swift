import ArgumentParser
import InfraAPI
import ResourceAPI

struct ProviderDestroyCommand: ImmctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "destroy",
        abstract: "Destroy an instance at the engine that carries our labels and has no record.",
        discussion: """
            Such an instance is Unknown: it is listed in the provider's status.unknownObjects, counts as the holder of its \
            volumes, and is never destroyed by itself. Its volumes and their data stay.

            Examples:
              immctl provider destroy docker 3f8a52c1d9e0
              immctl provider destroy docker imm_k2v5h8_5f0c8a1e
            """)

    @OptionGroup var target: ProviderTarget

    @Argument(help: "The engine's id of it, the beginning of that, or its name there.")
    var object: String

    func run(in invocation: Invocation) async throws(CommandFailure) -> CommandStatus {
        let reference = try target.reference()
        return try await target.server.withSession(invocation) { session throws(CommandFailure) in
            let destruction = ProviderRequest(session: session, reference: reference)
            let provider = try await destruction.load()
            let unknown = try unknownInstance(in: provider, reference)
            // What was asked for before and is still there stays asked for.
            let left = Set(provider.status.unknownObjects.map(\.id))
            let before = provider.metadata.annotations[ProviderObject.destroyAnnotation] ?? ""
            let ids = before.split(separator: ",").map(String.init).filter { left.contains($0) && $0 != unknown.id }
            try await destruction.annotate(
                provider, ProviderObject.destroyAnnotation, (ids + [unknown.id]).joined(separator: ","))
            let done = try await destruction.wait(target.timeout.duration, invocation) {
                !$0.status.unknownObjects.contains { $0.id == unknown.id }
            }
            guard done != nil else {
                throw CommandFailure(
                    .failed, "\(unknown.name) is still there",
                    hints: ["the request stands; the server's log says why it is not carried out"])
            }
            invocation.console.print("\(unknown.name) (\(unknown.id)) destroyed")
            return .success
        }
    }

    private func unknownInstance(
        in provider: ProviderObject, _ reference: ObjectReference
    ) throws(CommandFailure) -> UnknownObject {
        let hint = "`immctl get \(reference.qualifiedName) -o yaml` lists them under status.unknownObjects"
        if let found = provider.status.foundIdentity {
            throw CommandFailure(
                .failed, "\(reference.qualifiedName) is not the engine on record (it has the identity \(found))",
                hints: ["nothing of it is touched before `immctl provider adopt \(provider.name)`"])
        }
        let matches = provider.status.unknownObjects.filter {
            $0.id == object || $0.name == object || (object.count >= 8 && $0.id.hasPrefix(object))
        }
        guard let match = matches.first else {
            throw CommandFailure(.failed, "\(reference.qualifiedName) has no Unknown object \(object)", hints: [hint])
        }
        guard matches.count == 1 else {
            throw CommandFailure(
                .failed,
                "\(object) means \(matches.count) Unknown objects: \(matches.map(\.id).joined(separator: ", "))",
                hints: ["give more of the id"])
        }
        guard match.kind == "Instance" else {
            throw CommandFailure(
                .failed, "\(match.name) is a \(match.kind.lowercased()), and holds data: it is not destroyed here",
                hints: [hint])
        }
        return match
    }
}
