internal import Ambient
internal import InfraAPI
internal import ProviderInterface
internal import QMP

/// Requests to the agent in a guest. docs/qemu.md describes the protocol: one line a request, one line an answer, by number.
///
/// Several tasks may ask at a time: whoever waits reads for all. The connection is open while somebody asks.
final class GuestAgent: Sendable {
    private struct State {
        var socket: LineSocket?
        var askers = 0
        var answers: [Int: [String]] = [:]
        var abandoned: Set<Int> = []
        var next: Int
    }

    private let directory: String
    private let time: any TimeSource
    private let state: Guarded<State>

    /// - Parameter first: of the numbers of requests; answers to another life's requests must not be taken for ours.
    init(directory: String, time: any TimeSource, first: Int) {
        self.directory = directory
        self.time = time
        state = Guarded(State(next: first))
    }

    /// Asks, and waits for the answer's words.
    ///
    /// - Throws: `.unreachable` before anything was sent, `.unknownOutcome` after, `.engineFailed` when the agent says that it
    ///   failed.
    func ask(_ verb: String, _ words: [String] = [], timeout: Duration) async throws(ProviderError) -> [String] {
        let deadline = time.uptime + timeout
        let (id, socket) = try enter()
        defer { leave(id) }
        do throws(QMPError) {
            try await socket.send(Array(([String(id), verb] + words).joined(separator: " ").utf8), by: deadline)
        } catch {
            throw ProviderError(
                error.kind == .cancelled ? .cancelled : .unreachable,
                "the guest's agent does not listen: \(error.message)")
        }
        var pause = Duration.microseconds(500)
        while true {
            if let answer = try answer(id, socket) { return try GuestAgent.result(answer, verb) }
            guard time.uptime < deadline else {
                throw ProviderError(.unknownOutcome, "the guest's agent did not answer \(verb) within \(timeout)")
            }
            do {
                try await time.sleep(for: pause)
            } catch {
                throw ProviderError(.cancelled, "cancelled while it waited for the guest's agent")
            }
            pause = min(pause * 2, .milliseconds(10))
        }
    }

    private func enter() throws(ProviderError) -> (Int, LineSocket) {
        do throws(QMPError) {
            return try state.withLock { state throws(QMPError) in
                if state.socket == nil {
                    state.socket = try LineSocket(directory: directory, name: MachineFile.agent, time: time)
                }
                guard let socket = state.socket else { throw QMPError(.closed, "closed") }
                state.askers += 1
                state.next += 1
                return (state.next, socket)
            }
        } catch {
            throw ProviderError(.unreachable, "the machine has no agent channel: \(error.message)")
        }
    }

    private func leave(_ id: Int) {
        state.withLock { state in
            state.askers -= 1
            state.answers[id] = nil
            guard state.askers == 0 else { return }
            state.socket?.close()
            state.socket = nil
            state.answers = [:]
        }
    }

    private func answer(_ id: Int, _ socket: LineSocket) throws(ProviderError) -> [String]? {
        do throws(QMPError) {
            return try state.withLock { state throws(QMPError) in
                if let answer = state.answers[id] { return answer }
                while let line = try socket.receivedLine() {
                    let words = String(decoding: line, as: UTF8.self).split(separator: " ").map(String.init)
                    guard let number = words.first.flatMap({ Int($0) }) else { continue }
                    if number == id { return Array(words.dropFirst()) }
                    // Answers that nobody waits for any more are few: each was asked for by this connection.
                    if state.answers.count < 1000 { state.answers[number] = Array(words.dropFirst()) }
                }
                return nil
            }
        } catch {
            throw ProviderError(.unknownOutcome, "the machine ended before its agent answered: \(error.message)")
        }
    }

    private static func result(_ answer: [String], _ verb: String) throws(ProviderError) -> [String] {
        if answer.first == "ok" { return Array(answer.dropFirst()) }
        let reason = answer.dropFirst().first.map(text) ?? "without a reason"
        throw ProviderError(.engineFailed, "the guest's agent refused \(verb): \(reason)")
    }

    /// Of base64 that a guest wrote, one line.
    static func text(_ word: String) -> String {
        String(decoding: Base64.decode(word) ?? [], as: UTF8.self).prefix(500)
            .split { $0.isNewline || $0.asciiValue.map { $0 < 32 } == true }.joined(separator: " ")
    }
}
