/// The members of a JSON object, kept sorted by the UTF-8 of their keys.
///
/// Sorted storage makes equality, iteration and output independent of the order of insertion; objects of our size
/// (a handful of members) are faster in an array than in a hash table.
public struct JSONObject: Sendable, Hashable {
    public private(set) var members: [Member]

    public struct Member: Sendable, Hashable {
        public let key: String
        public var value: JSONValue

        public static func == (left: Member, right: Member) -> Bool {
            left.key.isByteEqual(to: right.key) && left.value == right.value
        }
    }

    public init() { members = [] }

    /// The last of two equal keys wins (the strict scanner refuses them before they come here).
    public init(_ pairs: some Sequence<(String, JSONValue)>) {
        members = []
        var hasToSort = false
        for (key, value) in pairs {
            if let last = members.last, String.compareBytes(last.key, key) >= 0 { hasToSort = true }
            members.append(Member(key: key, value: value))
        }
        if hasToSort { sortKeepingLast() }
    }

    /// - Precondition: `members` are sorted by the UTF-8 of their keys, and no key stands twice.
    init(sorted members: [Member]) { self.members = members }

    private mutating func sortKeepingLast() {
        let pairs = members.enumerated().sorted { left, right in
            let order = String.compareBytes(left.element.key, right.element.key)
            return order == 0 ? left.offset < right.offset : order < 0
        }
        members.removeAll(keepingCapacity: true)
        for (_, member) in pairs {
            if let last = members.last, last.key.isByteEqual(to: member.key) { members.removeLast() }
            members.append(member)
        }
    }

    public var count: Int { members.count }
    public var isEmpty: Bool { members.isEmpty }
    public var keys: [String] { members.map(\.key) }

    public subscript(_ key: String) -> JSONValue? {
        get {
            let (index, found) = position(of: key)
            guard found else { return nil }
            return members[index].value
        }
        set {
            let (index, found) = position(of: key)
            switch (newValue, found) {
            case (let value?, true): members[index].value = value
            case (let value?, false): members.insert(Member(key: key, value: value), at: index)
            case (nil, true): members.remove(at: index)
            case (nil, false): break
            }
        }
    }

    /// Where `key` stands, or where it would be inserted (binary search by UTF-8).
    private func position(of key: String) -> (index: Int, found: Bool) {
        var low = 0
        var high = members.count
        while low < high {
            let middle = (low + high) / 2
            switch String.compareBytes(members[middle].key, key) {
            case 0: return (middle, true)
            case ..<0: low = middle + 1
            default: high = middle
            }
        }
        return (low, false)
    }
}

extension JSONObject: Sequence {
    public func makeIterator() -> IndexingIterator<[Member]> { members.makeIterator() }
}
