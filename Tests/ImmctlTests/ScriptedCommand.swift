import Ambient
import ResourceAPI

@testable import ImmctlCommands

/// A command that writes to its stdout what it reads, and "read" to its stderr at the end of that; and remembers all.
final class ScriptedCommand: ExecSession {
    let code: Int
    /// Ends by itself after so many resizes; nil: at the end of its input.
    private let endsAfterResizes: Int?
    private let pipe: AsyncStream<ExecOutput>
    private let input: AsyncStream<ExecOutput>.Continuation
    let sizes = Guarded<[ByteStreams.Size]>([])
    let wasCancelled = Guarded(false)

    init(code: Int, hasInput: Bool = true, endsAfterResizes: Int? = nil) {
        self.code = code
        self.endsAfterResizes = endsAfterResizes
        (pipe, input) = AsyncStream.makeStream(of: ExecOutput.self)
        if !hasInput {
            input.yield(.stdout(Array("done\n".utf8)))
            input.finish()
        }
    }

    func next() async throws(APIStatus) -> ExecOutput? {
        var iterator = pipe.makeAsyncIterator()
        return await iterator.next(isolation: nil)
    }

    func write(_ bytes: [UInt8]) async throws(APIStatus) { input.yield(.stdout(bytes)) }

    func closeInput() {
        input.yield(.stderr(Array("read\n".utf8)))
        input.finish()
    }

    func resize(columns: Int, rows: Int) async throws(APIStatus) {
        let count = sizes.withLock { sizes in
            sizes.append(ByteStreams.Size(columns: columns, rows: rows))
            return sizes.count
        }
        if count == endsAfterResizes { input.finish() }
    }

    func exitCode() async throws(APIStatus) -> Int { code }

    func cancel() {
        wasCancelled.withLock { $0 = true }
        input.finish()
    }
}

/// Streams that tests hold both ends of.
final class TestStreams: Sendable {
    let output = Guarded<[UInt8]>([])
    let errors = Guarded<[UInt8]>([])
    let isRaw = Guarded<[Bool]>([])
    private let chunks: Guarded<[[UInt8]]>
    /// What the standard input does after the chunks: ends, or says nothing more.
    private let inputEnds: Bool
    private let isTerminal: Bool
    private let events: [ByteStreams.Event]

    init(
        _ chunks: [[UInt8]] = [], inputEnds: Bool = true, isTerminal: Bool = false, events: [ByteStreams.Event] = []
    ) {
        self.chunks = Guarded(chunks)
        (self.inputEnds, self.isTerminal, self.events) = (inputEnds, isTerminal, events)
    }

    var streams: ByteStreams {
        ByteStreams(
            isTerminal: isTerminal,
            input: { [chunks, inputEnds] in
                if let chunk = chunks.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) { return chunk }
                if !inputEnds { try? await Task.sleep(for: .seconds(600)) }
                return nil
            },
            output: { [output] bytes in output.withLock { $0 += bytes } },
            errors: { [errors] bytes in errors.withLock { $0 += bytes } },
            size: { ByteStreams.Size(columns: 90, rows: 30) },
            makeRaw: { [isRaw] in
                isRaw.withLock { $0.append(true) }
                return { isRaw.withLock { $0.append(false) } }
            },
            events: { [events] tell in for event in events { await tell(event) } })
    }
}
