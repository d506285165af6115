import JSON

extension FieldSet {
    /// The paths of all fields that stand in `value`.
    init(of value: JSONValue, _ shape: MergeShape) throws(FieldSetError) {
        self = try FieldSet.collect(value, shape).children
    }

    /// Whether the value's own path belongs to the set, and the paths below it.
    private static func collect(
        _ value: JSONValue, _ shape: MergeShape
    ) throws(FieldSetError) -> (isMember: Bool, children: FieldSet) {
        switch (shape.kind, value) {
        case (.ignored, _): return (false, FieldSet())
        case (.record, .object(let members)) where !members.isEmpty:
            return (false, try collectMembers(members, shape, areMembers: false))
        case (.map, .object(let members)) where !members.isEmpty:
            return (false, try collectMembers(members, shape, areMembers: true))
        case (.set, .array(let items)), (.keyedList, .array(let items)):
            return (false, try collectItems(items, shape))
        default: return (shape.isOwnable, FieldSet())
        }
    }

    /// - Parameter areMembers: keys that the user chose are owned themselves, declared fields through their contents.
    private static func collectMembers(
        _ members: JSONObject, _ shape: MergeShape, areMembers: Bool
    ) throws(FieldSetError) -> FieldSet {
        var nodes: [Node] = []
        nodes.reserveCapacity(members.count)
        for member in members {
            let below = shape.member(member.key)
            if below.isIgnored { continue }
            do throws(FieldSetError) {
                let (isMember, children) = try collect(member.value, below)
                nodes.append(Node(.field(member.key), isMember: isMember || areMembers, children: children))
            } catch { throw error.inside(".\(member.key)") }
        }
        return FieldSet(nodes)
    }

    private static func collectItems(_ items: [JSONValue], _ shape: MergeShape) throws(FieldSetError) -> FieldSet {
        let list = try ListElements(items, shape)
        var nodes: [Node] = []
        for (index, element) in list.elements.enumerated() where list.positions[element] == index {
            var children = FieldSet()
            if case .keyedList(_, let item) = shape.kind, !list.duplicates.contains(element) {
                do throws(FieldSetError) {
                    children = try collect(items[index], item).children
                } catch { throw error.inside("[\(index)]") }
            }
            nodes.append(Node(element, isMember: true, children: children))
        }
        return FieldSet(nodes)
    }
}
