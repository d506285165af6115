internal import Ambient
internal import ProviderInterface

/// Turns the bytes of a log into lines, with or without the times that the agent put in front of them.
struct LogLines: Sendable {
    private static let lineLimit = 1 << 20

    private let since: Timestamp?
    private let showsTimes: Bool
    private let hasTimes: Bool
    private var pending: [UInt8] = []

    init(_ options: LogOptions, hasTimes: Bool) {
        since = options.since
        showsTimes = options.timestamps
        self.hasTimes = hasTimes
    }

    /// - Parameter last: of all complete lines only so many; nil is all.
    mutating func take(_ bytes: [UInt8], last: Int?) -> [UInt8] {
        pending += bytes
        let end = pending.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 }
        guard let end = end ?? (pending.count > LogLines.lineLimit ? pending.count : nil) else { return [] }
        let whole = pending[..<end]
        var lines = whole.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        if lines.last?.isEmpty == true { lines.removeLast() }
        var chosen = lines.compactMap { shown($0) }
        if let last { chosen = chosen.suffix(last) }
        pending = Array(pending[end...])
        return Array(chosen.joined())
    }

    /// What stands there without a line's end.
    mutating func rest() -> [UInt8] {
        guard !pending.isEmpty else { return [] }
        defer { pending = [] }
        return shown(pending[...]) ?? []
    }

    private func shown(_ line: ArraySlice<UInt8>) -> [UInt8]? {
        var line = line
        if line.last == UInt8(ascii: "\r") { line.removeLast() }
        guard hasTimes, let blank = line.firstIndex(of: UInt8(ascii: " ")),
            let time = Timestamp(rfc3339: String(decoding: line[..<blank], as: UTF8.self))
        else { return since == nil ? line + [10] : nil }
        if let since, time < since { return nil }
        return (showsTimes ? line : line[(blank + 1)...]) + [10]
    }
}
