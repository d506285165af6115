internal import DockerEngine
internal import ProviderInterface

extension ProviderError {
    /// The general meaning of an engine's error, for calls where no status means anything special.
    init(_ error: DockerError, doing what: String) {
        let code: Code =
            switch error.kind {
            case .unreachable: .unreachable
            case .unknownOutcome: .unknownOutcome
            case .cancelled: .cancelled
            case .notFound: .notFound
            case .malformedAnswer: error.mayHaveHappened ? .unknownOutcome : .engineFailed
            case .conflict, .badRequest, .serverError: .engineFailed
            }
        self.init(code, "\(what): \(error.description)\(ProviderError.hint(code))")
    }

    private static func hint(_ code: Code) -> String {
        switch code {
        case .unreachable: "; check that the engine runs and that its socket may be opened"
        case .unknownOutcome: "; a confirming read will tell"
        default: ""
        }
    }
}

/// Runs engine calls, with their errors under the provider's codes.
func engineCall<Result: Sendable>(
    _ what: String, _ body: () async throws(DockerError) -> Result
) async throws(ProviderError) -> Result {
    do throws(DockerError) {
        return try await body()
    } catch {
        throw ProviderError(error, doing: what)
    }
}

/// Like `engineCall`; nil when the engine says that the object is not there.
func engineRead<Result: Sendable>(
    _ what: String, _ body: () async throws(DockerError) -> Result
) async throws(ProviderError) -> Result? {
    do throws(DockerError) {
        return try await body()
    } catch {
        if error.kind == .notFound { return nil }
        throw ProviderError(error, doing: what)
    }
}
