import APIClient
import APIServer
import Ambient
import HTTPTransport
import JSON
import ResourceAPI
import Testing

/// The system's randomness under a clock that the test moves.
final class MovedTime: TimeSource {
    private let system: any TimeSource = Surroundings.system.time
    private let offset = Guarded(Duration.zero)

    var now: Timestamp { system.now + offset.withLock { $0 } }
    var uptime: Duration { system.uptime }
    func sleep(for duration: Duration) async throws { try await system.sleep(for: duration) }
    func pass(_ duration: Duration) { offset.withLock { $0 += duration } }
}

@Suite struct TokenTests {
    private let path = "/imm/v1/tokens"

    private func make(_ fixture: SecureFixture, _ body: JSONValue) async throws -> (code: Int, json: JSONValue) {
        let answer = try await fixture.answer(fixture.admin(), path, method: .post, body: body)
        return (answer.code, answer.json)
    }

    @Test func `a token is told once, and only its hash is kept`() async throws {
        try await SecureFixture.run { fixture in
            let made = try await make(fixture, ["name": "ci", "admin": true])
            let token = try #require(made.json["token"]?.stringValue)
            #expect(made.code == 201 && token.hasPrefix("imm1.ci.") && token.utf8.count == 72)
            let admin = fixture.client(nil, token: token)
            #expect(try await fixture.code(admin, "/api/v1/secrets") == 200)
            let listed = try await fixture.answer(fixture.admin(), path)
            let entry = try #require(listed.json["tokens"]?.arrayValue?.first)
            #expect(entry["name"] == "ci" && entry["createdBy"] == "root" && entry["lastUsedAt"] != nil)
            #expect(entry["digest"] == nil && !listed.json.encodedString().contains(token.suffix(64)))
        }
    }

    @Test func `a wrong token gets 401, whatever is wrong with it`() async throws {
        try await SecureFixture.run { fixture in
            let made = try await make(fixture, ["name": "ci", "admin": true])
            let token = try #require(made.json["token"]?.stringValue)
            let wrong = [
                String(token.dropLast()) + (token.hasSuffix("0") ? "1" : "0"), "imm1.ci.", "imm1..x", "imm2" + token,
                "imm1.other." + token.suffix(64), "x", String(repeating: "a", count: 10_000),
            ]
            for text in wrong {
                let answer = try await fixture.answer(fixture.client(nil, token: text), setsPath)
                #expect(answer.code == 401 && answer.json["kind"] == "Status", "\(text)")
                #expect(
                    answer.json["message"] == "Unauthorized: the token is not known, was revoked or has expired")
            }
        }
    }

    @Test func `a token ends when it is revoked`() async throws {
        try await SecureFixture.run { fixture in
            let made = try await make(fixture, ["name": "ci", "admin": true])
            let token = made.json["token"]?.stringValue
            let revoked = try await fixture.answer(fixture.admin(), path + "/ci/revoke", method: .post)
            #expect(revoked.code == 200)
            #expect(try await fixture.code(fixture.client(nil, token: token), setsPath) == 401)
            let again = try await fixture.answer(fixture.admin(), path + "/ci/revoke", method: .post)
            #expect(again.code == 404 && again.json["reason"] == "NotFound")
        }
    }

    @Test func `a token ends when its time is over`() async throws {
        let time = MovedTime()
        let surroundings = Surroundings(time: time, randomness: Surroundings.system.randomness)
        try await SecureFixture.run(surroundings: surroundings) { fixture in
            let made = try await make(fixture, ["name": "ci", "admin": true, "expiresInSeconds": 60])
            let token = made.json["token"]?.stringValue
            #expect(try await fixture.code(fixture.client(nil, token: token), setsPath) == 200)
            time.pass(.seconds(61))
            #expect(try await fixture.code(fixture.client(nil, token: token), setsPath) == 401)
        }
    }

    @Test func `a name is used once, and senseless requests are refused`() async throws {
        try await SecureFixture.run { fixture in
            _ = try await make(fixture, ["name": "ci"])
            #expect(try await make(fixture, ["name": "ci"]).code == 409)
            let bad: [JSONValue] = [
                [:], ["name": "a.b"], ["name": "A"], ["name": ""], ["name": "x", "user": "imm:owner"],
                ["name": "x", "expiresInSeconds": 0], ["name": "x", "expiresInSeconds": "1h"],
            ]
            for body in bad {
                let answer = try await make(fixture, body)
                #expect(answer.code == 400, "\(body.encodedString())")
            }
        }
    }

    @Test func `nobody but an administrator makes, sees or revokes tokens`() async throws {
        try await SecureFixture.run { fixture in
            let answer = try await fixture.answer(fixture.user("alice"), path)
            #expect(answer.code == 403)
            #expect(
                answer.json["message"] == #"forbidden: User "alice" cannot get path "/imm/v1/tokens""#)
            let made = try await fixture.answer(fixture.user("alice"), path, method: .post, body: ["name": "x"])
            #expect(made.code == 403)
            #expect(try await fixture.code(fixture.client(nil), path) == 401)
        }
    }
}
