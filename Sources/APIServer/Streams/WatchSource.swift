import Ambient
import ResourceAPI

/// The bytes of a running watch, one chunk at a time: the next batch of events is asked for when the last one is sent,
/// so that a slow client holds one batch, and the store ends its watch when it falls too far behind.
final class WatchSource: Sendable {
    private struct State {
        var lines: WatchLines
        var pending: ArraySlice<WatchLine>
        var hasFailed = false
    }

    private let watch: ResourceWatch
    private let state: Guarded<State>

    /// - Parameter initial: what comes before the watch's own events.
    init(_ watch: ResourceWatch, _ lines: WatchLines, _ initial: [WatchLine]) {
        self.watch = watch
        state = Guarded(State(lines: lines, pending: initial[...]))
    }

    var stream: StreamSource {
        StreamSource(next: { await self.next() }, cancel: { self.watch.cancel() })
    }

    private func next() async -> [UInt8]? {
        while true {
            let (chunk, hasFailed) = state.withLock { state in
                (state.pending.isEmpty ? nil : state.lines.chunk(from: &state.pending), state.hasFailed)
            }
            if let chunk { return chunk }
            if hasFailed { return nil }
            do throws(APIStatus) {
                guard let events = try await watch.next() else { return nil }
                state.withLock { $0.pending = events.map { .event($0) }[...] }
            } catch {
                state.withLock { state in
                    state.hasFailed = true
                    state.pending = [.failure(error)]
                }
            }
        }
    }
}
