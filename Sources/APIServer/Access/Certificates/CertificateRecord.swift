public import Ambient
public import JSON
public import ResourceAPI

/// What is known of a client certificate besides what stands in it: who made it, and whether it was revoked.
public struct CertificateRecord: Sendable, Hashable {
    /// The serial number, in hexadecimal digits.
    public let serial: String
    /// nil: the certificate was not made here, and is known by its revocation alone.
    public let user: String?
    public let groups: [String]
    public let createdAt: Timestamp
    public let createdBy: String
    /// nil: not known.
    public let expiresAt: Timestamp?
    public internal(set) var revokedAt: Timestamp?
    public internal(set) var revokedBy: String?

    init(
        serial: String, user: String?, groups: [String], createdAt: Timestamp, createdBy: String, expiresAt: Timestamp?
    ) {
        (self.serial, self.user, self.groups) = (serial, user, groups)
        (self.createdAt, self.createdBy, self.expiresAt) = (createdAt, createdBy, expiresAt)
    }

    /// As it is stored, and as people may see it: nothing of it is secret.
    public var json: JSONValue {
        var json: JSONValue = [
            "serial": .string(serial), "groups": .array(groups.map(JSONValue.string)),
            "createdAt": .string(createdAt.rfc3339Micro), "createdBy": .string(createdBy),
        ]
        json["user"] = user.map(JSONValue.string)
        json["expiresAt"] = expiresAt.map { .string($0.rfc3339Micro) }
        json["revokedAt"] = revokedAt.map { .string($0.rfc3339Micro) }
        json["revokedBy"] = revokedBy.map(JSONValue.string)
        return json
    }

    /// nil when it is no record of a certificate.
    public init?(json: JSONValue) {
        func time(_ name: String) -> Timestamp? { json[name]?.stringValue.flatMap(Timestamp.init(rfc3339:)) }
        guard let serial = json["serial"]?.stringValue, let createdAt = time("createdAt") else { return nil }
        self.init(
            serial: serial, user: json["user"]?.stringValue,
            groups: (json["groups"]?.arrayValue ?? []).compactMap(\.stringValue), createdAt: createdAt,
            createdBy: json["createdBy"]?.stringValue ?? "", expiresAt: time("expiresAt"))
        // A revocation whose time cannot be read is one all the same.
        revokedAt = json["revokedAt"] == nil ? nil : time("revokedAt") ?? createdAt
        revokedBy = json["revokedBy"]?.stringValue
    }
}

/// Where the records of certificates are kept; served by no API.
public protocol CertificateStore: Sendable {
    func certificate(serial: String) async throws(APIStatus) -> CertificateRecord?
    /// In the order of their serial numbers.
    func certificates() async throws(APIStatus) -> [CertificateRecord]
    /// Adds the record, or replaces the one of its serial number.
    func put(_ record: CertificateRecord) async throws(APIStatus)
    func remove(serial: String) async throws(APIStatus)
}
