import BenchKit

/// Where the time of a replacement goes, told from the engine's events alone: the same question to all fleets.
struct RollSpans: CustomStringConvertible {
    /// From the request to the first container made.
    var toFirstCreate = 0.0
    /// Medians over the containers: made to started, told to end to ended, ended to removed.
    var createToStart = 0.0
    var killToDie = 0.0
    var dieToDestroy = 0.0
    /// Median, of the n-th start to the n-th signal to an old one: how long a controller takes to go on.
    var startToKill = 0.0
    /// Median, of the n-th removal to the creation that it made room for.
    var destroyToCreate = 0.0
    /// Mean number of containers between being made and started, or told to end and gone, over the whole time.
    var busy = 0.0

    init(_ events: [EngineWatch.Event], from start: Double, to end: Double) {
        func times(_ action: String) -> [String: Double] {
            Dictionary(events.filter { $0.action == action }.map { ($0.id, $0.time) }, uniquingKeysWith: min)
        }
        let (create, started) = (times("create"), times("start"))
        let (kill, die, destroy) = (times("kill"), times("die"), times("destroy"))
        func spans(_ from: [String: Double], _ to: [String: Double]) -> [Double] {
            from.compactMap { id, time in to[id].map { $0 - time } }
        }
        func ranks(_ from: [String: Double], _ to: [String: Double], skip: Int = 0) -> [Double] {
            zip(from.values.sorted(), to.values.sorted().dropFirst(skip)).map { $1 - $0 }
        }
        toFirstCreate = (create.values.min() ?? start) - start
        createToStart = spans(create, started).median
        killToDie = spans(kill, die).median
        dieToDestroy = spans(die, destroy).median
        startToKill = ranks(started, kill).median
        destroyToCreate = ranks(destroy, create, skip: Workload.inFlight).median
        let work = spans(create, started).reduce(0, +) + spans(kill, destroy.isEmpty ? die : destroy).reduce(0, +)
        busy = work / max(end - start, 0.001)
    }

    private init() {}

    static func median(_ all: [RollSpans]) -> RollSpans {
        var result = RollSpans()
        for path: WritableKeyPath<RollSpans, Double> in [
            \.toFirstCreate, \.createToStart, \.killToDie, \.dieToDestroy, \.startToKill, \.destroyToCreate, \.busy,
        ] { result[keyPath: path] = all.map { $0[keyPath: path] }.median }
        return result
    }

    var description: String {
        func ms(_ seconds: Double) -> String { Report.figure(seconds * 1000) }
        return """
            ms: request to first create \(ms(toFirstCreate)), create to start \(ms(createToStart)), start to kill of the old \
            \(ms(startToKill)), kill to die \(ms(killToDie)), die to removed \(ms(dieToDestroy)), removed to next create \
            \(ms(destroyToCreate)); engine work under way on average \(Report.figure(busy))
            """
    }
}
