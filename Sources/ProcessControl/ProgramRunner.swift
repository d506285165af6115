public import Ambient
import Glibc
import Subprocess
import SystemPackage

/// Runs programs, each in a session of its own, and leaves nothing of them behind: whatever a program started is ended with
/// it, politely first when the program itself did not come to its end.
public struct ProgramRunner: Sendable {
    /// How much of standard error is kept: its end, where programs say why they failed.
    public static let errorLimit = 32 << 10
    /// What programs get between being told to end and being ended.
    static let grace = Duration.seconds(2)

    private let time: any TimeSource

    public init(time: any TimeSource) {
        self.time = time
    }

    public func run(_ call: ProgramCall) async throws(ProgramFailure) -> ProgramResult {
        guard !Task.isCancelled else {
            call.input?.close()
            throw .cancelled
        }
        var options = PlatformOptions()
        options.createSession = true
        options.teardownSequence = [
            .gracefulShutDown(toProcessGroup: true, allowedDurationToNextStep: ProgramRunner.grace)
        ]
        let output = CollectedBytes(limit: call.outputLimit)
        let errors = CollectedBytes(limit: ProgramRunner.errorLimit)
        let time = time
        let outcome: (ending: ProgramEnding, status: TerminationStatus)
        let pid = Guarded<pid_t>(0)
        do {
            let input = try call.input ?? OpenFile.nothing()
            let result = try await Subprocess.run(
                .path(FilePath(call.program)), arguments: Arguments(call.arguments),
                environment: .custom(
                    Dictionary(
                        uniqueKeysWithValues: call.environment.map {
                            (Environment.Key(stringLiteral: $0.key), $0.value)
                        })),
                workingDirectory: FilePath(call.directory), platformOptions: options,
                input: .fileDescriptor(FileDescriptor(rawValue: input.take()), closeAfterSpawningProcess: true),
                output: .sequence, error: .sequence
            ) { execution in
                let leader = execution.processIdentifier.value
                pid.withLock { $0 = leader }
                let attendant = ProgramAttendant(pid: leader, call: call, time: time)
                return await attendant.attend(
                    execution.standardOutput, into: output, execution.standardError, into: errors)
            }
            outcome = (result.closureResult, result.terminationStatus)
        } catch {
            bury(pid.withLock { $0 })
            if Task.isCancelled { throw .cancelled }
            throw .notStarted("\(error)")
        }
        bury(pid.withLock { $0 })
        switch outcome.ending {
        case .expired: throw .timedOut
        case .overflowed: throw .outputTooLarge
        case .exceeded: throw .exceeded
        case .cancelled: throw .cancelled
        case .ended:
            // Output that was still on its way when the task was cancelled may be missing.
            if Task.isCancelled { throw .cancelled }
            let code: Int32? = if case .exited(let code) = outcome.status { code } else { nil }
            return ProgramResult(exitCode: code, output: output.bytes, errors: errors.bytes)
        }
    }

    /// Waits until nothing of a process group is left that was told to end. What the program started becomes ours to wait for
    /// when this process is the first one of a container.
    private func bury(_ group: pid_t) {
        guard group > 0 else { return }
        for _ in 0..<500 {
            var status: Int32 = 0
            while waitpid(-group, &status, WNOHANG) > 0 {}
            if kill(-group, 0) != 0 { return }
            usleep(1000)
        }
    }
}
