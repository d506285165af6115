import ArgumentParser
import InfraAPI
import JSON
import ResourceAPI

struct DiffCommand: ImmctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "Show what applying a manifest would change in the stored objects.",
        discussion: """
            The server tries the apply (dry run), so its defaults and what others manage are in the result. Values of \
            Secrets are stars. For what would become of instances, see plan. IMM_EXTERNAL_DIFF, else \
            KUBECTL_EXTERNAL_DIFF, names a program that is given two folders instead.

            Exit status: 0 no differences, 1 differences, more an error.

            Examples:
              immctl diff -f web.yaml
              immctl diff -f manifests/ -R
              cat web.yaml | immctl diff -f -
            """)

    @OptionGroup var manifests: ApplyOptions
    @OptionGroup var output: ResultOutputOptions

    func validate() throws {
        if manifests.files.isEmpty { throw ValidationError("say what to compare with -f FILE, -f FOLDER or -f -") }
    }

    func run(in invocation: Invocation) async throws(CommandFailure) -> CommandStatus {
        do throws(CommandFailure) {
            return try await compare(invocation)
        } catch {
            // 1 says that there are differences.
            var failure = error
            if failure.status == .failed { failure.status = .trouble }
            throw failure
        }
    }

    private func compare(_ invocation: Invocation) async throws(CommandFailure) -> CommandStatus {
        let documents = try manifests.documents(invocation)
        let external = try ExternalDiff(invocation.environment)
        return try await manifests.server.withSession(invocation) { session throws(CommandFailure) in
            let run = manifests.run(session, invocation)
            let differences = try await run.preview(documents).map { preview in
                ObjectDifference(
                    preview.document.reference, live: preview.existing,
                    merged: preview.applied ?? preview.document.object)
            }
            let rendering = OutputRendering(console: invocation.console)
            if let external, rendering.isForPeople(output.output) {
                let status = try await external.run(differences, invocation)
                guard status > 1 else { return status == 0 ? .success : .differences }
                throw CommandFailure(.failed, "\(external.words[0]) ended with status \(status)")
            }
            let changed = differences.filter { !$0.isEmpty }
            let style = invocation.console.outputStyle
            try rendering.show(.list(changed.map(\.json)), as: output.output) {
                changed.flatMap { $0.lines(style: style) }
            }
            return changed.isEmpty ? .success : .differences
        }
    }
}

extension ObjectDifference {
    /// For machines.
    var json: JSONValue {
        [
            "object": .string(reference.qualifiedName), "change": live.isEmpty ? "created" : "configured",
            "diff": .string(lines(style: .plain).joined(separator: "\n")),
        ]
    }
}
