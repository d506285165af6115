import JSON

/// A field that an apply would change and that another manager owns.
struct FieldConflict: Sendable, Hashable {
    let manager: FieldManager.Identity
    /// `.spec.replicas`
    let path: String

    /// All conflicts, by manager and then in the order of the fields.
    static func all(
        _ managers: FieldManagers, but applier: FieldManager.Identity, over changed: FieldSet
    ) -> [FieldConflict] {
        managers.entries.filter { $0.identity != applier }
            .sorted { ($0.identity.name, $0.identity.subresource) < ($1.identity.name, $1.identity.subresource) }
            .flatMap { manager in
                manager.fields.intersection(changed).paths.map { path in
                    FieldConflict(manager: manager.identity, path: path.map(\.printed).joined())
                }
            }
    }
}

/// Why a configuration was not applied.
enum ApplyError: Error {
    case conflicts([FieldConflict])
    case unmergeable(FieldSetError)
}

extension ApplyError {
    /// In Kubernetes' words.
    var status: APIStatus {
        switch self {
        case .unmergeable(let error):
            return .badRequest("the configuration cannot be merged: \(error.place): \(error.message)")
        case .conflicts(let conflicts):
            let causes = conflicts.map {
                APIStatus.Cause(
                    reason: "FieldManagerConflict", message: "conflict with \($0.manager.printed)", field: $0.path)
            }
            return APIStatus(
                code: 409, reason: .conflict, message: ApplyError.message(conflicts), causes: causes)
        }
    }

    private static func message(_ conflicts: [FieldConflict]) -> String {
        if let only = conflicts.first, conflicts.count == 1 {
            return "Apply failed with 1 conflict: conflict with \(only.manager.printed): \(only.path)"
        }
        var lines: [String] = []
        var manager: FieldManager.Identity?
        for conflict in conflicts {
            if conflict.manager != manager { lines.append("conflicts with \(conflict.manager.printed):") }
            manager = conflict.manager
            lines.append("- \(conflict.path)")
        }
        return "Apply failed with \(conflicts.count) conflicts: \(lines.joined(separator: "\n"))"
    }
}
