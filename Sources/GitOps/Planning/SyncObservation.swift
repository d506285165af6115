import Ambient
import InfraAPI

/// Everything that a plan is made from.
struct SyncObservation: Sendable {
    var source: GitSource
    var facts = SourceFacts()
    /// Since when nothing counts back.
    var uptime: Duration
    /// For records.
    var now: Timestamp
    /// Background operations under way.
    var operations: [String] = []
    var dependencies = DependencyState.ready
    /// As they are: of the content, of the inventory, and the namespaces that they stand in.
    var objects: [ObjectID: ObjectSummary] = [:]
    /// Pending ones that name the source, and accepted ones, in the order of their creation.
    var approvals: [PruneApproval] = []

    var generation: Int { source.metadata.generation }
    var token: String? { source.metadata.annotations[GitSource.syncAnnotation] }
}

/// Whether the sources are ready that another one depends on.
enum DependencyState: Sendable, Hashable {
    case ready
    case waiting(String)
    /// Their names, the first again at the end.
    case cycle([String])

    /// - Parameter find: a source of the same namespace.
    init(of source: GitSource, find: (String) -> GitSource?) {
        if let cycle = DependencyState.cycle(from: source, find) {
            self = .cycle(cycle)
            return
        }
        for name in source.spec.dependsOn {
            guard let dependency = find(name) else {
                self = .waiting("GitSource \(name) is not there")
                return
            }
            let ready = dependency.status.conditions["Ready"]
            guard ready?.status == .true, ready?.observedGeneration == dependency.metadata.generation else {
                self = .waiting(
                    "GitSource \(name) is not ready" + (ready.map { ": \($0.reason)" } ?? ""))
                return
            }
        }
        self = .ready
    }

    /// A way from the source back to itself.
    private static func cycle(from source: GitSource, _ find: (String) -> GitSource?) -> [String]? {
        var seen: Set<String> = []
        func search(_ path: [String], _ names: [String]) -> [String]? {
            for name in names {
                if name == source.name { return path + [name] }
                guard seen.insert(name).inserted, let next = find(name) else { continue }
                if let found = search(path + [name], next.spec.dependsOn) { return found }
            }
            return nil
        }
        return search([source.name], source.spec.dependsOn)
    }
}
