/// One thing that happened to an instance of this installation.
public struct ProviderEvent: Sendable, Hashable {
    public enum Kind: String, Sendable, Hashable {
        case created, started, exited, destroyed, changed
        /// Somebody asked the engine to send it a signal that ends it; it may run on.
        case signalled
    }

    public var kind: Kind
    /// uid label of the instance.
    public var uid: String
    public var providerID: String
    public var exitCode: Int?

    public init(kind: Kind, uid: String, providerID: String, exitCode: Int? = nil) {
        self.kind = kind
        self.uid = uid
        self.providerID = providerID
        self.exitCode = exitCode
    }
}

/// A pull-based stream with an owner that may end it. `next` returns nil at the end, and when the task is cancelled.
public struct ProviderStream<Element: Sendable>: Sendable {
    private let pull: @Sendable () async throws(ProviderError) -> Element?
    private let stop: @Sendable () -> Void

    public init(
        next: @escaping @Sendable () async throws(ProviderError) -> Element?, cancel: @escaping @Sendable () -> Void
    ) {
        pull = next
        stop = cancel
    }

    public func next() async throws(ProviderError) -> Element? { try await pull() }
    public func cancel() { stop() }
}

public typealias ProviderEvents = ProviderStream<ProviderEvent>
/// Chunks of log text, standard output and error in the order of the engine.
public typealias LogStream = ProviderStream<[UInt8]>
