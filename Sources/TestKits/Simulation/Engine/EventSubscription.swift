import Ambient
import ControllerRuntime
import ProviderInterface

/// One open stream of events: a buffer between the engine and the one who listens.
final class EventSubscription: Sendable {
    private struct State {
        var events: [ProviderEvent] = []
        var isBroken = false
        var isOver = false
    }

    private let state = Guarded(State())
    private let news = Signal()

    var isOver: Bool { state.withLock { $0.isOver } }

    func deliver(_ events: [ProviderEvent]) {
        state.withLock { $0.events += events }
        news.raise()
    }

    /// The connection is lost: the listener gets an error next.
    func breakOff() {
        state.withLock { $0.isBroken = true }
        news.raise()
    }

    func cancel() {
        state.withLock { $0.isOver = true }
        news.raise()
    }

    func next() async throws(ProviderError) -> ProviderEvent? {
        while !Task.isCancelled {
            let (event, isOver, isBroken) = state.withLock { state -> (ProviderEvent?, Bool, Bool) in
                if state.isBroken { state.isOver = true }
                return (state.events.isEmpty ? nil : state.events.removeFirst(), state.isOver, state.isBroken)
            }
            if isBroken { throw ProviderError(.unreachable, "the stream of events broke: observe, then listen again") }
            if isOver { return nil }
            if let event { return event }
            await news.wait()
        }
        return nil
    }
}
