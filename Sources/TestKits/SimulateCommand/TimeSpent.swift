import Foundation

/// How long a check took, for people and processors.
struct TimeSpent: CustomStringConvertible {
    private let start: Date

    init(since start: Date) { self.start = start }

    var description: String {
        var processor = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &processor)
        return "\(Int(Date().timeIntervalSince(start))) s, \(processor.tv_sec) s of processor time"
    }
}
