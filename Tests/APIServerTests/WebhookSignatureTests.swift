import Ambient
import Crypto
import HTTPTypes
import InfraAPI
import Testing

@testable import APIServer

@Suite struct WebhookSignatureTests {
    private static let now = 1_614_265_330

    private static func time(_ seconds: Int) -> Timestamp {
        Timestamp(microsecondsSinceEpoch: Int64(seconds) * 1_000_000)
    }

    private func marks(
        _ kind: GitWebhook.Kind, secret: String, _ headers: [String: String], body: String, at seconds: Int = now
    ) throws -> [String]? {
        var fields = HTTPFields()
        for (name, value) in headers { fields[try #require(HTTPField.Name(name))] = value }
        let request = WebhookRequest(headers: fields, body: Array(body.utf8), mediaType: "application/json")
        return WebhookSignature(kind, secret: Array(secret.utf8))?
            .marks(of: request, now: WebhookSignatureTests.time(seconds))
    }

    /// https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
    @Test func `the example of GitHub's documentation is signed`() throws {
        let secret = "It's a Secret to Everybody"
        let signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
        let marks = try marks(
            .github, secret: secret, ["X-Hub-Signature-256": signature, "X-GitHub-Delivery": "one"],
            body: "Hello, World!")
        #expect(marks == ["code:dXEH6g6yUJ/CESIczphLijdXC211hsIsRvQ3nIsEPhc=", "id:one"])
        let wrong: [(secret: String, signature: String, body: String)] = [
            (secret, signature, "Hello, World?"), (secret + "x", signature, "Hello, World!"),
            (secret, signature.replacing("757107", with: "757108"), "Hello, World!"),
            (secret, String(signature.dropLast(2)), "Hello, World!"), (secret, "sha256=", "Hello, World!"),
            (secret, "", "Hello, World!"), (secret, signature.replacing("sha256=", with: "sha1="), "Hello, World!"),
            (secret, signature.replacing("sha256=", with: ""), "Hello, World!"),
            (secret, "sha256=zz" + signature.dropFirst(9), "Hello, World!"),
        ]
        for (secret, signature, body) in wrong {
            let found = try self.marks(.github, secret: secret, ["X-Hub-Signature-256": signature], body: body)
            #expect(found == nil, "\(signature) of \(body)")
        }
    }

    /// The example of https://docs.svix.com/receiving/verifying-payloads/how-manual, which Standard Webhooks comes from.
    @Test func `a signing token of GitLab is that of Standard Webhooks`() throws {
        let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
        let headers = [
            "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek", "webhook-timestamp": "1614265330",
            "webhook-signature": "v1a,xyz v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        ]
        let body = #"{"test": 2432232314}"#
        let signed = try #require(try marks(.gitlab, secret: secret, headers, body: body))
        #expect(signed.last == "id:msg_p5jXN8AQM9LWM0D4loKWxJek" && signed.count == 2)
        for (name, value) in [
            ("webhook-id", "msg_other"), ("webhook-timestamp", "1614265331"), ("webhook-signature", "v1,AAAA"),
            ("webhook-timestamp", ""), ("webhook-signature", ""),
        ] {
            var changed = headers
            changed[name] = value
            #expect(try marks(.gitlab, secret: secret, changed, body: body) == nil, "\(name): \(value)")
        }
        // With a signing token the plain one proves nothing.
        #expect(try marks(.gitlab, secret: secret, ["X-Gitlab-Token": secret], body: body) == nil)
        #expect(try marks(.gitlab, secret: "whsec_!!", headers, body: body) == nil)
        #expect(try marks(.gitlab, secret: secret, headers, body: body, at: Self.now + 301) == nil)
    }

    @Test func `a plain token of GitLab is compared as a whole`() throws {
        let headers = ["X-Gitlab-Token": "secret", "Idempotency-Key": "k1"]
        #expect(try marks(.gitlab, secret: "secret", headers, body: "{}") == ["id:k1"])
        #expect(try marks(.gitlab, secret: "secret", ["X-Gitlab-Token": "secret"], body: "{}")?.count == 1)
        for token in ["", "secre", "secrets", "Secret"] {
            #expect(try marks(.gitlab, secret: "secret", ["X-Gitlab-Token": token], body: "{}") == nil)
        }
        #expect(try marks(.gitlab, secret: "secret", [:], body: "{}") == nil)
    }

    @Test func `Gitea signs the body in plain hexadecimal`() throws {
        let code = sign("key", "{}")
        let headers = ["X-Gitea-Signature": code, "X-Gitea-Delivery": "d"]
        #expect(try marks(.gitea, secret: "key", headers, body: "{}")?.last == "id:d")
        #expect(try marks(.gitea, secret: "key", ["X-Gitea-Signature": code.uppercased()], body: "{}") != nil)
        #expect(try marks(.gitea, secret: "key", headers, body: "{ }") == nil)
        #expect(try marks(.gitea, secret: "key", ["X-Hub-Signature-256": "sha256=\(code)"], body: "{}") == nil)
    }

    @Test(arguments: [(0, true), (300, true), (-300, true), (301, false), (-301, false), (86_400, false)])
    func `a generic signature is good for five minutes`(age: Int, isGood: Bool) throws {
        let signed = "t=\(Self.now),v1=\(sign("key", "\(Self.now).{}"))"
        let marks = try marks(.generic, secret: "key", ["Imm-Signature": signed], body: "{}", at: Self.now + age)
        #expect((marks != nil) == isGood)
    }

    @Test func `a generic signature covers time and body, and may be one of several`() throws {
        let code = sign("key", "\(Self.now).body")
        let good = [
            "t=\(Self.now),v1=\(code)", "t=\(Self.now), v1=\(sign("old", "x")), v1=\(code)", "v1=\(code),t=\(Self.now)",
        ]
        for header in good {
            #expect(try marks(.generic, secret: "key", ["Imm-Signature": header], body: "body") != nil, "\(header)")
        }
        let many = Array(repeating: "v1=\(sign("old", "x"))", count: 8).joined(separator: ",")
        let bad = [
            "t=\(Self.now + 1),v1=\(code)", "v1=\(code)", "t=,v1=\(code)", "t=\(Self.now)", "t=\(Self.now),v1=", "",
            "t=\(Self.now),v0=\(code)", "t=\(Self.now),\(many),v1=\(code)", "t=99999999999999999999,v1=\(code)",
        ]
        for header in bad {
            #expect(try marks(.generic, secret: "key", ["Imm-Signature": header], body: "body") == nil, "\(header)")
        }
        let header = ["Imm-Signature": good[0]]
        #expect(try marks(.generic, secret: "key", header, body: "other") == nil)
    }

    @Test func `an empty secret signs nothing, and a line's end behind one does not count`() throws {
        #expect(WebhookSignature(.github, secret: []) == nil)
        #expect(WebhookSignature(.github, secret: Array("\r\n".utf8)) == nil)
        // HMAC fills keys up with zeros: these are the empty one.
        #expect(WebhookSignature(.github, secret: [0, 0]) == nil)
        let headers = ["X-Gitea-Signature": sign("key", "{}")]
        #expect(try marks(.gitea, secret: "key\n", headers, body: "{}") != nil)
        var fields = HTTPFields()
        fields[try #require(HTTPField.Name("Imm-Signature"))] = "t=\(Self.now),v1=\(sign("", "\(Self.now)."))"
        let ofNobody = WebhookRequest(headers: fields, body: [], mediaType: "")
        #expect(WebhookSignature.ofNobody.marks(of: ofNobody, now: Self.time(Self.now)) == nil)
    }
}

/// HMAC-SHA256 in hexadecimal.
func sign(_ key: String, _ text: String) -> String {
    let code = HMAC<SHA256>.authenticationCode(
        for: Array(text.utf8), using: SymmetricKey(data: Array(key.utf8)))
    return Array(code).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}
