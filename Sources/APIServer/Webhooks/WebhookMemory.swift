import Ambient

/// What was delivered lately, by source: a delivery that comes again is known again, and no source is asked too often.
///
/// After a restart all is forgotten: a repeated delivery then makes one more look at the repository, which changes nothing.
final class WebhookMemory: Sendable {
    enum Verdict: Sendable, Hashable {
        case fresh
        case repeated
        case tooMany
    }

    /// Sources that are remembered; the one that was silent for the longest gives way.
    static let maximumSources = 1_024
    /// Two for each delivery within twice the tolerance of signed times, at the most that is let in.
    static let marksASource = 2_048
    static let window = Duration.seconds(60)

    private struct Deliveries {
        var marks: Set<String> = []
        /// The oldest first.
        var order: [String] = []
        /// Of the window, by the uptime.
        var times: [Duration] = []

        mutating func remember(_ new: [String]) {
            for mark in new where marks.insert(mark).inserted { order.append(mark) }
            let surplus = order.count - WebhookMemory.marksASource
            guard surplus > 0 else { return }
            for mark in order.prefix(surplus) { marks.remove(mark) }
            order.removeFirst(surplus)
        }
    }

    private let maximumPerMinute: Int
    private let sources = Guarded<[String: Deliveries]>([:])

    init(maximumPerMinute: Int) { self.maximumPerMinute = maximumPerMinute }

    /// - Parameters:
    ///   - source: its uid.
    ///   - marks: what tells the delivery from others: one that is known is enough.
    ///   - now: the uptime.
    func admit(_ source: String, _ marks: [String], now: Duration) -> Verdict {
        sources.withLock { sources in
            var deliveries = sources[source] ?? Deliveries()
            guard deliveries.marks.isDisjoint(with: marks) else { return .repeated }
            deliveries.times.removeAll { now - $0 >= WebhookMemory.window }
            guard deliveries.times.count < maximumPerMinute else { return .tooMany }
            deliveries.times.append(now)
            deliveries.remember(marks)
            sources[source] = deliveries
            if sources.count > WebhookMemory.maximumSources { WebhookMemory.forgetOne(of: &sources) }
            return .fresh
        }
    }

    /// A delivery that came to nothing by our fault may come again.
    func forget(_ source: String, _ marks: [String]) {
        sources.withLock { sources in
            guard var deliveries = sources[source] else { return }
            deliveries.marks.subtract(marks)
            deliveries.order.removeAll { marks.contains($0) }
            sources[source] = deliveries
        }
    }

    private static func forgetOne(of sources: inout [String: Deliveries]) {
        let silent = sources.min { left, right in
            (left.value.times.last ?? .zero, left.key) < (right.value.times.last ?? .zero, right.key)
        }
        if let silent { sources[silent.key] = nil }
    }
}
