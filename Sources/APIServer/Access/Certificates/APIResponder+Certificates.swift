import Ambient
import Hummingbird
import JSON
import Logging
import PKI
import RequestSyntax
import ResourceAPI

// `/imm/v1/certificates`
extension APIResponder {
    private static let maximumGroups = 16

    func certificatePath(
        _ request: Request, _ segments: [String], _ caller: Caller
    ) async throws(APIStatus) -> Response {
        guard let certificates else {
            throw APIStatus(
                code: 404, reason: .notFound,
                message: "this server makes no certificates, since it does not listen on TCP (--listen)")
        }
        switch (request.method, segments.count) {
        case (.get, 3): return .json(["certificates": .array(try await certificates.list().map(\.json))])
        case (.post, 3): return try await issueCertificate(request, certificates, caller)
        case (.post, 5) where segments[4] == "revoke":
            let serial = segments[3].lowercased()
            guard APIResponder.isSerial(serial) else {
                throw .badRequest("a serial number has 2 to 40 hexadecimal digits")
            }
            let record = try await certificates.revoke(serial: serial, by: caller)
            logger.notice("certificate revoked", metadata: ["serial": "\(serial)", "by": "\(caller.name)"])
            return .json(record.json)
        default: throw .methodNotAllowed(request.method.rawValue, on: request.uri.path)
        }
    }

    /// `{user, groups?, admin?, expiresInSeconds?}`
    private func issueCertificate(
        _ request: Request, _ certificates: CertificateRegistry, _ caller: Caller
    ) async throws(APIStatus) -> Response {
        try request.requireJSONBody()
        let body = try await request.json(limits)
        guard let user = body["user"]?.stringValue, APIResponder.isName(user) else {
            throw .badRequest("user must have 1 to 64 characters and must not begin with \(Caller.reservedPrefix)")
        }
        var groups: [String] = []
        for group in body["groups"]?.arrayValue ?? [] {
            guard let name = group.stringValue, APIResponder.isName(name), !name.hasPrefix("system:") else {
                throw .badRequest(
                    "a group must have 1 to 64 characters and must not begin with \(Caller.reservedPrefix) or system:; "
                        + "admin: true makes an administrator")
            }
            groups.append(name)
        }
        guard groups.count <= APIResponder.maximumGroups else {
            throw .badRequest("a certificate names at most \(APIResponder.maximumGroups) groups")
        }
        if body["admin"]?.boolValue == true { groups.append(Caller.adminGroup) }
        let lifetime =
            try APIResponder.lifetime(in: body, atMost: CertificateRegistry.longestLifetime)
            ?? CertificateRegistry.defaultLifetime
        let (record, credential) = try await certificates.issue(
            user: user, groups: groups, lifetime: lifetime, by: caller)
        logger.notice(
            "certificate made", metadata: ["serial": "\(record.serial)", "user": "\(user)", "by": "\(caller.name)"])
        var answer = record.json
        answer["certificate"] = .string(credential.certificatePEM)
        answer["key"] = .string(credential.keyPEM)
        return .json(answer, code: 201)
    }

    private static func isName(_ name: String) -> Bool {
        (1...64).contains(name.unicodeScalars.count) && !name.hasPrefix(Caller.reservedPrefix)
            && name.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
    }

    private static func isSerial(_ text: String) -> Bool {
        (2...40).contains(text.utf8.count)
            && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }
}
