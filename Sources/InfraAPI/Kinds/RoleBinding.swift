/// Gives a role in its namespace to a person, a group, a token or a GitSource.
public struct RoleBinding: APIObject {
    public var metadata = ObjectMeta()
    public var spec = RoleBindingSpec()

    public init() {}
}

public struct RoleBindingSpec: Sendable, Hashable {
    public enum Role: String, Sendable, Hashable, CaseIterable {
        /// Reading, but not Secrets.
        case view
        /// Also writing what users write, Secrets, logs and commands in instances.
        case edit
        /// Also RoleBindings and dangerous requests.
        case admin
    }

    public var subject = RoleSubject()
    public var role = Role.view

    public init() {}
}

/// To whom a role is given.
public struct RoleSubject: Sendable, Hashable {
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// The common name of a client certificate, or the user for whom a token was made.
        case user = "User"
        /// An organisation of client certificates; `system:authenticated` is everybody whom the server knows.
        case group = "Group"
        /// A bearer token, by its name.
        case token = "Token"
        /// A GitSource.
        case gitSource = "GitSource"
    }

    public var kind = Kind.user
    public var name = ""
    /// Of a GitSource; nil: the RoleBinding's own.
    public var namespace: String?

    public init() {}
}
