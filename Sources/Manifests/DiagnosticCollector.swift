/// Gathers diagnostics up to a limit.
struct DiagnosticCollector {
    private(set) var diagnostics: [Diagnostic] = []
    private let limit: Int
    private var left = 0

    init(limit: Int) { self.limit = limit }

    /// Whether more would only be counted: time to stop looking.
    var isFull: Bool { diagnostics.count >= limit }

    mutating func add(_ diagnostic: Diagnostic) {
        if diagnostics.count < limit { diagnostics.append(diagnostic) } else { left += 1 }
    }

    /// All of them, each file's in the order of their places.
    func sorted() -> [Diagnostic] {
        var files: [String: Int] = [:]
        for diagnostic in diagnostics where files[diagnostic.file] == nil { files[diagnostic.file] = files.count }
        var sorted = diagnostics.enumerated().sorted { first, second in
            let (left, right) = (first.element, second.element)
            return (files[left.file] ?? 0, left.position, first.offset)
                < (files[right.file] ?? 0, right.position, second.offset)
        }.map(\.element)
        if left > 0, let last = sorted.last {
            sorted.append(
                Diagnostic(file: last.file, position: .whole, message: "\(left) more problems are not shown"))
        }
        return sorted
    }
}
