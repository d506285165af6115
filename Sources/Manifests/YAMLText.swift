/// The bytes of a YAML stream, with what is needed to go on after a fault: where the next document begins.
struct YAMLText {
    let bytes: UnsafeBufferPointer<UInt8>

    /// The beginning of a line; both counted from 0.
    struct Start {
        let offset: Int
        let line: Int
    }

    func events(from start: Start) -> YAMLEvents {
        YAMLEvents(UnsafeBufferPointer(rebasing: bytes[start.offset...]), firstLine: start.line)
    }

    /// The first `---` line that comes after `start` and is not before `line` (from 0).
    func nextDocument(after start: Start, from line: Int) -> Start? {
        var current = start
        while let next = nextLine(after: current) {
            current = next
            if current.line >= line, isMarker(at: current.offset) { return current }
        }
        return nil
    }

    /// Lines as libyaml counts them: LF, CR, CR LF and Unicode's NEL, LS and PS end one.
    private func nextLine(after start: Start) -> Start? {
        var index = start.offset
        while index < bytes.count {
            let length = breakLength(at: index)
            if length > 0 { return Start(offset: index + length, line: start.line + 1) }
            index += 1
        }
        return nil
    }

    private func breakLength(at index: Int) -> Int {
        func byte(_ offset: Int) -> UInt8 { index + offset < bytes.count ? bytes[index + offset] : 0 }
        switch bytes[index] {
        case 0x0A: return 1
        case 0x0D: return byte(1) == 0x0A ? 2 : 1
        case 0xC2 where byte(1) == 0x85: return 2
        case 0xE2 where byte(1) == 0x80 && (byte(2) == 0xA8 || byte(2) == 0xA9): return 3
        default: return 0
        }
    }

    private func isMarker(at offset: Int) -> Bool {
        guard offset + 3 <= bytes.count, bytes[offset..<offset + 3].allSatisfy({ $0 == UInt8(ascii: "-") }) else {
            return false
        }
        return offset + 3 == bytes.count || bytes[offset + 3] <= 0x20
    }

    /// A syntax error in words that help: tabs are named, and get their own place.
    ///
    /// - Parameter start: Where the parser began; the fault lies behind it.
    func diagnostic(for error: YAMLSyntaxError, file: String, after start: Start) -> Diagnostic {
        if let column = tabColumn(inLine: error.position.line - 1, after: start) {
            return Diagnostic(
                file: file, position: Position(line: error.position.line, column: column),
                message: "a tab in the indentation", hint: "indent with spaces")
        }
        var hint: String?
        if error.message.hasPrefix("mapping values are not allowed") {
            hint = "quote text that holds ': ', or mend the indentation"
        } else if error.message.contains("did not find expected key")
            || error.message.contains("could not find expected ':'")
            || error.message.contains("did not find expected '-' indicator")
        {
            hint = "mend the indentation, or quote the text"
        } else if error.message.contains("<document start>") {
            hint = "begin each document with a line of '---'"
        } else if error.message.contains("cannot start any token") {
            hint = "quote the text"
        }
        return Diagnostic(file: file, position: error.position, message: error.message, hint: hint)
    }

    /// Where the white space at the beginning of a line holds its first tab.
    private func tabColumn(inLine line: Int, after first: Start) -> Int? {
        var start = first
        while start.line < line {
            guard let next = nextLine(after: start) else { return nil }
            start = next
        }
        let space = bytes[start.offset...].prefix { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
        return space.firstIndex(of: UInt8(ascii: "\t")).map { $0 - start.offset + 1 }
    }
}
