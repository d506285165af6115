import Foundation
import Testing

/// Library code is handed clock, random numbers and tasks; it never takes them.
@Suite struct BannedCallTests {
    static let banned = [
        "Date()", "UUID()", ".random(", "SystemRandomNumberGenerator", "Task.detached", "ContinuousClock",
        "SuspendingClock",
        "Task {", "SystemTime(", "SystemRandomness(", "try!", "as!", "Task.sleep(", "print(",
    ]

    /// Where a call is right, with the reason.
    static let exceptions: [(path: String, call: String, why: String)] = [
        ("Sources/Ambient/SystemSurroundings.swift", "*", "the one place that asks the system"),
        ("Sources/ImmctlCommands/Console/Console.swift", "print(", "declares the one way out to a person"),
        ("Sources/immd/", "*", "composition root"),
        ("Sources/immctl/", "*", "composition root"),
        ("Sources/TestKits/SimulateCommand/", "*", "a program of its own, which prints and tells how long it took"),
    ]

    @Test(arguments: banned) func `library code does not call it`(call: String) {
        for file in SourceTree.sources {
            let isExcepted = BannedCallTests.exceptions.contains { exception in
                file.path.hasPrefix(exception.path) && (exception.call == "*" || exception.call == call)
            }
            if isExcepted { continue }
            for (number, line) in file.code.enumerated() where BannedCallTests.names(call, in: line) {
                Issue.record("\(file.path):\(number + 1) calls \(call)")
            }
        }
    }

    /// A call begins where a word does: `addTask {` is not `Task {`. One that begins with a dot may follow anything.
    static func names(_ call: String, in line: String) -> Bool {
        var rest = line[...]
        while let range = rest.range(of: call) {
            let before = range.lowerBound == line.startIndex ? nil : line[line.index(before: range.lowerBound)]
            // `console.print(…)` is somebody's method, not the global function.
            if call == "print(", before == "." {
                rest = rest[range.upperBound...]
                continue
            }
            if call.hasPrefix(".") || !(before.map { $0.isLetter || $0.isNumber || $0 == "_" } ?? false) { return true }
            rest = rest[range.upperBound...]
        }
        return false
    }

    @Test func `every exception is still needed`() {
        for exception in BannedCallTests.exceptions where exception.call != "*" {
            let files = SourceTree.sources.filter { $0.path.hasPrefix(exception.path) }
            #expect(files.contains { file in file.code.contains { $0.contains(exception.call) } }, "\(exception)")
        }
    }
}
