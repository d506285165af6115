public import Ambient
import Crypto
import InfraAPI
import ResourceAPI

/// Makes bearer tokens, knows them again, and revokes them.
///
/// A token is `imm1.NAME.SECRET`: the name finds its record, and the secret, 256 random bits, is compared by its hash
/// in constant time.
public struct TokenRegistry: Sendable {
    private static let version = "imm1"
    private static let secretBytes = 32
    private static let maximumTokenBytes = 256
    static let maximumCount = 10_000
    /// How old the note of the last use may be: each note is a write.
    private static let useInterval = Duration.seconds(3_600)

    private let store: any TokenStore
    private let surroundings: Surroundings

    public init(store: any TokenStore, _ surroundings: Surroundings) {
        self.store = store
        self.surroundings = surroundings
    }

    /// Who bears a token; nil when it is not known, was revoked or has expired: which one is not for its bearer.
    func caller(token: String) async -> Caller? {
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard token.utf8.count <= TokenRegistry.maximumTokenBytes, parts.count == 3,
            parts[0] == TokenRegistry.version
        else { return nil }
        let digest = TokenRegistry.digest(parts[2])
        let record = try? await store.token(named: String(parts[1]))
        // A name that is not known takes the same comparison.
        let expected = record?.digest ?? [UInt8](repeating: 0, count: digest.count)
        guard ConstantTime.isEqual(digest, expected), let record else { return nil }
        let now = surroundings.time.now
        if let end = record.expiresAt, now >= end { return nil }
        await noteUse(record, now)
        return record.caller
    }

    /// - Returns: the record, and the token, which is told this once.
    func create(
        name: String, user: String?, isAdmin: Bool, lifetime: Duration?, by caller: Caller
    ) async throws(APIStatus) -> (TokenRecord, token: String) {
        let secret = (0..<TokenRegistry.secretBytes / 8).flatMap { _ in
            withUnsafeBytes(of: surroundings.randomness.next()) { Array($0) }
        }
        let text = secret.map { byte in
            let digits = String(byte, radix: 16)
            return digits.utf8.count == 1 ? "0" + digits : digits
        }.joined()
        let now = surroundings.time.now
        let record = TokenRecord(
            name: name, digest: TokenRegistry.digest(text[...]), user: user, isAdmin: isAdmin, createdAt: now,
            createdBy: caller.name, expiresAt: lifetime.map { now + $0 })
        guard try await store.tokens().count < TokenRegistry.maximumCount else {
            throw APIStatus(
                code: 403, reason: .forbidden,
                message: "there are \(TokenRegistry.maximumCount) tokens already: revoke those that are not used")
        }
        guard try await store.insert(record) else {
            throw APIStatus(
                code: 409, reason: .alreadyExists,
                message: "a token \"\(name)\" exists already: revoke it first, or choose another name")
        }
        return (record, "\(TokenRegistry.version).\(name).\(text)")
    }

    func list() async throws(APIStatus) -> [TokenRecord] { try await store.tokens() }

    func revoke(_ name: String) async throws(APIStatus) {
        guard try await store.remove(named: name) else {
            throw APIStatus(code: 404, reason: .notFound, message: "there is no token \"\(name)\"")
        }
    }

    /// A hint for people who clean up; a failure of it is nobody's concern.
    private func noteUse(_ record: TokenRecord, _ now: Timestamp) async {
        if let last = record.lastUsedAt, now - last < TokenRegistry.useInterval { return }
        var used = record
        used.lastUsedAt = now
        try? await store.update(used)
    }

    private static func digest(_ secret: Substring) -> [UInt8] { Array(SHA256.hash(data: Array(secret.utf8))) }
}
