import Crypto
import JSON

/// The content address of a revision: equal hashes mean that nothing has to be replaced.
///
/// SHA-256 over canonical JSON (RFC 8785) of the resolved template, the claims and the secrets that the template refers
/// to. Fields that equal their default are left out, quantities are written by value, and lists that are maps or sets
/// are sorted by their keys. A new field with a default therefore never changes an old hash; a changed default would,
/// and the golden hashes in the tests forbid that.
public enum RevisionHash {
    private static let prefix = "v1-"

    /// Hash of what instances are made from.
    ///
    /// - Parameters:
    ///   - template: with its image resolved.
    ///   - claims: name and access mode count; size and reclaim policy do not.
    ///   - secretValues: content of every secret that the template refers to. It enters as HMAC-SHA256, so that the
    ///     hash, which anybody may read, tells nothing about it. A reference without content differs from any content.
    ///   - installationKey: key of the HMAC.
    /// - Returns: `v1-` and 64 hexadecimal digits.
    public static func compute(
        template: InstanceTemplate, claims: [VolumeClaimTemplate], secretValues: [SecretReference: [UInt8]],
        installationKey: [UInt8]
    ) -> String {
        hash(document(template, claims, secretValues, installationKey))
    }

    /// Hash of a template as the user wrote it (`status.resolvedTemplateHash`): while it stays, no tag is resolved again.
    public static func templateHash(_ template: InstanceTemplate) -> String {
        hash(["template": encoded(template)])
    }

    /// Name of the Revision: `<set>-<10 hexadecimal digits>`.
    public static func name(set: String, hash: String) -> String {
        let digits = hash.hasPrefix(prefix) ? hash.dropFirst(prefix.count) : hash[...]
        return "\(set)-\(digits.prefix(10))"
    }

    /// What is hashed; the tests check it against another implementation.
    static func document(
        _ template: InstanceTemplate, _ claims: [VolumeClaimTemplate], _ secretValues: [SecretReference: [UInt8]],
        _ installationKey: [UInt8]
    ) -> JSONValue {
        var document = JSONObject([("template", encoded(template))])
        if !claims.isEmpty {
            let sorted = claims.sorted { $0.name < $1.name }
            document["claims"] = .array(
                sorted.map { claim in
                    var member = JSONObject([("name", .string(claim.name))])
                    if claim.spec.accessMode != VolumeClaimSpec().accessMode {
                        member["accessMode"] = .string(claim.spec.accessMode.rawValue)
                    }
                    return .object(member)
                })
        }
        let references = template.secretReferences
        if !references.isEmpty {
            document["secrets"] = .array(
                references.map { reference in
                    var member = JSONObject([("name", .string(reference.name)), ("key", .string(reference.key))])
                    member["hmac"] = secretValues[reference].map { .string(authenticationCode($0, installationKey)) }
                    return .object(member)
                })
        }
        return .object(document)
    }

    private static func encoded(_ template: InstanceTemplate) -> JSONValue {
        Codec<InstanceTemplate>.record.encode(template, .hashed)
    }

    private static func hash(_ document: JSONValue) -> String {
        prefix + hexadecimal(SHA256.hash(data: document.canonicalBytes()))
    }

    private static func authenticationCode(_ content: [UInt8], _ key: [UInt8]) -> String {
        hexadecimal(HMAC<SHA256>.authenticationCode(for: content, using: SymmetricKey(data: key)))
    }

    private static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}

extension InstanceTemplate {
    /// The keys of Secrets that the template refers to, each once, sorted by name and key.
    public var secretReferences: [SecretReference] {
        let all = spec.env.compactMap(\.secretRef) + spec.files.compactMap(\.secretRef)
        return Set(all).sorted { ($0.name, $0.key) < ($1.name, $1.key) }
    }
}
