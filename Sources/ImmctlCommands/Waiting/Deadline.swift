import Ambient
import ResourceAPI

/// Runs `body` for `limit` at most.
///
/// - Returns: what `body` returned, or nil when the time was up first; then `body` was cancelled and has ended.
func withDeadline<Result: Sendable>(
    _ limit: Duration?, _ time: any TimeSource,
    _ body: @escaping @Sendable () async throws(CommandFailure) -> Result
) async throws(CommandFailure) -> Result? {
    guard let limit else { return try await body() }
    let outcome = await withTaskGroup(of: DeadlineOutcome<Result>.self) { group in
        group.addTask {
            do throws(CommandFailure) {
                return .done(try await body())
            } catch { return .failed(error) }
        }
        group.addTask {
            try? await time.sleep(for: limit)
            return .timeIsUp
        }
        let first = await group.next() ?? .timeIsUp
        group.cancelAll()
        return first
    }
    switch outcome {
    case .done(let result): return result
    case .failed(let failure): throw failure
    case .timeIsUp: return nil
    }
}

private enum DeadlineOutcome<Result: Sendable>: Sendable {
    case done(Result)
    case failed(CommandFailure)
    case timeIsUp
}

/// Runs a request, and says what was tried when it fails.
func request<Result>(
    _ action: @autoclosure () -> String, _ body: () async throws(APIStatus) -> Result
) async throws(CommandFailure) -> Result {
    do throws(APIStatus) {
        return try await body()
    } catch { throw CommandFailure(error, while: action()) }
}
