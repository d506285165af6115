import InfraAPI
import JSON
import ResourceAPI

/// A small change of sources by a merge patch, one after the other.
struct GitSourceChange: Sendable {
    let session: Session
    let console: Console

    /// - Parameter line: what is said of one that was patched; nil of one that needs no patch.
    func apply(
        _ patch: JSONValue, to references: [ObjectReference], as format: ResultFormat,
        line: (_ before: GitSource) -> (text: String, isNeeded: Bool)
    ) async throws(CommandFailure) -> [GitSource] {
        var changed: [GitSource] = []
        var lines: [String] = []
        for reference in references {
            let before: GitSource = try await session.client.load(reference)
            let (text, isNeeded) = line(before)
            lines.append("\(reference.qualifiedName) \(text)")
            guard isNeeded else {
                changed.append(before)
                continue
            }
            changed.append(
                try decode(
                    await request("patch \(reference.qualifiedName)") { () throws(APIStatus) in
                        try await session.client.mergePatch(
                            reference, patch, nil, WriteOptions(fieldManager: Session.fieldManager))
                    }))
        }
        let objects = changed.map(\.json.withoutManagedFields)
        try OutputRendering(console: console).show(
            objects.count == 1 ? objects[0] : .list(objects), as: format
        ) { lines }
        return changed
    }
}

extension GitSourceTargets {
    /// What suspend and resume do: those that are so already are left alone.
    func suspend(
        _ wanted: Bool, _ invocation: Invocation, as format: ResultFormat
    ) async throws(CommandFailure) -> CommandStatus {
        let references = try references()
        guard !references.isEmpty else { throw .usage("which sources?", hints: ["see `immctl gitops status`"]) }
        return try await server.withSession(invocation) { session throws(CommandFailure) in
            _ = try await GitSourceChange(session: session, console: invocation.console).apply(
                ["spec": ["suspend": .bool(wanted)]], to: references, as: format
            ) { before in
                if before.spec.suspend == wanted {
                    return (wanted ? "is suspended already" : "is not suspended", false)
                }
                return (wanted ? "suspended" : "resumed", true)
            }
            return .success
        }
    }
}
