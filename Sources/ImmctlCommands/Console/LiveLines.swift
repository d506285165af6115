/// A few lines of a terminal that are drawn again in place.
struct LiveLines {
    private let console: Console
    private var drawn = 0

    init(_ console: Console) { self.console = console }

    /// Replaces what was drawn last.
    mutating func draw(_ lines: [String]) {
        var text = drawn > 0 ? "\u{1B}[\(drawn)A" : ""
        for line in lines { text += "\r\u{1B}[2K\(line)\n" }
        // Lines of a longer drawing before this one.
        if drawn > lines.count { text += "\u{1B}[0J" }
        drawn = lines.count
        console.output(text)
    }
}
