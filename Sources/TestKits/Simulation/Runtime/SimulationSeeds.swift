#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The seeds that a test runs.
public enum SimulationSeeds {
    /// The one seed of `IMM_SEED`, which replays a failure; else `1...count`, where `IMM_SEEDS` may say another count.
    public static func first(_ count: Int) -> [UInt64] {
        if let text = getenv("IMM_SEED"), let seed = UInt64(String(cString: text)) { return [seed] }
        let wanted = getenv("IMM_SEEDS").flatMap { Int(String(cString: $0)) } ?? count
        return (1...UInt64(max(1, wanted))).map { $0 }
    }
}
