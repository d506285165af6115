import Ambient

/// Lets one call through at a time, in the order in which they came.
final class Turnstile: Sendable {
    private struct State {
        var isTaken = false
        var next: UInt64 = 0
        var waiting: [(number: UInt64, turn: CheckedContinuation<Bool, Never>)] = []
    }

    private let state = Guarded(State())

    /// Returns when it is the caller's turn, which it has to end with `leave()`; or false when its task was cancelled before.
    func enter() async -> Bool {
        let number = state.withLock { state -> UInt64? in
            guard state.isTaken else {
                state.isTaken = true
                return nil
            }
            state.next += 1
            return state.next
        }
        guard let number else { return true }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { turn in
                let answer = state.withLock { state -> Bool? in
                    // The handler below may have run before, and found nobody.
                    if Task.isCancelled { return false }
                    guard state.isTaken else {
                        state.isTaken = true
                        return true
                    }
                    state.waiting.append((number, turn))
                    return nil
                }
                if let answer { turn.resume(returning: answer) }
            }
        } onCancel: {
            let turn = state.withLock { state -> CheckedContinuation<Bool, Never>? in
                guard let index = state.waiting.firstIndex(where: { $0.number == number }) else { return nil }
                return state.waiting.remove(at: index).turn
            }
            turn?.resume(returning: false)
        }
    }

    func leave() {
        let turn = state.withLock { state -> CheckedContinuation<Bool, Never>? in
            guard !state.waiting.isEmpty else {
                state.isTaken = false
                return nil
            }
            return state.waiting.removeFirst().turn
        }
        turn?.resume(returning: true)
    }
}
