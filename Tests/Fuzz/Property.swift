import Glibc

/// Ends the process as a crash does when a property does not hold, so that libFuzzer keeps the input.
func require(_ holds: Bool, _ property: @autoclosure () -> String) {
    guard !holds else { return }
    complain("property violated: \(property())")
    abort()
}

/// For wrong use of the program.
func fail(_ message: String) -> Never {
    complain("fuzz: \(message)")
    exit(2)
}

private func complain(_ message: String) {
    var line = message + "\n"
    _ = line.withUTF8 { write(STDERR_FILENO, $0.baseAddress, $0.count) }
}
