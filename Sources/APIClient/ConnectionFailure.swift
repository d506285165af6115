import HTTPTransport
import ResourceAPI

extension APIStatus {
    /// A request that got no answer, as `.unreachable`: what was tried, and what to do.
    ///
    /// - Parameter isWrite: whether the request may have changed something, so that the outcome is said to be unknown
    ///   where it is.
    init(_ error: HTTPError, at location: ServerLocation, isWrite: Bool) {
        self.init(code: 0, reason: .unreachable, message: APIStatus.explanation(error, location))
        if isWrite, error.mayHaveReachedServer {
            message += "; whether the change was made is not known: look at the object before you repeat the request"
        }
    }

    private static func explanation(_ error: HTTPError, _ location: ServerLocation) -> String {
        guard let url = location.url else { return explanation(error, socket: location.description) }
        return switch error.code {
        case .connectionRefused:
            "no server answers on \(url): the connection was refused; is the server running, and is the port right?"
        case .hostNotFound: "no server answers on \(url): the host name is not known; is it spelled correctly?"
        case .tlsFailed: "no secure connection to \(url): \(error.message)"
        case .cancelled: "the request to \(url) was cancelled"
        default: "no answer from \(url): \(error.message)"
        }
    }

    private static func explanation(_ error: HTTPError, socket path: String) -> String {
        switch error.code {
        case .socketMissing:
            "no server answers on \(path): the socket does not exist; is immd running? (--server names another address)"
        case .connectionRefused:
            "no server answers on \(path): nobody listens there any more; is immd running?"
        case .permissionDenied:
            "the socket \(path) may not be opened by this user: immd serves its owner alone; run this as the same user"
        case .cancelled: "the request to \(path) was cancelled"
        default: "no answer from \(path): \(error.message)"
        }
    }
}
