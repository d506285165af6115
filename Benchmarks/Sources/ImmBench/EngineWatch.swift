import BenchKit
import Foundation
import Synchronization

/// Follows the engine's container events on a thread of its own. Times are the engine's, so nothing is lost to polling.
final class EngineWatch: Sendable {
    struct Event: Sendable {
        var time: Double
        var action: String
        var id: String
        var labels: [String: String]
    }

    private let events = Mutex<[Event]>([])

    init(_ engine: Engine) throws {
        let filters = try JSONText.query(["type": ["container"]])
        let connection = try engine.connection()
        try connection.stream("/events?filters=\(filters)")
        nonisolated(unsafe) let stream = connection  // used by the thread alone from here on
        Thread.detachNewThread { [self] in
            // The end of the engine ends the thread.
            while let chunk = try? stream.nextChunk() {
                let read = chunk.split(separator: 10).compactMap { EngineWatch.event(Array($0)) }
                events.withLock { $0 += read }
            }
        }
    }

    /// The events of containers with the label since a time, in their order.
    func events(_ label: String, since start: Double) -> [Event] {
        let parts = label.split(separator: "=", maxSplits: 1).map(String.init)
        return events.withLock { events in
            events.filter { $0.time >= start && parts.count == 2 && $0.labels[parts[0]] == parts[1] }
        }
    }

    /// Waits until none of the old containers runs and `count` others do.
    ///
    /// Returns the time of the last event that this took.
    func replacement(of old: Set<String>, by count: Int, _ label: String, since start: Double) throws -> Double {
        var end = start
        try Clock.wait(for: "replacement of \(label)", seconds: 180, every: 0.02) {
            var (left, new) = (old, Set<String>())
            for event in events(label, since: start) {
                if event.action == "start", !old.contains(event.id) { new.insert(event.id) }
                if event.action == "die" {
                    left.remove(event.id)
                    new.remove(event.id)
                }
                end = event.action == "start" || event.action == "die" ? event.time : end
                if left.isEmpty, new.count == count { return true }
            }
            return false
        }
        return end
    }

    private static func event(_ line: [UInt8]) -> Event? {
        let object = JSONText.object(line)
        guard let action = object["Action"] as? String, let actor = object["Actor"] as? [String: Any],
            let id = actor["ID"] as? String, let nanoseconds = object["timeNano"] as? Int
        else { return nil }
        return Event(
            time: Double(nanoseconds) / 1e9, action: action, id: id,
            labels: actor["Attributes"] as? [String: String] ?? [:])
    }
}
