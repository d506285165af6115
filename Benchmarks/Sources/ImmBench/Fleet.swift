import BenchKit

/// A way to run a number of like containers and to replace them all, `inFlight` at a time, the new one first.
protocol Fleet {
    var name: String { get }
    /// The label, as `name=value`, that its containers carry.
    var label: String { get }
    /// Makes it run with an image, and comes back when it has settled.
    func deploy(image: String) throws
    /// Asks for the replacement. It may come back before the work is done.
    func requestReplacement(image: String) throws
    /// Waits until it has nothing left to do, outside of the measured time.
    func settle() throws
    func remove() throws
}

/// What every fleet runs.
enum Workload {
    static let replicas = 20
    static let inFlight = 5
    static let graceSeconds = 2
    static let images = ["imm-bench:v1", "imm-bench:v2"]
    static let command = ["/bin/busybox", "sleep", "1000000"]
}
