import Ambient
import ResourceAPI

/// How many requests of a costly kind are under way: they have a bound of their own besides that of the connections.
final class RequestPlaces: Sendable {
    private let maximum: Int
    private let busy: String
    private let taken = Guarded(0)

    /// - Parameter busy: what is said when all are taken.
    init(maximum: Int, busy: String) {
        self.maximum = maximum
        self.busy = busy
    }

    var count: Int { taken.withLock { $0 } }

    /// A place, which is free again when it is let go.
    ///
    /// - Throws: 429 when there is none.
    func take() throws(APIStatus) -> RequestPlace {
        let isTaken = taken.withLock { taken in
            guard taken < maximum else { return false }
            taken += 1
            return true
        }
        if isTaken { return RequestPlace(self) }
        var status = APIStatus(code: 429, reason: .tooManyRequests, message: busy)
        status.retryAfterSeconds = 5
        throw status
    }

    fileprivate func leave() { taken.withLock { $0 -= 1 } }
}

/// One of the places.
final class RequestPlace: Sendable {
    private let places: RequestPlaces

    fileprivate init(_ places: RequestPlaces) { self.places = places }

    deinit { places.leave() }
}

extension RequestPlaces {
    /// Each exec session holds a connection of the engine and a process in an instance besides its own connection.
    static func ofExec(_ limits: APIServerLimits) -> RequestPlaces {
        let maximum = limits.maxExecSessions
        return RequestPlaces(
            maximum: maximum,
            busy:
                "\(maximum) exec sessions are open already, which is the limit (maxExecSessions): end one, or try again"
        )
    }

    static func ofWebhooks(_ limits: APIServerLimits) -> RequestPlaces {
        let maximum = limits.maxWebhooksAtOnce
        return RequestPlaces(
            maximum: maximum,
            busy: "\(maximum) webhook deliveries are being read already, which is the limit (maxWebhooksAtOnce): "
                + "send it again")
    }
}
