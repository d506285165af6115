/// Which part of a server the controllers look after, and what the server does itself.
public struct ControllerScope: Sendable, Hashable {
    /// nil: all of them, by one list and one watch for each kind.
    public var namespaces: [String]?
    /// Whether the server empties namespaces that go and deletes what nobody owns any more, as Kubernetes does. Then namespaces
    /// are not looked at, and none is made.
    public var serverHasUpkeep: Bool
    /// Asked of the server; nil: it decides. See `Reflector`.
    public var watchTimeout: Duration?

    public init(namespaces: [String]? = nil, serverHasUpkeep: Bool = false, watchTimeout: Duration? = nil) {
        self.namespaces = namespaces
        self.serverHasUpkeep = serverHasUpkeep
        self.watchTimeout = watchTimeout
    }

    /// All of a store of our own, whose upkeep is ours.
    public static let everything = ControllerScope()

    /// A Kubernetes API server.
    public static func kubernetes(namespaces: [String]?) -> ControllerScope {
        ControllerScope(namespaces: namespaces, serverHasUpkeep: true, watchTimeout: .seconds(480))
    }
}
