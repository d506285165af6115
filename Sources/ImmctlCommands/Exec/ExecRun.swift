import Ambient
import ResourceAPI

/// Connects a command's session with the streams of this process until the command ends.
struct ExecRun: Sendable {
    /// How it ended.
    enum End: Sendable {
        case exited(Int)
        case failed(APIStatus)
        /// This process is asked to end.
        case terminated
    }

    let session: any ExecSession
    let streams: ByteStreams
    let readsInput: Bool
    let hasTerminal: Bool

    func run() async -> End {
        let isTerminated = Guarded(false)
        await withTaskGroup(of: Void.self) { group in
            if readsInput { group.addTask { await self.sendInput() } }
            group.addTask {
                await self.streams.events { event in
                    switch event {
                    case .resized: await self.sendSize()
                    case .terminated:
                        isTerminated.withLock { $0 = true }
                        self.session.cancel()
                    }
                }
            }
            await sendSize()
            await receiveOutput()
            group.cancelAll()
        }
        if isTerminated.withLock({ $0 }) { return .terminated }
        do throws(APIStatus) {
            return .exited(try await session.exitCode())
        } catch {
            return .failed(error)
        }
    }

    private func sendInput() async {
        while let bytes = await streams.input() {
            // Who ends while somebody types is no failure: the command's status tells.
            guard (try? await session.write(bytes)) != nil else { return }
        }
        if !Task.isCancelled { session.closeInput() }
    }

    private func sendSize() async {
        guard hasTerminal, let size = streams.size() else { return }
        try? await session.resize(columns: size.columns, rows: size.rows)
    }

    /// An error here is the end: `exitCode` tells of it.
    private func receiveOutput() async {
        while let output = try? await session.next() {
            switch output {
            case .stdout(let bytes): streams.output(bytes)
            case .stderr(let bytes): streams.errors(bytes)
            }
        }
    }
}
