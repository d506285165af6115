public import Ambient

/// Repeatable random numbers: SplitMix64 (Steele, Lea, Flood 2014), as in `java.util.SplittableRandom`.
public final class SeededRandomness: Randomness {
    private let seed: UInt64
    private let state: Guarded<UInt64>

    public init(seed: UInt64) {
        self.seed = seed
        state = Guarded(seed)
    }

    public func next() -> UInt64 {
        state.withLock { state in
            state &+= 0x9E37_79B9_7F4A_7C15
            return SeededRandomness.mixed(state)
        }
    }

    /// An independent stream for one purpose: what another part draws does not change it.
    public func stream(_ purpose: String) -> SeededRandomness {
        // FNV-1a, since Swift's own hashing differs from run to run.
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in purpose.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        return SeededRandomness(seed: SeededRandomness.mixed(seed ^ hash))
    }

    private static func mixed(_ value: UInt64) -> UInt64 {
        var value = value
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}

extension Randomness {
    /// True in `perMille` of 1000 cases. Draws a number in any case, so that a rate of zero keeps the stream in step.
    func happens(perMille: Int) -> Bool { below(1000) < perMille }

    /// A duration in `range`, in whole milliseconds.
    func duration(in range: ClosedRange<Int>) -> Duration {
        .milliseconds(range.lowerBound + below(range.upperBound - range.lowerBound + 1))
    }
}
