import GitClient
import InfraAPI
import JSON

/// An object as a commit wants it.
struct RenderedObject: Sendable {
    let id: ObjectID
    let type: ResourceType
    /// The manifest with its namespace.
    let value: JSONValue
    /// Objects of a lower wave are applied, and healthy, first.
    let wave: Int
    /// `<commit>:<file>:<line>:<column>`
    let place: String

    /// Objects that others of the same wave stand in or act by come first.
    var rank: Int {
        switch type {
        case Namespace.resourceType: 0
        case RoleBinding.resourceType: 1
        case Secret.resourceType: 2
        case ProviderObject.resourceType: 3
        case Volume.resourceType: 4
        default: 5
        }
    }
}

/// What a commit wants, all of it read, checked by itself, and of a signer whom the source trusts.
final class RenderedCommit: Sendable {
    let commit: GitCommit
    /// nil where none is asked for.
    let signature: GitSignature?
    /// In the order in which they are applied.
    let objects: [RenderedObject]
    let ids: Set<ObjectID>
    private let positions: [ObjectID: Int]
    /// Namespaces that it makes.
    let namespaces: Set<String>

    init(commit: GitCommit, signature: GitSignature?, objects: [RenderedObject]) {
        self.commit = commit
        self.signature = signature
        let ordered = objects.enumerated().sorted { left, right in
            (left.element.wave, left.element.rank, left.offset) < (right.element.wave, right.element.rank, right.offset)
        }.map(\.element)
        self.objects = ordered
        positions = Dictionary(
            ordered.enumerated().map { ($0.element.id, $0.offset) }, uniquingKeysWith: { first, _ in first })
        ids = Set(objects.map(\.id))
        namespaces = Set(objects.filter { $0.type == Namespace.resourceType }.map(\.id.name))
    }

    func object(_ id: ObjectID) -> RenderedObject? { positions[id].map { objects[$0] } }

    /// From the lowest to the highest.
    var waves: [[RenderedObject]] {
        var waves: [[RenderedObject]] = []
        for object in objects {
            if let last = waves.last?.last, last.wave == object.wave {
                waves[waves.count - 1].append(object)
            } else {
                waves.append([object])
            }
        }
        return waves
    }
}
