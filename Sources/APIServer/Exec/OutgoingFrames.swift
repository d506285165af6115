import Ambient
import WebSocket

/// Frames on their way to a websocket's client: several tasks put them in, one takes them out.
final class OutgoingFrames: Sendable {
    /// Those who put wait beyond this many bytes.
    private static let capacity = 256 << 10
    /// Larger outputs are cut into messages of this size.
    private static let messageBytes = 32 << 10

    private struct State {
        var frames: [[UInt8]] = []
        var byteCount = 0
        var hasEnded = false
        var reader: CheckedContinuation<[UInt8]?, Never>?
        var writers: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Guarded(State())

    func send(_ channel: RemoteCommandProtocol.Channel, _ bytes: [UInt8]) async {
        var rest = bytes[...]
        repeat {
            let piece = Array(rest.prefix(OutgoingFrames.messageBytes))
            rest = rest.dropFirst(piece.count)
            await put(WebSocketFrame.ofServer.data(RemoteCommandProtocol.message(channel, piece)))
        } while !rest.isEmpty
    }

    /// Waits while the client reads too slowly. What comes after the end is dropped.
    func put(_ frame: [UInt8]) async {
        await withCheckedContinuation { continuation in
            let (reader, waits): (CheckedContinuation<[UInt8]?, Never>?, Bool) = state.withLock { state in
                guard !state.hasEnded else { return (nil, false) }
                if let reader = state.reader.take() { return (reader, false) }
                state.frames.append(frame)
                state.byteCount += frame.count
                guard state.byteCount > OutgoingFrames.capacity else { return (nil, false) }
                state.writers.append(continuation)
                return (nil, true)
            }
            reader?.resume(returning: frame)
            if !waits { continuation.resume() }
        }
    }

    /// What was put before goes out still.
    func end() {
        let (reader, writers) = state.withLock { state in
            state.hasEnded = true
            defer { state.writers = [] }
            return (state.reader.take(), state.writers)
        }
        reader?.resume(returning: nil)
        for writer in writers { writer.resume() }
    }

    /// All that is there, in one piece; nil at the end.
    func next() async -> [UInt8]? {
        await withCheckedContinuation { continuation in
            let (bytes, writers, isOver): ([UInt8], [CheckedContinuation<Void, Never>], Bool) = state.withLock {
                state in
                if state.frames.isEmpty {
                    if !state.hasEnded { state.reader = continuation }
                    return ([], [], state.hasEnded)
                }
                defer { (state.frames, state.byteCount, state.writers) = ([], 0, []) }
                return (state.frames.flatMap { $0 }, state.writers, false)
            }
            if !bytes.isEmpty { continuation.resume(returning: bytes) }
            if isOver { continuation.resume(returning: nil) }
            for writer in writers { writer.resume() }
        }
    }
}
