public import Ambient

/// What happened, a line an event with its virtual time. Equal seeds give equal transcripts, byte for byte.
public final class Transcript: Sendable {
    private let time: any TimeSource
    private let lines = Guarded([String]())
    private let isKept: Bool

    /// - Parameter isKept: false for runs whose story nobody reads unless they fail, and are then run again.
    public init(time: any TimeSource, isKept: Bool = true) {
        self.time = time
        self.isKept = isKept
    }

    public func note(_ line: @autoclosure () -> String) {
        guard isKept else { return }
        let stamped = "\(Transcript.seconds(time.uptime)) \(line())"
        lines.withLock { $0.append(stamped) }
    }

    public var text: String { lines.withLock { $0.joined(separator: "\n") } }
    public var count: Int { lines.withLock { $0.count } }

    /// The newest lines, oldest first.
    public func last(_ count: Int) -> [String] { lines.withLock { Array($0.suffix(count)) } }

    /// `12.345`: seconds with milliseconds.
    public static func seconds(_ duration: Duration) -> String {
        let milliseconds = duration.components.seconds * 1000 + duration.components.attoseconds / 1_000_000_000_000_000
        let fraction = String(milliseconds % 1000)
        return "\(milliseconds / 1000).\(String(repeating: "0", count: 3 - fraction.count))\(fraction)"
    }
}
