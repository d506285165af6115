public import Ambient
public import InfraAPI
import JSON
public import Logging
public import ResourceAPI

/// Keeps a `ResourceCache` equal to the server: lists, then watches from the list's version.
///
/// A watch that ends is resumed from the last version that was seen; when that is retained no longer (410), the reflector
/// lists again. Other errors back off from 1 s to 5 min (30 s for the watch of a reachable server). A list that is older than
/// what the cache has is not taken: a controller never goes back in time.
public struct Reflector<T: APIObject>: Sendable {
    private let client: any ResourceClient
    private let cache: ResourceCache<T>
    private let namespace: String?
    private let surroundings: Surroundings
    private let logger: Logger
    private let counters = Guarded(ReflectorCounters())

    /// Items asked for in one page of a list.
    private static var pageSize: Int { 100 }

    /// - Parameter namespace: nil is all.
    public init(
        _ client: any ResourceClient, into cache: ResourceCache<T>, namespace: String? = nil,
        _ surroundings: Surroundings, logger: Logger
    ) {
        self.client = client
        self.cache = cache
        self.namespace = namespace
        self.surroundings = surroundings
        var logger = logger
        logger[metadataKey: "kind"] = "\(T.resourceType.kind)"
        self.logger = logger
    }

    public var statistics: ReflectorCounters { counters.withLock { $0 } }

    /// Runs until the task is cancelled.
    public func run() async {
        var backoff = Backoff(Backoff.Policy(maximum: .seconds(30)))
        var hasToList = true
        while !Task.isCancelled {
            do throws(APIStatus) {
                if hasToList {
                    try await list()
                    hasToList = false
                }
                if try await watch() { backoff.reset() } else { await pause(&backoff) }
            } catch  where error.isExpired {
                logger.debug("watch expired, listing again")
                // A server that answers 410 to a fresh list's version must not be asked without end.
                if hasToList == false { hasToList = true } else { await pause(&backoff) }
            } catch {
                counters.withLock { $0.errors += 1 }
                if !Task.isCancelled {
                    logger.debug("list or watch failed", metadata: ["error": "\(error)"])
                    await pause(&backoff)
                }
            }
        }
    }

    private func pause(_ backoff: inout Backoff) async {
        try? await surroundings.time.sleep(for: backoff.next(surroundings.randomness))
    }

    private func list() async throws(APIStatus) {
        var items: [(object: T, version: UInt64)] = []
        var options = ListOptions(limit: Reflector.pageSize)
        var listVersion: UInt64 = 0
        repeat {
            let page = try await client.list(T.resourceType, in: namespace, options)
            for item in page.items {
                if let object = decode(item), let version = object.storedVersion { items.append((object, version)) }
            }
            listVersion = UInt64(page.resourceVersion) ?? 0
            options.continuation = page.continuation
        } while options.continuation != nil && !Task.isCancelled
        if Task.isCancelled { return }
        guard listVersion >= cache.version else {
            throw APIStatus(
                code: 503, reason: .serviceUnavailable,
                message: "the server listed \(T.resourceType.kind) at version \(listVersion), older than "
                    + "\(cache.version), which was seen before; listing again")
        }
        cache.replace(items, version: listVersion)
        counters.withLock { $0.lists += 1 }
    }

    /// Follows one watch to its end. Returns whether anything came.
    private func watch() async throws(APIStatus) -> Bool {
        let options = WatchOptions(resourceVersion: String(cache.version))
        let watch = try await client.watch(T.resourceType, in: namespace, options)
        defer { watch.cancel() }
        var hasNews = false
        while let events = try await watch.next() {
            hasNews = hasNews || !events.isEmpty
            for event in events { take(event) }
            counters.withLock { $0.events += events.count }
        }
        return hasNews
    }

    private func take(_ event: WatchEvent) {
        switch event {
        case .added(let value), .modified(let value):
            if let object = decode(value), let version = object.storedVersion {
                cache.apply(put: object, version: version)
            }
        case .deleted(let value):
            if let object = decode(value), let version = object.storedVersion {
                cache.apply(deleted: object, version: version)
            }
        case .bookmark(let version):
            if let version = UInt64(version) { cache.advance(to: version) }
        }
    }

    private func decode(_ value: JSONValue) -> T? {
        do throws(FieldError) {
            return try T(json: value)
        } catch {
            counters.withLock { $0.undecodable += 1 }
            let name = value[path: ["metadata", "name"]]?.stringValue ?? ""
            logger.error("object cannot be read, passed over", metadata: ["name": "\(name)", "error": "\(error)"])
            return nil
        }
    }
}

/// What a reflector has done so far.
public struct ReflectorCounters: Sendable, Hashable {
    public var lists = 0
    public var events = 0
    public var errors = 0
    /// Objects that were passed over because they could not be decoded.
    public var undecodable = 0

    public init() {}
}
