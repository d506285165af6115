import Glibc

/// The system's limit of open files, of which each connection needs one.
enum OpenFiles {
    /// What everything but the connections of the API's listeners may need: the store, engines, probes, repositories.
    private static let reserved = 1_000
    /// More is not asked for: nothing here needs it, and a leak is to be found.
    private static let wanted: rlim_t = 32_768

    /// Raises the soft limit towards the hard one, which needs no right.
    ///
    /// - Returns: the limit that holds now.
    static func raise() -> Int {
        let files = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        var limit = rlimit()
        guard getrlimit(files, &limit) == 0 else { return 1_024 }
        let before = limit.rlim_cur
        limit.rlim_cur = max(before, min(limit.rlim_max, wanted))
        return Int(clamping: setrlimit(files, &limit) == 0 ? limit.rlim_cur : before)
    }

    /// The connections on a listener that a limit leaves room for, at most `most`. The socket's come on top of TCP's: who
    /// may open it is the owner of the daemon.
    static func connections(within limit: Int, atMost most: Int) -> Int {
        min(most, max(100, limit - reserved))
    }
}
