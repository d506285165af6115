import Ambient

/// What a write tells besides its result: warnings for the client, and whether it made the object.
///
/// The caller makes one, passes it in `WriteOptions` and reads it afterwards, also when the write failed.
public final class WriteReport: Sendable {
    private struct State {
        var warnings: [String] = []
        var hasCreated = false
    }

    /// More warnings than this help nobody.
    private static let maximumWarnings = 64

    private let state = Guarded(State())

    public init() {}

    /// Each sentence once, in the order in which they were found.
    public var warnings: [String] { state.withLock { $0.warnings } }

    /// Whether the object was not there before (also of a dry run).
    public var hasCreated: Bool { state.withLock { $0.hasCreated } }

    /// A write that is tried again finds the same again.
    func warn(_ sentences: [String]) {
        state.withLock { state in
            for sentence in sentences
            where state.warnings.count < WriteReport.maximumWarnings && !state.warnings.contains(sentence) {
                state.warnings.append(sentence)
            }
        }
    }

    func noteCreated() { state.withLock { $0.hasCreated = true } }
}

extension WriteReport: Hashable {
    public static func == (left: WriteReport, right: WriteReport) -> Bool { left === right }
    public func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}
