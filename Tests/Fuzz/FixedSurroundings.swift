import Ambient

/// Time that grows by a second whenever it is asked for, and numbers from a counter: every run of an input is the same.
final class FixedSurroundings: TimeSource, Randomness {
    private let asked = Guarded<UInt64>(0)

    var now: Timestamp { Timestamp(microsecondsSinceEpoch: 1_800_000_000_000_000) + uptime }
    var uptime: Duration { .seconds(Int64(next())) }

    func sleep(for duration: Duration) async throws {}

    func next() -> UInt64 {
        asked.withLock { asked in
            asked += 1
            return asked
        }
    }

    static var surroundings: Surroundings {
        let fixed = FixedSurroundings()
        return Surroundings(time: fixed, randomness: fixed)
    }
}
