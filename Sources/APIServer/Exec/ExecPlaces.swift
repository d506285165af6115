import Ambient
import ResourceAPI

/// How many exec sessions are open: each holds a connection of the engine and a process in an instance besides its own
/// connection, so that they have a bound of their own.
final class ExecPlaces: Sendable {
    private let maximum: Int
    private let taken = Guarded(0)

    init(maximum: Int) { self.maximum = maximum }

    var count: Int { taken.withLock { $0 } }

    /// A place, which is free again when it is let go.
    ///
    /// - Throws: 429 when there is none.
    func take() throws(APIStatus) -> ExecPlace {
        let isTaken = taken.withLock { taken in
            guard taken < maximum else { return false }
            taken += 1
            return true
        }
        if isTaken { return ExecPlace(self) }
        var status = APIStatus(
            code: 429, reason: .tooManyRequests,
            message:
                "\(maximum) exec sessions are open already, which is the limit (maxExecSessions): end one, or try again"
        )
        status.retryAfterSeconds = 5
        throw status
    }

    fileprivate func leave() { taken.withLock { $0 -= 1 } }
}

/// One of the places.
final class ExecPlace: Sendable {
    private let places: ExecPlaces

    fileprivate init(_ places: ExecPlaces) { self.places = places }

    deinit { places.leave() }
}
