public import Ambient
import ControllerRuntime
import InfraAPI
public import Logging
public import ResourceAPI

/// Deletes Events that are older than their time to live, as Kubernetes does. They tell of what was; nothing decides on
/// them.
public struct EventExpiry: Sendable {
    /// Since an Event was seen last.
    public static let lifetime = Duration.seconds(3600)
    private static let period = Duration.seconds(300)
    private static let pageSize = 500

    private let client: any ResourceClient
    private let time: any TimeSource
    private let logger: Logger

    public init(_ client: any ResourceClient, _ time: any TimeSource, logger: Logger) {
        self.client = client
        self.time = time
        self.logger = logger
    }

    /// Looks every five minutes, until the task is cancelled.
    public func run() async {
        while (try? await time.sleep(for: EventExpiry.period)) != nil {
            do throws(APIStatus) { try await expire() } catch {
                logger.debug("old events could not be deleted", metadata: ["error": "\(error)"])
            }
        }
    }

    /// One look at all Events.
    func expire() async throws(APIStatus) {
        let oldest = time.now - EventExpiry.lifetime
        var options = ListOptions(limit: EventExpiry.pageSize)
        repeat {
            let page = try await client.list(Event.resourceType, in: nil, options)
            for item in page.items {
                guard let event = try? Event(json: item), event.lastSeen < oldest else { continue }
                do throws(APIStatus) {
                    // One that was seen again meanwhile stays.
                    _ = try await client.delete(
                        ObjectReference(Event.resourceType, namespace: event.namespace, name: event.name),
                        DeleteOptions(uid: event.uid, resourceVersion: event.metadata.resourceVersion))
                } catch  where error.isConflict || error.isNotFound {
                    continue
                }
            }
            options.continuation = page.continuation
        } while options.continuation != nil
    }
}

extension Event {
    /// When it happened last; an Event of somebody else may say less.
    fileprivate var lastSeen: Timestamp {
        lastTimestamp ?? firstTimestamp ?? metadata.creationTimestamp ?? Timestamp(microsecondsSinceEpoch: .max)
    }
}
