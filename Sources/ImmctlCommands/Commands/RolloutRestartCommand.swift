import Ambient
import ArgumentParser
import InfraAPI
import JSON
import ResourceAPI

struct RolloutRestartCommand: ImmctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "restart",
        abstract: "Replace every instance of a set once, under its strategy and budget.",
        discussion: """
            Examples:
              immctl rollout restart instanceset/web
              immctl rollout restart web --resolve
            """)

    @OptionGroup var target: RolloutTarget

    @Flag(help: "Ask anew what the image's tag means, and replace the instances by what it is now.")
    var resolve = false

    @OptionGroup var output: ResultOutputOptions

    func run(in invocation: Invocation) async throws(CommandFailure) -> CommandStatus {
        let reference = try target.reference()
        let token = invocation.now.rfc3339Micro
        var annotations = JSONObject([(RolloutProgress.restartAnnotation, .string(token))])
        if resolve { annotations[RolloutProgress.resolveAnnotation] = .string(token) }
        let patch: JSONValue = ["metadata": ["annotations": .object(annotations)]]
        return try await target.server.withSession(invocation) { session throws(CommandFailure) in
            let result = try await request("restart \(reference.qualifiedName)") { () throws(APIStatus) in
                try await session.client.mergePatch(
                    reference, patch, nil, WriteOptions(fieldManager: Session.fieldManager))
            }
            try OutputRendering(console: invocation.console).show(result.withoutManagedFields, as: output.output) {
                ["\(reference.qualifiedName) restarted\(resolve ? ", its image is resolved anew" : "")"]
            }
            return .success
        }
    }
}
