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

    /// Where the lines come from: the next batch of them.
    struct Feed: Sendable {
        let next: @Sendable () async throws(APIStatus) -> [WatchLine]?
        let cancel: @Sendable () -> Void

        init(_ watch: ResourceWatch) {
            next = { () async throws(APIStatus) in try await watch.next()?.map { .event($0) } }
            cancel = { watch.cancel() }
        }

        init(_ watch: EncodedWatch) {
            next = { () async throws(APIStatus) in try await watch.next()?.map { .encoded($0) } }
            cancel = { watch.cancel() }
        }
    }

    private let feed: Feed
    private let state: Guarded<State>

    /// - Parameter initial: what comes before the feed's own lines.
    init(_ feed: Feed, _ lines: WatchLines, _ initial: [WatchLine]) {
        self.feed = feed
        state = Guarded(State(lines: lines, pending: initial[...]))
    }

    var stream: StreamSource {
        StreamSource(next: { await self.next() }, cancel: feed.cancel)
    }

    private func next() async -> [UInt8]? {
        while true {
            let (chunk, hasFailed) = state.withLock { state in
                (state.pending.isEmpty ? nil : state.lines.chunk(from: &state.pending), state.hasFailed)
            }
            if let chunk { return chunk }
            if hasFailed { return nil }
            do throws(APIStatus) {
                guard let lines = try await feed.next() else { return nil }
                state.withLock { $0.pending = lines[...] }
            } catch {
                state.withLock { state in
                    state.hasFailed = true
                    state.pending = [.failure(error)]
                }
            }
        }
    }
}
