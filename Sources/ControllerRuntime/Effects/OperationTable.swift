/// The rules of background operations as a value: what waits for its turn, what runs, which results nobody has taken yet.
struct OperationTable<Outcome: Sendable> {
    typealias Operation = @Sendable () async -> Outcome

    struct Begun: Sendable {
        let key: OperationKey
        let group: String
        let operation: Operation
        /// Raised to cancel it.
        let cancellation: Signal
    }

    private enum Stage {
        case waiting
        case running(Signal)
        case ended
    }

    private struct Group {
        var limit: Int
        var running = 0
        var waiting = FIFO<(OperationKey, Operation)>()
    }

    private let defaultLimit: Int
    private var groups: [String: Group] = [:]
    /// Groups in the order of their first use, so that turns are taken in one order.
    private var groupOrder: [String] = []
    private var stages: [NamespacedName: [OperationKey: Stage]] = [:]
    private var results: [NamespacedName: [(key: OperationKey, result: OperationResult<Outcome>)]] = [:]

    init(defaultLimit: Int) { self.defaultLimit = defaultLimit }

    mutating func setLimit(_ name: String, _ limit: Int) {
        makeGroup(name)
        groups[name]?.limit = limit
    }

    func isUnderWay(_ key: OperationKey) -> Bool {
        switch stages[key.owner]?[key] {
        case .waiting, .running: true
        case .ended, nil: false
        }
    }

    func underWay(of owner: NamespacedName) -> [OperationKey] {
        (stages[owner] ?? [:]).keys.filter(isUnderWay).sorted()
    }

    /// Returns false when the key is under way, or has a result that was not taken.
    mutating func add(_ key: OperationKey, group name: String, _ operation: @escaping Operation) -> Bool {
        guard stages[key.owner]?[key] == nil else { return false }
        makeGroup(name)
        stages[key.owner, default: [:]][key] = .waiting
        groups[name]?.waiting.append((key, operation))
        return true
    }

    /// The operations whose turn it is; from now on they run.
    mutating func begin() -> [Begun] {
        var begun: [Begun] = []
        for name in groupOrder {
            while let group = groups[name], group.running < group.limit,
                let (key, operation) = groups[name]?.waiting.popFirst()
            {
                let cancellation = Signal()
                groups[name]?.running += 1
                stages[key.owner]?[key] = .running(cancellation)
                begun.append(Begun(key: key, group: name, operation: operation, cancellation: cancellation))
            }
        }
        return begun
    }

    mutating func end(_ begun: Begun, _ outcome: Outcome) {
        groups[begun.group]?.running -= 1
        finish(begun.key, .finished(outcome))
    }

    /// Returns what has to be raised, when the operation runs, and whether it ended here, because it never began.
    mutating func cancel(_ key: OperationKey) -> (running: Signal?, ended: Bool) {
        switch stages[key.owner]?[key] {
        case .running(let signal): return (signal, false)
        case .ended, nil: return (nil, false)
        case .waiting:
            for name in groupOrder where groups[name]?.waiting.removeFirst(where: { $0.0 == key }) != nil { break }
            finish(key, .neverBegan)
            return (nil, true)
        }
    }

    mutating func takeResults(_ owner: NamespacedName) -> [(key: OperationKey, result: OperationResult<Outcome>)] {
        let taken = results.removeValue(forKey: owner) ?? []
        for (key, _) in taken { stages[owner]?[key] = nil }
        if stages[owner]?.isEmpty == true { stages[owner] = nil }
        return taken
    }

    private mutating func finish(_ key: OperationKey, _ result: OperationResult<Outcome>) {
        stages[key.owner]?[key] = .ended
        results[key.owner, default: []].append((key, result))
    }

    private mutating func makeGroup(_ name: String) {
        guard groups[name] == nil else { return }
        groups[name] = Group(limit: defaultLimit)
        groupOrder.append(name)
    }
}
