public import Ambient
import InfraAPI
public import JSON
public import ResourceAPI

/// What is kept of a bearer token: who it is and until when, and of its secret nothing but a hash.
public struct TokenRecord: Sendable, Hashable {
    /// A DNS label, unique in the installation.
    public let name: String
    /// SHA-256 of the secret, which is 256 random bits: nothing that could be guessed.
    let digest: [UInt8]
    /// For whom it was made; nil: the token is a subject of its own.
    public let user: String?
    public let isAdmin: Bool
    public let createdAt: Timestamp
    public let createdBy: String
    /// nil: it does not end by itself.
    public let expiresAt: Timestamp?
    /// Up to an hour old.
    public internal(set) var lastUsedAt: Timestamp?

    init(
        name: String, digest: [UInt8], user: String?, isAdmin: Bool, createdAt: Timestamp, createdBy: String,
        expiresAt: Timestamp?
    ) {
        self.name = name
        self.digest = digest
        self.user = user
        self.isAdmin = isAdmin
        self.createdAt = createdAt
        self.createdBy = createdBy
        self.expiresAt = expiresAt
    }

    /// Who shows it.
    var caller: Caller {
        Caller(
            name: user ?? Caller.tokenPrefix + name, groups: isAdmin ? [Caller.adminGroup] : [], method: .token)
    }

    /// As it is stored.
    public var json: JSONValue {
        var json = shown
        json["digest"] = .string(Base64.encode(digest))
        return json
    }

    /// As people may see it.
    var shown: JSONValue {
        var json: JSONValue = [
            "name": .string(name), "admin": .bool(isAdmin), "createdAt": .string(createdAt.rfc3339Micro),
            "createdBy": .string(createdBy),
        ]
        if let user { json["user"] = .string(user) }
        if let expiresAt { json["expiresAt"] = .string(expiresAt.rfc3339Micro) }
        if let lastUsedAt { json["lastUsedAt"] = .string(lastUsedAt.rfc3339Micro) }
        return json
    }

    /// nil when it is no record of a token.
    public init?(json: JSONValue) {
        guard let name = json["name"]?.stringValue, let digest = json["digest"]?.stringValue.flatMap(Base64.decode),
            let createdAt = json["createdAt"]?.stringValue.flatMap(Timestamp.init(rfc3339:))
        else { return nil }
        self.init(
            name: name, digest: digest, user: json["user"]?.stringValue, isAdmin: json["admin"]?.boolValue ?? false,
            createdAt: createdAt, createdBy: json["createdBy"]?.stringValue ?? "",
            expiresAt: json["expiresAt"]?.stringValue.flatMap(Timestamp.init(rfc3339:)))
        // A record with an end that cannot be read must not last for ever.
        if json["expiresAt"] != nil, expiresAt == nil { return nil }
        lastUsedAt = json["lastUsedAt"]?.stringValue.flatMap(Timestamp.init(rfc3339:))
    }
}

/// Where the records of tokens are kept; served by no API.
public protocol TokenStore: Sendable {
    func token(named name: String) async throws(APIStatus) -> TokenRecord?
    /// In the order of their names.
    func tokens() async throws(APIStatus) -> [TokenRecord]
    /// - Returns: false when there is one of that name.
    func insert(_ record: TokenRecord) async throws(APIStatus) -> Bool
    /// Replaces the record of that name; nothing when it was revoked meanwhile.
    func update(_ record: TokenRecord) async throws(APIStatus)
    /// - Returns: false when there is none of that name.
    func remove(named name: String) async throws(APIStatus) -> Bool
}
