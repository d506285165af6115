import Ambient
import Hummingbird
import InfraAPI
import JSON
import Logging
import RequestSyntax
import ResourceAPI

// `/imm/v1/tokens`
extension APIResponder {
    private static let longestLifetime = Duration.seconds(10 * 365 * 86_400)

    func tokenPath(
        _ request: Request, _ segments: [String], _ caller: Caller
    ) async throws(APIStatus) -> Response {
        guard let tokens else { throw .unknownPath(request.uri.path) }
        switch (request.method, segments.count) {
        case (.get, 3):
            return .json(["tokens": .array(try await tokens.list().map(\.shown))])
        case (.post, 3): return try await createToken(request, tokens, caller)
        case (.post, 5) where segments[4] == "revoke":
            try await tokens.revoke(segments[3])
            logger.notice("token revoked", metadata: ["token": "\(segments[3])", "by": "\(caller.name)"])
            return .json(["name": .string(segments[3])])
        default: throw .methodNotAllowed(request.method.rawValue, on: request.uri.path)
        }
    }

    /// `{name, user?, admin?, expiresInSeconds?}`
    private func createToken(
        _ request: Request, _ tokens: TokenRegistry, _ caller: Caller
    ) async throws(APIStatus) -> Response {
        try request.requireJSONBody()
        let body = try await request.json(limits)
        guard let name = body["name"]?.stringValue, APIResponder.isLabel(name) else {
            throw .badRequest("name must be a DNS label: lower-case letters, digits and dashes, at most 63")
        }
        let user = body["user"]?.stringValue
        if let user, user.isEmpty || user.utf8.count > 253 || user.hasPrefix(Caller.reservedPrefix) {
            throw .badRequest("user must have 1 to 253 bytes and must not begin with \(Caller.reservedPrefix)")
        }
        let lifetime = try APIResponder.lifetime(in: body, atMost: APIResponder.longestLifetime)
        let (record, token) = try await tokens.create(
            name: name, user: user, isAdmin: body["admin"]?.boolValue ?? false, lifetime: lifetime, by: caller)
        logger.notice("token made", metadata: ["token": "\(name)", "by": "\(caller.name)"])
        var answer = record.shown
        answer["token"] = .string(token)
        return .json(answer, code: 201)
    }

    private static func isLabel(_ name: String) -> Bool {
        let isWord = name.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) || $0 == 0x2D }
        return (1...63).contains(name.utf8.count) && isWord && !name.hasPrefix("-") && !name.hasSuffix("-")
    }
}
