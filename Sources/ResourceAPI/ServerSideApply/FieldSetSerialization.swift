import JSON

// FieldsV1, as it stands in `metadata.managedFields[].fieldsV1`: a tree of elements; `{}` is a member without children,
// and `".": {}` marks a member that has some.
extension FieldSet {
    private static let selfMark = "."

    /// Elements of a kind that we do not know are passed over; nil when `json` is no FieldsV1.
    ///
    /// - Parameter isOurs: whether we wrote it ourselves, so that every element is in its one form.
    init?(fieldsV1 json: JSONValue, isOurs: Bool) {
        guard case .object(let members) = json else { return nil }
        var nodes: [Node] = []
        nodes.reserveCapacity(members.count)
        for member in members where member.key != FieldSet.selfMark {
            guard let element = isOurs ? PathElement(text: member.key) : PathElement(parsing: member.key) else {
                continue
            }
            guard let children = FieldSet(fieldsV1: member.value, isOurs: isOurs) else { return nil }
            let isMember = children.isEmpty || member.value[FieldSet.selfMark] != nil
            nodes.append(Node(element, isMember: isMember, children: children))
        }
        // The members of a JSON object stand in the order of their elements, if those are in their one form.
        if isOurs { self.init(sorted: nodes) } else { self.init(nodes) }
    }

    var fieldsV1: JSONValue { json(isMember: false) }

    private func json(isMember: Bool) -> JSONValue {
        var members: [(String, JSONValue)] = []
        members.reserveCapacity(nodes.count + 1)
        if isMember, !isEmpty { members.append((FieldSet.selfMark, .object(JSONObject()))) }
        for node in nodes { members.append((node.element.text, node.children.json(isMember: node.isMember))) }
        return .object(JSONObject(members))
    }
}
