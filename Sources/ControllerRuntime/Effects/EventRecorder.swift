public import Ambient
public import InfraAPI
import JSON
public import Logging
public import ResourceAPI

/// Writes `v1` Events beside the reconciles: recording never waits and never fails.
///
/// Repeats of one message on one object are one Event with a count. The buffer is bounded; what does not fit, and what the
/// server refuses, is dropped, counted and logged: Events may be lost. `run()` must be running.
public final class EventRecorder: Sendable {
    public enum Severity: String, Sendable {
        case normal = "Normal"
        case warning = "Warning"
    }

    private let client: any ResourceClient
    private let component: String
    private let surroundings: Surroundings
    private let logger: Logger
    private let interval: Duration
    private let buffer: Guarded<EventBuffer>
    private let refused = Guarded(0)
    private let news = Signal()

    /// - Parameters:
    ///   - component: who reports, for `reportingComponent`.
    ///   - interval: shortest time between two rounds of writes, in which repeats gather.
    public init(
        _ client: any ResourceClient, component: String, capacity: Int = 1000, interval: Duration = .seconds(1),
        _ surroundings: Surroundings, logger: Logger
    ) {
        self.client = client
        self.component = component
        self.surroundings = surroundings
        self.logger = logger
        self.interval = interval
        buffer = Guarded(EventBuffer(capacity: capacity))
    }

    /// Occurrences that were never written.
    public var droppedCount: Int { buffer.withLock { $0.dropped } + refused.withLock { $0 } }

    public func record(_ object: some APIObject, _ severity: Severity, reason: String, message: String) {
        record(InvolvedObject(referringTo: object), severity, reason: reason, message: message)
    }

    public func record(_ involved: InvolvedObject, _ severity: Severity, reason: String, message: String) {
        var involved = involved
        // A repeat after a write of the object is still a repeat.
        involved.resourceVersion = ""
        let identity = EventBuffer.Identity(
            involved: involved, type: severity.rawValue, reason: reason, message: message)
        let now = surroundings.time.now
        buffer.withLock { $0.add(identity, at: now) }
        news.raise()
    }

    /// Writes what is recorded until the task is cancelled.
    public func run() async {
        var written = WrittenEvents(capacity: 4096)
        while !Task.isCancelled {
            let pending = buffer.withLock { $0.takeAll() }
            if pending.isEmpty {
                await news.wait()
                continue
            }
            for event in pending where !Task.isCancelled { await write(event, &written) }
            try? await surroundings.time.sleep(for: interval)
        }
    }

    private func write(_ pending: EventBuffer.Pending, _ written: inout WrittenEvents) async {
        do throws(APIStatus) {
            if let entry = written[pending.identity] {
                do throws(APIStatus) {
                    return try await countUp(entry, pending, &written)
                } catch  where error.isNotFound {
                    // Its time to live was over.
                }
            }
            try await create(pending, &written)
        } catch {
            refused.withLock { $0 += pending.count }
            logger.debug(
                "event dropped", metadata: ["reason": "\(pending.identity.reason)", "error": "\(error)"])
        }
    }

    private func countUp(
        _ entry: WrittenEvents.Entry, _ pending: EventBuffer.Pending, _ written: inout WrittenEvents
    ) async throws(APIStatus) {
        let count = entry.count + pending.count
        let patch: JSONValue = [
            "count": .int(Int64(count)), "lastTimestamp": .string(pending.last.rfc3339Seconds),
        ]
        let reference = ObjectReference(
            Event.resourceType, namespace: entry.reference.namespace, name: entry.reference.name)
        _ = try await client.mergePatch(reference, patch, nil, WriteOptions(fieldManager: component))
        written.set(WrittenEvents.Entry(reference: entry.reference, count: count), for: pending.identity)
    }

    private func create(_ pending: EventBuffer.Pending, _ written: inout WrittenEvents) async throws(APIStatus) {
        let identity = pending.identity
        var event = Event()
        // Events on cluster-scoped objects stand in `default`, as in Kubernetes.
        event.metadata.namespace = identity.involved.namespace.isEmpty ? "default" : identity.involved.namespace
        event.metadata.name = "\(identity.involved.name).\(surroundings.randomness.nameSuffix(length: 10))"
        event.involvedObject = identity.involved
        event.type = identity.type
        event.reason = identity.reason
        event.message = identity.message
        event.count = pending.count
        event.firstTimestamp = pending.first
        event.lastTimestamp = pending.last
        event.reportingComponent = component
        _ = try await client.create(event.json, WriteOptions(fieldManager: component))
        written.set(
            WrittenEvents.Entry(reference: NamespacedName(event), count: pending.count), for: identity)
    }
}

extension InvolvedObject {
    /// Refers to an object as Events do.
    public init<T: APIObject>(referringTo object: T) {
        self.init()
        apiVersion = T.resourceType.apiVersion
        kind = T.resourceType.kind
        namespace = object.namespace
        name = object.name
        uid = object.uid
        resourceVersion = object.metadata.resourceVersion
    }
}
