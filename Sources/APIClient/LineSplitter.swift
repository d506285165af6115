/// Puts chunks together and takes whole lines out of them.
struct LineSplitter: Sendable {
    private let maxLineBytes: Int
    private var rest: [UInt8] = []
    /// Bytes of `rest` that are known to hold no line feed.
    private var searched = 0

    init(maxLineBytes: Int) { self.maxLineBytes = maxLineBytes }

    /// The lines that a chunk completes, without their line feeds; nil when a line grows beyond the limit.
    mutating func lines(adding chunk: [UInt8]) -> [ArraySlice<UInt8>]? {
        rest += chunk
        var lines: [ArraySlice<UInt8>] = []
        var start = 0
        while let end = rest[max(start, searched)...].firstIndex(of: UInt8(ascii: "\n")) {
            if end > start { lines.append(rest[start..<end]) }
            start = end + 1
        }
        rest = Array(rest[start...])
        searched = rest.count
        return rest.count > maxLineBytes ? nil : lines
    }

    /// Whether a line was begun and not ended.
    var isInsideLine: Bool { !rest.isEmpty }
}
