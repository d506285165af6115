import Ambient
import Crypto
import InfraAPI
import RequestSyntax

/// How a sender proves that a request is its own. Each way costs one HMAC over the whole body, whatever the headers say.
///
/// - GitHub: `X-Hub-Signature-256: sha256=HEX`, HMAC-SHA256 of the body.
/// - Gitea, Forgejo: `X-Gitea-Signature: HEX`, the same.
/// - GitLab: with a signing token (`whsec_` and base64) `webhook-signature: v1,BASE64` of `ID.SECONDS.BODY`, as Standard Webhooks
///   has it; with any other the token itself in `X-Gitlab-Token`, which proves nothing about the body.
/// - Generic: `Imm-Signature: t=SECONDS,v1=HEX` of `SECONDS.BODY`.
struct WebhookSignature: Sendable {
    /// How far a time that is signed may be from ours.
    static let tolerance = Duration.seconds(300)
    /// Signatures in one header, while a sender changes its secret.
    private static let maximumCandidates = 8
    private static let signingTokenPrefix = "whsec_"

    let kind: GitWebhook.Kind
    /// The secret as the Secret has it; a line's end behind it does not count.
    private let secret: [UInt8]

    /// nil with an empty secret, or one of zeros, which is the same key: anybody could sign with it.
    init?(_ kind: GitWebhook.Kind, secret: [UInt8]) {
        let isLineEnd: (UInt8) -> Bool = { $0 == 0x0A || $0 == 0x0D }
        self.kind = kind
        self.secret = Array(secret.reversed().drop(while: isLineEnd).reversed())
        guard self.secret.contains(where: { $0 != 0 }) else { return nil }
    }

    /// What a request that nobody could have signed is compared with.
    static let ofNobody = WebhookSignature(.generic, key: Array("nobody".utf8))

    private init(_ kind: GitWebhook.Kind, key: [UInt8]) { (self.kind, secret) = (kind, key) }

    /// What tells this delivery from all others; nil when it is not the sender's, or too old.
    func marks(of request: WebhookRequest, now: Timestamp) -> [String]? {
        let claim = WebhookClaim(kind, request, secret: secret)
        let code = claim.code(of: request.body)
        let isSigned = claim.codes.prefix(WebhookSignature.maximumCandidates).reduce(false) { found, candidate in
            ConstantTime.isEqual(code, candidate) || found
        }
        guard isSigned || claim.showsSecret, claim.isCurrent(now) else { return nil }
        return claim.marks(code)
    }

    /// What the headers claim.
    private struct WebhookClaim {
        var key: [UInt8]
        /// What is signed before the body.
        var prefix: [UInt8] = []
        var codes: [[UInt8]] = []
        /// Whether the secret itself was sent.
        var showsSecret = false
        /// Seconds since 1970, where they are signed.
        var time: Int?
        var isTimed = false
        /// The sender's own name of the delivery.
        var delivery: String?

        init(_ kind: GitWebhook.Kind, _ request: WebhookRequest, secret: [UInt8]) {
            key = secret
            switch kind {
            case .github: readGitHub(request)
            case .gitea: readGitea(request)
            case .generic: readGeneric(request)
            case .gitlab: readGitLab(request, secret)
            }
        }

        func code(of body: [UInt8]) -> [UInt8] {
            var hmac = HMAC<SHA256>(key: SymmetricKey(data: key))
            hmac.update(data: prefix)
            hmac.update(data: body)
            return Array(hmac.finalize())
        }

        func isCurrent(_ now: Timestamp) -> Bool {
            guard isTimed else { return true }
            guard let time, (0..<1 << 40).contains(time) else { return false }
            let distance = now - Timestamp(microsecondsSinceEpoch: Int64(time) * 1_000_000)
            return distance <= WebhookSignature.tolerance && distance >= .zero - WebhookSignature.tolerance
        }

        /// The signature counts too: a delivery's own name is mostly not signed. Where nothing is signed, the name alone, and the
        /// body only without one.
        func marks(_ code: [UInt8]) -> [String] {
            let name = delivery.map { "id:\($0)" }
            if showsSecret, let name { return [name] }
            return ["code:\(Base64.encode(code))"] + (name.map { [$0] } ?? [])
        }

        private mutating func readGitHub(_ request: WebhookRequest) {
            delivery = request.header("X-GitHub-Delivery")
            guard let text = request.header("X-Hub-Signature-256"), text.hasPrefix("sha256=") else { return }
            codes = [Hexadecimal.decode(text.dropFirst(7))].compactMap { $0 }
        }

        private mutating func readGitea(_ request: WebhookRequest) {
            delivery = request.header("X-Gitea-Delivery")
            codes = [request.header("X-Gitea-Signature").flatMap { Hexadecimal.decode($0[...]) }].compactMap { $0 }
        }

        private mutating func readGeneric(_ request: WebhookRequest) {
            isTimed = true
            for part in (request.header("Imm-Signature") ?? "").split(separator: ",") {
                let halves = part.trimmingSpaces.split(separator: "=", maxSplits: 1)
                guard halves.count == 2 else { continue }
                switch halves[0] {
                case "t":
                    time = Int(halves[1])
                    prefix = Array("\(halves[1]).".utf8)
                case "v1": if let code = Hexadecimal.decode(halves[1]) { codes.append(code) }
                default: continue
                }
            }
        }

        private mutating func readGitLab(_ request: WebhookRequest, _ secret: [UInt8]) {
            delivery = request.header("webhook-id") ?? request.header("Idempotency-Key")
            let text = String(decoding: secret, as: UTF8.self)
            guard text.hasPrefix(WebhookSignature.signingTokenPrefix) else {
                let token = Array((request.header("X-Gitlab-Token") ?? "").utf8)
                showsSecret = ConstantTime.isEqual(token, secret)
                return
            }
            isTimed = true
            let seconds = request.header("webhook-timestamp") ?? ""
            time = Int(seconds)
            prefix = Array("\(request.header("webhook-id") ?? "").\(seconds).".utf8)
            // One that is no base64 is nobody's key: the codes stay empty.
            guard let decoded = Base64.decode(String(text.dropFirst(WebhookSignature.signingTokenPrefix.count))),
                !decoded.isEmpty
            else { return }
            key = decoded
            codes = (request.header("webhook-signature") ?? "").split(separator: " ")
                .filter { $0.hasPrefix("v1,") }.compactMap { Base64.decode(String($0.dropFirst(3))) }
        }
    }
}
