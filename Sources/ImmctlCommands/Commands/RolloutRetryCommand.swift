import Ambient
import ArgumentParser
import InfraAPI
import JSON
import ResourceAPI

struct RolloutRetryCommand: ImmctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry",
        abstract: "Try the rejected revision of a set again.",
        discussion: """
            A revision that failed is rejected and is not rolled out again, whoever applies it. This clears the verdict \
            of the one that the set asks for, once: what was wrong outside of it, such as a database that was away, \
            may be mended by now.

            Examples:
              immctl rollout retry instanceset/web
              immctl rollout retry web -o yaml
            """)

    @OptionGroup var target: RolloutTarget

    @OptionGroup var output: ResultOutputOptions

    func run(in invocation: Invocation) async throws(CommandFailure) -> CommandStatus {
        let reference = try target.reference()
        return try await target.server.withSession(invocation) { session throws(CommandFailure) in
            let history = try await RevisionHistory.load(reference, session.client)
            let revision = try RolloutRetryCommand.rejected(in: history, reference)
            let patch = RolloutRetryCommand.patch(token: invocation.now.rfc3339Micro)
            let result = try await request("retry \(reference.qualifiedName)") { () throws(APIStatus) in
                try await session.client.mergePatch(
                    reference, patch, nil, WriteOptions(fieldManager: Session.fieldManager))
            }
            try OutputRendering(console: invocation.console).show(result.withoutManagedFields, as: output.output) {
                ["\(reference.qualifiedName): revision \(revision.spec.number) (\(revision.name)) is tried again"]
            }
            return .success
        }
    }

    private static func rejected(
        in history: RevisionHistory, _ reference: ObjectReference
    ) throws(CommandFailure) -> Revision {
        let set = history.set
        guard set.status.observedGeneration >= set.metadata.generation, let wanted = history.wanted else {
            throw CommandFailure(
                .failed, "\(reference.qualifiedName): which revision it asks for is not known yet",
                hints: ["follow it with `immctl rollout status \(set.name)`"])
        }
        guard wanted.status.verdict == .rejected else {
            throw CommandFailure(
                .failed,
                "\(reference.qualifiedName): revision \(wanted.spec.number) (\(wanted.name)) is not rejected, but "
                    + "\(wanted.status.verdict.rawValue.lowercased()): there is nothing to retry",
                hints: ["see `immctl rollout history \(set.name)`, and `immctl why \(set.name)`"])
        }
        return wanted
    }

    /// Harmless requests of people are tokens of annotations; status echoes the one that was obeyed.
    static func patch(token: String) -> JSONValue {
        ["metadata": ["annotations": .object(JSONObject([(RolloutProgress.retryAnnotation, .string(token))]))]]
    }
}
