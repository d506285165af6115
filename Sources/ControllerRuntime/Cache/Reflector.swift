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
///
/// With a time-out for watches the server is asked to end them in order, and one that it does not end is ended here: a
/// connection that died without a word is noticed no other way.
public struct Reflector<T: APIObject>: Sendable {
    private let client: any ResourceClient
    private let cache: ResourceCache<T>
    private let namespace: String?
    private let watchTimeout: Duration?
    private let surroundings: Surroundings
    private let logger: Logger
    private let counters = Guarded(ReflectorCounters())

    /// Items asked for in one page of a list.
    private static var pageSize: Int { 100 }
    /// What a server may be late with the end of a watch.
    private static var lateness: Duration { .seconds(30) }

    /// - Parameters:
    ///   - namespace: nil is all; else one that the cache expects (`ResourceCache.expect`).
    ///   - watchTimeout: in whole seconds, a tenth more or less; nil: the server decides.
    public init(
        _ client: any ResourceClient, into cache: ResourceCache<T>, namespace: String? = nil,
        watchTimeout: Duration? = nil, _ surroundings: Surroundings, logger: Logger
    ) {
        self.client = client
        self.cache = cache
        self.namespace = namespace
        self.watchTimeout = watchTimeout
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
        guard listVersion >= version else {
            throw APIStatus(
                code: 503, reason: .serviceUnavailable,
                message: "the server listed \(T.resourceType.kind) at version \(listVersion), older than "
                    + "\(version), which was seen before; listing again")
        }
        cache.replace(items, version: listVersion, in: namespace ?? "")
        counters.withLock { $0.lists += 1 }
    }

    private var version: UInt64 { cache.version(of: namespace ?? "") }

    /// Follows one watch to its end. Returns whether anything came, or it lasted as long as it should.
    private func watch() async throws(APIStatus) -> Bool {
        var options = WatchOptions(resourceVersion: String(version))
        guard let watchTimeout else { return try await follow(try await open(options)) }
        let seconds = Int(watchTimeout.components.seconds)
        options.timeoutSeconds = seconds * (900 + surroundings.randomness.below(200)) / 1000
        let start = surroundings.time.uptime
        let watch = try await open(options)
        let end = Guarded(Result<Bool, APIStatus>.success(false))
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                do throws(APIStatus) {
                    let hasNews = try await follow(watch)
                    end.withLock { $0 = .success(hasNews) }
                } catch {
                    end.withLock { $0 = .failure(error) }
                }
            }
            group.addTask {
                try? await surroundings.time.sleep(for: watchTimeout * 11 / 10 + Reflector.lateness)
                watch.cancel()
            }
            await group.next()
            group.cancelAll()
        }
        let hasNews = try end.withLock { $0 }.get()
        return hasNews || surroundings.time.uptime - start >= watchTimeout / 2
    }

    private func open(_ options: WatchOptions) async throws(APIStatus) -> ResourceWatch {
        try await client.watch(T.resourceType, in: namespace, options)
    }

    private func follow(_ watch: ResourceWatch) async throws(APIStatus) -> Bool {
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
                cache.apply(put: object, version: version, in: namespace ?? "")
            }
        case .deleted(let value):
            if let object = decode(value), let version = object.storedVersion {
                cache.apply(deleted: object, version: version, in: namespace ?? "")
            }
        case .bookmark(let version):
            if let version = UInt64(version) { cache.advance(to: version, in: namespace ?? "") }
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
