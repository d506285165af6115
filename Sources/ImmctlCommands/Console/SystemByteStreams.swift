import UnixSignals

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

extension ByteStreams {
    /// The process's own.
    public static let system = ByteStreams(
        isTerminal: isatty(0) == 1,
        input: { await InputThread.read(0) },
        output: { writeAll($0, to: 1) },
        errors: { writeAll($0, to: 2) },
        size: { terminalSize() },
        makeRaw: { () throws(CommandFailure) in try RawTerminal.begin(0) },
        events: { tell in
            for await signal in await UnixSignalsSequence(trapping: .sigwinch, .sigterm, .sighup) {
                await tell(signal == .sigwinch ? .resized : .terminated)
            }
        })

    private static func writeAll(_ bytes: [UInt8], to descriptor: Int32) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            // Nobody reads any more, and there is nowhere to say so.
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    private static func terminalSize() -> Size? {
        var size = winsize()
        guard ioctl(0, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else { return nil }
        return Size(columns: Int(size.ws_col), rows: Int(size.ws_row))
    }
}

/// A terminal without line editing, echo and signals of its own.
enum RawTerminal {
    /// - Returns: what puts the terminal back.
    static func begin(_ descriptor: Int32) throws(CommandFailure) -> @Sendable () -> Void {
        var settings = termios()
        guard tcgetattr(descriptor, &settings) == 0 else { throw failure() }
        let before = settings
        cfmakeraw(&settings)
        guard tcsetattr(descriptor, TCSADRAIN, &settings) == 0 else { throw failure() }
        return {
            var before = before
            tcsetattr(descriptor, TCSADRAIN, &before)
        }
    }

    private static func failure() -> CommandFailure {
        CommandFailure(.failed, "the terminal cannot be set up: \(String(cString: strerror(errno)))")
    }
}
