import ArgumentParser
import InfraAPI
import ResourceAPI

/// Objects by name, or those of a kind by selector or `--all`.
struct ObjectSelection: Sendable {
    let words: [String]
    let namespace: String
    let selector: ListOptions
    let all: Bool

    private var selects: Bool { all || selector.labelSelector != nil || selector.fieldSelector != nil }

    /// Whether objects may be found by what they are, and none being there is no error of the user's.
    var isByQuery: Bool { selects }

    func references(_ session: Session) async throws(CommandFailure) -> [ObjectReference] {
        var references: [ObjectReference] = []
        for item in try ResourceWords(words).items {
            if let name = item.name {
                guard !selects else { throw .usage("a name and a selector exclude each other") }
                references.append(ObjectReference(item.type, in: namespace, name: name))
                continue
            }
            guard selects else {
                throw .usage(
                    "no name is given for \(item.type.plural)",
                    hints: ["name the objects, or say which with --selector or --all"])
            }
            let list = try await request("list \(item.type.plural)") { () throws(APIStatus) in
                try await session.client.list(item.type, in: item.type.namespaced ? namespace : nil, selector)
            }
            references += list.items.map { ObjectReference(item.type, namespace: $0.namespace, name: $0.name) }
        }
        return references
    }
}
