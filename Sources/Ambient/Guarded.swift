import Synchronization

/// A value behind a lock: the one lock type of the project, so that a thread-sanitizer build, which reports false races
/// with `Mutex`, can swap it in one place.
///
/// The closure must be short and must not call out: nobody awaits while holding it.
public final class Guarded<Value>: Sendable {
    private let mutex: Mutex<Value>

    public init(_ value: sending Value) {
        mutex = Mutex(value)
    }

    public func withLock<Result, Failure: Error>(
        _ body: (inout sending Value) throws(Failure) -> sending Result
    ) throws(Failure) -> sending Result {
        try mutex.withLock(body)
    }
}
