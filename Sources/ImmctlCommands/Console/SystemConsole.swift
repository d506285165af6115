#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

extension Console {
    /// The process's own standard streams.
    public static func system(environment: Environment) -> Console {
        let isTerminal = isatty(1) == 1
        let term = environment["TERM"]
        let noColor = environment["NO_COLOR"]
        var console = Console(
            output: { writeAll($0, to: 1) },
            errors: { writeAll($0, to: 2) },
            input: { () throws(CommandFailure) in
                guard let bytes = readAll(from: 0) else {
                    throw CommandFailure(
                        .failed, "the standard input cannot be read: \(String(cString: strerror(errno)))")
                }
                return bytes
            },
            isTerminal: isTerminal && term != "dumb",
            width: terminalWidth() ?? environment["COLUMNS"].flatMap(Int.init) ?? 80,
            outputStyle: TextStyle(isTerminal: isTerminal, noColor: noColor, term: term),
            errorStyle: TextStyle(isTerminal: isatty(2) == 1, noColor: noColor, term: term))
        console.answer = { prompt in
            guard isatty(0) == 1 else { return nil }
            writeAll(prompt, to: 2)
            return readLine() ?? ""
        }
        return console
    }

    private static func writeAll(_ text: String, to descriptor: Int32) {
        var text = text
        text.withUTF8 { bytes in
            var rest = UnsafeRawBufferPointer(bytes)
            while !rest.isEmpty {
                let count = write(descriptor, rest.baseAddress, rest.count)
                if count < 0 && errno == EINTR { continue }
                // Nobody reads any more (SIGPIPE is ignored by some parents), and there is nowhere to say so.
                guard count > 0 else { return }
                rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            }
        }
    }

    private static func readAll(from descriptor: Int32) -> [UInt8]? {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { return nil }
            guard count > 0 else { return bytes }
            bytes.append(contentsOf: buffer[..<count])
        }
    }

    private static func terminalWidth() -> Int? {
        var size = winsize()
        guard ioctl(1, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }
}
