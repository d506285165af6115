/// A set of paths into an object: what a manager owns, or what differs between two objects.
///
/// A tree. A node that is a member stands for its own path; below it stand longer ones. A set holds no node that is
/// neither a member nor has children.
struct FieldSet: Sendable, Hashable {
    struct Node: Sendable, Hashable {
        let element: PathElement
        var isMember: Bool
        var children: FieldSet

        init(_ element: PathElement, isMember: Bool, children: FieldSet = FieldSet()) {
            self.element = element
            self.isMember = isMember
            self.children = children
        }

        fileprivate var isEmpty: Bool { !isMember && children.isEmpty }
    }

    /// In the order of their elements.
    private(set) var nodes: [Node]

    init() { nodes = [] }

    /// Drops empty nodes and sorts.
    init(_ nodes: [Node]) {
        self.nodes = nodes.filter { !$0.isEmpty }
        let isSorted = zip(self.nodes, self.nodes.dropFirst()).allSatisfy { $0.element < $1.element }
        if !isSorted { self.nodes.sort { $0.element < $1.element } }
    }

    /// - Precondition: `nodes` are in order, and none is empty.
    init(sorted nodes: [Node]) { self.nodes = nodes }

    var isEmpty: Bool { nodes.isEmpty }

    subscript(_ element: PathElement) -> Node? {
        var low = 0
        var high = nodes.count
        while low < high {
            let middle = (low + high) / 2
            switch nodes[middle].element.order(element) {
            case 0: return nodes[middle]
            case ..<0: low = middle + 1
            default: high = middle
            }
        }
        return nil
    }

    func contains(_ path: [PathElement]) -> Bool {
        guard let first = path.first, let node = self[first] else { return false }
        return path.count == 1 ? node.isMember : node.children.contains(Array(path.dropFirst()))
    }

    /// All paths: at each level first the members, then what stands below.
    var paths: [[PathElement]] {
        nodes.filter(\.isMember).map { [$0.element] }
            + nodes.flatMap { node in node.children.paths.map { [node.element] + $0 } }
    }
}

// Set algebra. A member is compared with a member of the same path; what stands below it does not count.
extension FieldSet {
    func union(_ other: FieldSet) -> FieldSet {
        combined(with: other, keepsLeft: true, keepsRight: true) {
            $0 || $1
        } below: {
            $0.union($1)
        }
    }

    func intersection(_ other: FieldSet) -> FieldSet {
        combined(with: other, keepsLeft: false, keepsRight: false) {
            $0 && $1
        } below: {
            $0.intersection($1)
        }
    }

    func subtracting(_ other: FieldSet) -> FieldSet {
        combined(with: other, keepsLeft: true, keepsRight: false) {
            $0 && !$1
        } below: {
            $0.subtracting($1)
        }
    }

    /// Merges two sorted lists of nodes.
    private func combined(
        with other: FieldSet, keepsLeft: Bool, keepsRight: Bool, members: (Bool, Bool) -> Bool,
        below: (FieldSet, FieldSet) -> FieldSet
    ) -> FieldSet {
        if other.isEmpty { return keepsLeft ? self : FieldSet() }
        if isEmpty { return keepsRight ? other : FieldSet() }
        var result: [Node] = []
        result.reserveCapacity(nodes.count)
        var (left, right) = (nodes.startIndex, other.nodes.startIndex)
        while left < nodes.endIndex, right < other.nodes.endIndex {
            let (mine, theirs) = (nodes[left], other.nodes[right])
            switch mine.element.order(theirs.element) {
            case 0:
                let node = Node(
                    mine.element, isMember: members(mine.isMember, theirs.isMember),
                    children: below(mine.children, theirs.children))
                if !node.isEmpty { result.append(node) }
                left += 1
                right += 1
            case ..<0:
                if keepsLeft { result.append(mine) }
                left += 1
            default:
                if keepsRight { result.append(theirs) }
                right += 1
            }
        }
        if keepsLeft { result += nodes[left...] }
        if keepsRight { result += other.nodes[right...] }
        return FieldSet(sorted: result)
    }

    /// With each declared field that stands above a member made a member too, so that a record whose fields are all
    /// owned by one manager goes away as a whole, defaults included.
    func withNamedFieldsAsMembers(_ shape: MergeShape?) -> FieldSet {
        FieldSet(
            sorted: nodes.map { node in
                var node = node
                let declared = node.element.fieldName.flatMap { shape?.declaredField($0) }
                if declared != nil { node.isMember = true }
                let below = declared ?? shape?.element(node.element)
                node.children = node.children.withNamedFieldsAsMembers(below)
                return node
            })
    }
}
