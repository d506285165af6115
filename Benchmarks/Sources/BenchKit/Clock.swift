import Glibc

/// Times in seconds since 1970: the same clock as in the engine's events.
package enum Clock {
    package static var now: Double {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    package static func sleep(seconds: Double) { usleep(UInt32(seconds * 1e6)) }

    /// Asks until the answer is true.
    package static func wait(
        for what: String, seconds: Double, every interval: Double = 0.05, until isTrue: () throws -> Bool
    ) throws {
        let end = now + seconds
        while try !isTrue() {
            guard now < end else { throw BenchmarkFailure("\(what): not after \(Int(seconds)) s") }
            sleep(seconds: interval)
        }
    }
}

extension [Double] {
    /// The middle value; 0 of none.
    package var median: Double {
        guard !isEmpty else { return 0 }
        let ordered = sorted()
        let middle = count / 2
        return count.isMultiple(of: 2) ? (ordered[middle - 1] + ordered[middle]) / 2 : ordered[middle]
    }
}
