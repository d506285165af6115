import BenchKit
import Glibc

/// The limit of open files, which a process started from here inherits.
enum Descriptors {
    /// Raises the limit, as far as it needs to be.
    static func allow(_ count: Int) throws {
        var limit = rlimit()
        let files = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        guard getrlimit(files, &limit) == 0 else { throw BenchmarkFailure("getrlimit: errno \(errno)") }
        let wanted = rlim_t(count)
        if limit.rlim_cur >= wanted { return }
        limit.rlim_cur = wanted
        limit.rlim_max = max(limit.rlim_max, wanted)
        guard setrlimit(files, &limit) == 0 else {
            throw BenchmarkFailure(
                "\(count) open files are needed, and this machine refuses them (setrlimit: errno \(errno)): raise the "
                    + "hard limit (ulimit -Hn), or run as root")
        }
    }
}
