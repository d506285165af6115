import InfraAPI
import JSON

/// Where each node of a document stands; has the shape of the document's value.
struct PositionTree: Sendable {
    let position: Position
    let children: Children

    enum Children: Sendable {
        case none
        case elements([PositionTree])
        case fields([Field])
    }

    struct Field: Sendable {
        let key: String
        /// Of the key.
        let position: Position
        let value: PositionTree
    }

    init(_ position: Position, _ children: Children = .none) {
        self.position = position
        self.children = children
    }

    /// Where the node at `path` stands, or the nearest node above it that there is. Of a field it is the key's place.
    func position(of path: FieldPath) -> Position {
        var tree = self
        var nearest = position
        for element in path.elements {
            switch (element, tree.children) {
            case (.field(let name), .fields(let fields)):
                guard let field = fields.first(where: { $0.key.isByteEqual(to: name) }) else { return nearest }
                nearest = field.position
                tree = field.value
            case (.index(let index), .elements(let elements)):
                guard elements.indices.contains(index) else { return nearest }
                tree = elements[index]
                nearest = tree.position
            default: return nearest
            }
        }
        return nearest
    }

    /// The node at `path`; nil when there is none.
    func node(at path: FieldPath) -> PositionTree? {
        var tree = self
        for element in path.elements {
            switch (element, tree.children) {
            case (.field(let name), .fields(let fields)):
                guard let field = fields.first(where: { $0.key.isByteEqual(to: name) }) else { return nil }
                tree = field.value
            case (.index(let index), .elements(let elements)):
                guard elements.indices.contains(index) else { return nil }
                tree = elements[index]
            default: return nil
            }
        }
        return tree
    }
}
