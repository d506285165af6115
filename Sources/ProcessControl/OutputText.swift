/// What programs and people wrote, made fit for messages.
public enum OutputText {
    /// One line: control characters, characters that nobody sees and runs of blanks are one blank; cut after `limit` characters.
    public static func line(_ text: some StringProtocol, limit: Int = 700) -> String {
        var line = ""
        var count = 0
        for scalar in text.unicodeScalars {
            let isBlank = scalar.value <= 0x20 || (0x7F...0x9F).contains(scalar.value) || isUnseen(scalar)
            if isBlank, line.isEmpty || line.last == " " { continue }
            guard count < limit else { return line + "…" }
            line.unicodeScalars.append(isBlank ? " " : scalar)
            count += 1
        }
        if line.last == " " { line.removeLast() }
        return line
    }

    /// Also characters that turn the direction of text.
    private static func isUnseen(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x206F, 0xFEFF: true
        default: false
        }
    }
}
