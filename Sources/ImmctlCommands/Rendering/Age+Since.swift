import Ambient
import ResourceAPI

extension Age {
    /// The age of a time; `<unknown>` without one, as kubectl says it.
    static func text(since time: Timestamp?, now: Timestamp) -> String {
        time.map { text(now - $0) } ?? "<unknown>"
    }
}
