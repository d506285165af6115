import InfraAPI
import ResourceAPI

/// What people type to name objects: `instanceset/web`, `iset web db`, `iset,ivol`, `imm`.
struct ResourceWords: Sendable, Hashable {
    struct Item: Sendable, Hashable {
        var type: ResourceType
        /// nil: all of the kind.
        var name: String?
    }

    var items: [Item]

    /// Whether exactly one object is named.
    var isSingle: Bool { items.count == 1 && items[0].name != nil }

    init(_ words: [String]) throws(CommandFailure) {
        guard let first = words.first else {
            throw .usage("which objects?", hints: ["name a kind (`instancesets`) or an object (`instanceset/web`)"])
        }
        items = []
        if words.contains(where: { $0.contains("/") }) {
            for word in words { items.append(try ResourceWords.item(word)) }
            return
        }
        let types = try ResourceWords.types(first)
        let names = words.dropFirst()
        for type in types {
            if names.isEmpty {
                items.append(Item(type: type, name: nil))
            } else {
                items += names.map { Item(type: type, name: $0) }
            }
        }
    }

    /// Names only: a command that acts on objects does not take whole kinds.
    static func references(
        _ words: [String], in namespace: String
    ) throws(CommandFailure) -> [ObjectReference] {
        var references: [ObjectReference] = []
        for item in try ResourceWords(words).items {
            guard let name = item.name else {
                throw .usage(
                    "no name is given for \(item.type.plural)", hints: ["write \(item.type.singular)/NAME"])
            }
            references.append(ObjectReference(item.type, in: namespace, name: name))
        }
        return references
    }

    /// Exactly one object, whose kind must be one of `kinds` (all when empty).
    static func reference(
        _ words: [String], in namespace: String, kinds: [ResourceType] = []
    ) throws(CommandFailure) -> ObjectReference {
        let references = try references(words, in: namespace)
        guard references.count == 1 else { throw .usage("one object, not \(references.count)") }
        let type = references[0].type
        guard kinds.isEmpty || kinds.contains(type) else {
            let wanted = kinds.map(\.singular).joined(separator: " or ")
            throw .usage("\(words.joined(separator: " ")): \(wanted) is wanted, not \(type.singular)")
        }
        return references[0]
    }

    static func type(_ word: String) throws(CommandFailure) -> ResourceType {
        if let type = ResourceTypes.find(word: word) { return type }
        throw .usage("the server has no kind \"\(word)\"", hints: [hint(for: word)])
    }

    private static func types(_ words: String) throws(CommandFailure) -> [ResourceType] {
        var types: [ResourceType] = []
        for word in words.split(separator: ",", omittingEmptySubsequences: false) {
            let category = ResourceTypes.category(String(word))
            for type in category.isEmpty ? [try type(String(word))] : category where !types.contains(type) {
                types.append(type)
            }
        }
        return types
    }

    private static func item(_ word: String) throws(CommandFailure) -> Item {
        let parts = word.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else {
            throw .usage("\"\(word)\" is not KIND/NAME", hints: ["write all objects as KIND/NAME, as instanceset/web"])
        }
        return Item(type: try type(String(parts[0])), name: String(parts[1]))
    }

    private static func hint(for word: String) -> String {
        let names = ResourceTypes.all.map(\.plural)
        if let near = Spelling.closest(
            to: word, among: ResourceTypes.all.flatMap { [$0.plural, $0.singular] + $0.shortNames })
        {
            return "did you mean \(near)?"
        }
        return "the kinds are \(names.joined(separator: ", ")); see `immctl api-resources`"
    }
}

extension ObjectReference {
    /// In `namespace`, unless the kind is cluster-scoped.
    init(_ type: ResourceType, in namespace: String, name: String) {
        self.init(type, namespace: type.namespaced ? namespace : "", name: name)
    }
}
