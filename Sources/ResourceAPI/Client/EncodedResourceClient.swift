public import InfraAPI
import ObjectStore

/// A change with the object as compact JSON: encoded once by the store, whoever watches.
public enum EncodedWatchEvent: Sendable {
    case added([UInt8])
    case modified([UInt8])
    case deleted([UInt8])
    case bookmark(resourceVersion: String)
}

/// A running watch; ends and throws as `ResourceWatch`.
public struct EncodedWatch: Sendable {
    private let pull: @Sendable () async throws(APIStatus) -> [EncodedWatchEvent]?
    private let stop: @Sendable () -> Void

    public init(
        next: @escaping @Sendable () async throws(APIStatus) -> [EncodedWatchEvent]?,
        cancel: @escaping @Sendable () -> Void
    ) {
        pull = next
        stop = cancel
    }

    public func next() async throws(APIStatus) -> [EncodedWatchEvent]? { try await pull() }
    public func cancel() { stop() }
}

/// A page of a list with its objects as compact JSON.
public struct EncodedList: Sendable {
    public let items: [[UInt8]]
    /// The list without its items, for its metadata.
    public let head: ObjectList
}

/// A client that has the bytes of its objects at hand: for servers that send them on as they are.
public protocol EncodedResourceClient: ResourceClient {
    func encodedObject(_ reference: ObjectReference) async throws(APIStatus) -> [UInt8]
    func encodedList(
        _ type: ResourceType, in namespace: String?, _ options: ListOptions
    ) async throws(APIStatus) -> EncodedList
    func encodedWatch(
        _ type: ResourceType, in namespace: String?, _ options: WatchOptions
    ) async throws(APIStatus) -> EncodedWatch
}

extension LocalResourceClient: EncodedResourceClient {
    public func encodedObject(_ reference: ObjectReference) async throws(APIStatus) -> [UInt8] {
        try await stored(reference).encoded
    }

    public func encodedList(
        _ type: ResourceType, in namespace: String?, _ options: ListOptions
    ) async throws(APIStatus) -> EncodedList {
        let page = try await storedList(type, in: namespace, options)
        return EncodedList(
            items: page.objects.map(\.encoded),
            head: ObjectList(
                items: [], resourceVersion: page.version.description, continuation: page.continuation,
                remainingItemCount: page.remainingItemCount))
    }

    public func encodedWatch(
        _ type: ResourceType, in namespace: String?, _ options: WatchOptions
    ) async throws(APIStatus) -> EncodedWatch {
        let watch = try await storedWatch(type, in: namespace, options)
        return EncodedWatch(
            next: { () async throws(APIStatus) in
                guard let events = try await watch.next() else { return nil }
                return events.map { event in
                    switch event {
                    case .added(let object): .added(object.encoded)
                    case .modified(let object): .modified(object.encoded)
                    case .deleted(let object): .deleted(object.encoded)
                    case .bookmark(let version): .bookmark(resourceVersion: version.description)
                    }
                }
            },
            cancel: { watch.cancel() })
    }
}
