import JSON

extension JSONValue {
    /// This value with an applied configuration merged in: what the configuration does not name stays.
    func merged(with applied: JSONValue, _ shape: MergeShape) throws(FieldSetError) -> JSONValue {
        switch (shape.kind, self, applied) {
        case (.ignored, _, _): return self
        case (.record, .object(let live), .object(let applied)), (.map, .object(let live), .object(let applied)):
            var result = live
            for member in applied {
                if let existing = live[member.key] {
                    do throws(FieldSetError) {
                        result[member.key] = try existing.merged(with: member.value, shape.member(member.key))
                    } catch { throw error.inside(".\(member.key)") }
                } else {
                    result[member.key] = member.value
                }
            }
            return .object(result)
        case (.set, .array(let live), .array(let applied)), (.keyedList, .array(let live), .array(let applied)):
            let item: MergeShape = if case .keyedList(_, let item) = shape.kind { item } else { .leaf }
            var merge = ListMerge(try ListElements(live, shape), try ListElements(applied, shape), item)
            return .array(try merge.run())
        default: return applied
        }
    }
}

/// Merges two lists of items with keys.
///
/// Shared items take the order of the applied list; the live list's own items stay where they stood between them.
private struct ListMerge {
    private let live: ListElements
    private let applied: ListElements
    private let shape: MergeShape
    private var result: [JSONValue] = []
    private var merged: Set<PathElement> = []
    /// Elements of both lists, in the applied order, that have not been merged yet.
    private var shared: ArraySlice<PathElement>
    private var liveIndex = 0
    private var appliedIndex = 0

    init(_ live: ListElements, _ applied: ListElements, _ shape: MergeShape) {
        self.live = live
        self.applied = applied
        self.shape = shape
        shared = applied.elements.filter(live.contains)[...]
        result.reserveCapacity(live.items.count + applied.items.count)
    }

    mutating func run() throws(FieldSetError) -> [JSONValue] {
        while liveIndex < live.elements.count || appliedIndex < applied.elements.count {
            if liveIndex < live.elements.count {
                let element = live.elements[liveIndex]
                if !applied.contains(element) {
                    result.append(live.items[liveIndex])
                    liveIndex += 1
                    continue
                }
                let isNext = appliedIndex < applied.elements.count && applied.elements[appliedIndex] == element
                if isNext || merged.contains(element) || shared.first.map({ $0 != element }) ?? false {
                    // Merged in the applied order, not in this place, unless it is its turn here.
                    liveIndex += 1
                    if isNext { try takeApplied() }
                    continue
                }
            }
            if appliedIndex < applied.elements.count { try takeApplied() }
        }
        return result
    }

    private mutating func takeApplied() throws(FieldSetError) {
        let element = applied.elements[appliedIndex]
        let item = applied.items[appliedIndex]
        if let existing = live.single(element) {
            do throws(FieldSetError) {
                result.append(try existing.merged(with: item, shape))
            } catch { throw error.inside("[\(appliedIndex)]") }
        } else {
            result.append(item)
        }
        merged.insert(element)
        if shared.first == element { shared.removeFirst() }
        appliedIndex += 1
    }
}
