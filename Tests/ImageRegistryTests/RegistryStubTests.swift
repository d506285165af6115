import Ambient
import ImageRegistry
import Testing

@Suite struct RegistryStubTests {
    private static let digest = "sha256:" + String(repeating: "0a", count: 32)

    private func client(_ change: (inout RegistryLimits) -> Void = { _ in }) -> RegistryClient {
        var limits = RegistryLimits()
        change(&limits)
        return RegistryClient(SystemTime(), limits: limits)
    }

    private func failure(_ body: () async throws(RegistryError) -> Void) async -> RegistryError? {
        do throws(RegistryError) {
            try await body()
            return nil
        } catch { return error }
    }

    /// A registry that gives tokens: any deviation from the specification is a 400.
    private static func strict(_ question: StubRegistry.Question, _ registry: StubRegistry) -> StubRegistry.Answer {
        let isToken = question.headers["authorization"]
        switch question.line {
        case "GET /token?account=none&service=the%20stub&scope=repository:team/app:pull":
            return isToken == nil ? .init(body: #"{"token":"abc","expires_in":60}"#) : .init(status: 400)
        case "GET /v2/team/app/tags/list?n=2", "GET /v2/team/app/tags/list?n=2&last=2",
            "HEAD /v2/team/app/manifests/1":
            break
        default: return .init(status: 400)
        }
        guard isToken == "Bearer abc" else {
            let realm = #"realm="http://\#(registry.address)/token?account=none""#
            return .init(
                status: isToken == nil ? 401 : 400,
                headers: [
                    "WWW-Authenticate":
                        #"Basic realm="x, y", Bearer \#(realm),service="the stub",scope="registry:catalog:*""#
                ])
        }
        if question.line.hasPrefix("HEAD") { return .init(headers: ["Docker-Content-Digest": digest]) }
        guard question.line.hasSuffix("n=2") else { return .init(body: #"{"name":"team/app","tags":["3"]}"#) }
        return .init(
            headers: ["Link": #"</v2/team/app/tags/list?n=2&last=2>; rel="next""#],
            body: #"{"name":"team/app","tags":["1","2"]}"#)
    }

    @Test func `a token is asked for once, for reading this repository alone, and serves every page`() async throws {
        try await StubRegistry.with(Self.strict) { registry in
            let client = client { $0.pageSize = 2 }
            let tags = try await client.tags(of: "\(registry.address)/team/app")
            #expect(tags == ["1", "2", "3"])
            #expect(
                registry.questions.map(\.line) == [
                    "GET /v2/team/app/tags/list?n=2",
                    "GET /token?account=none&service=the%20stub&scope=repository:team/app:pull",
                    "GET /v2/team/app/tags/list?n=2", "GET /v2/team/app/tags/list?n=2&last=2",
                ])
            let digest = try await client.digest(of: "\(registry.address)/team/app", tag: "1")
            #expect(digest == Self.digest)
            let accept = registry.questions.last?.headers["accept"] ?? ""
            #expect(accept.hasPrefix("application/vnd.oci.image.index.v1+json, "))
            #expect(accept.contains("application/vnd.docker.distribution.manifest.v2+json"))
        }
    }

    @Test func `a login is told to the server of the tokens, and the token alone to the registry`() async throws {
        let basic = "Basic " + Base64.encode(Array("imm:secret".utf8))
        try await StubRegistry.with({ question, registry in
            let authorization = question.headers["authorization"]
            if question.line.hasPrefix("GET /token") {
                return authorization == basic ? .init(body: #"{"token":"abc"}"#) : .init(status: 401)
            }
            guard authorization == "Bearer abc" else {
                return .init(
                    status: authorization == nil ? 401 : 400,
                    headers: ["WWW-Authenticate": "Bearer realm=\"http://\(registry.address)/token\""])
            }
            return .init(body: #"{"tags":["1"]}"#)
        }) { registry in
            let tags = try await client().tags(
                of: "\(registry.address)/x", as: RegistryLogin(username: "imm", password: "secret"))
            #expect(tags == ["1"])
        }
    }

    @Test func `a token is fetched from nobody who could read along`() async throws {
        try await StubRegistry.with({ _, _ in .init() }) { other in
            let realm = "http://\(other.address)/token"
            try await StubRegistry.with({ _, _ in
                .init(status: 401, headers: ["WWW-Authenticate": "Bearer realm=\"\(realm)\""])
            }) { registry in
                let error = await failure { () throws(RegistryError) in
                    _ = try await client().tags(of: "\(registry.address)/x")
                }
                #expect(error?.kind == .refused && registry.questions.count == 1)
            }
            #expect(other.questions.isEmpty)
        }
    }

    @Test func `a token that does not help, or is none, ends it`() async throws {
        for (body, kind) in [
            (#"{"token":"abc"}"#, RegistryError.Kind.denied), (#"{"token":"a\nb"}"#, .refused), ("{}", .denied),
            (#"{"token":"\#(String(repeating: "a", count: 20_000))"}"#, .refused),
        ] {
            try await StubRegistry.with({ question, registry in
                if question.line.hasPrefix("GET /token") { return .init(body: body) }
                return .init(
                    status: 401, headers: ["WWW-Authenticate": "Bearer realm=\"http://\(registry.address)/token\""],
                    body: #"{"errors":[{"code":"UNAUTHORIZED","message":"authentication required"}]}"#)
            }) { registry in
                let error = await failure { () throws(RegistryError) in
                    _ = try await client().tags(of: "\(registry.address)/x")
                }
                #expect(error?.kind == kind, "\(error?.message ?? "")")
                #expect(error?.message.contains("abc") == false, "a token is told to nobody")
                #expect(registry.questions.count <= 3)
            }
        }
    }

    @Test(arguments: [
        (404, RegistryError.Kind.notFound), (403, .denied), (401, .denied), (429, .limited), (500, .unreachable),
        (503, .unreachable), (302, .refused), (204, .refused),
    ])
    func `an answer without a result is told by what it means`(status: Int, kind: RegistryError.Kind) async throws {
        try await StubRegistry.with({ _, registry in
            .init(
                status: status, headers: ["Location": "http://\(registry.address)/v2/elsewhere"],
                body: #"{"errors":[{"code":"NAME_UNKNOWN","message":"no\u001b[31m such name"}]}"#)
        }) { registry in
            let error = await failure { () throws(RegistryError) in
                _ = try await client().tags(of: "\(registry.address)/x")
            }
            #expect(error?.kind == kind && registry.questions.count == 1)
            #expect(error?.message.contains("\u{1B}") == false)
            if status == 404 { #expect(error?.message.contains("(NAME_UNKNOWN: no[31m such name)") == true) }
        }
    }

    @Test func `the next page is followed in the same list alone, and not without end`() async throws {
        for (link, kind) in [
            ("</v2/x/tags/list?n=1>; rel=\"next\"", RegistryError.Kind.tooLarge),
            ("<http://example.com/v2/x/tags/list?n=1>; rel=\"next\"", .refused),
            ("</v2/y/tags/list?n=1>; rel=\"next\"", .refused), ("</etc/passwd>; rel=next", .refused),
        ] {
            try await StubRegistry.with({ _, _ in .init(headers: ["Link": link], body: #"{"tags":["a"]}"#) }) {
                registry in
                let error = await failure { () throws(RegistryError) in
                    _ = try await client { $0.maxPages = 5 }.tags(of: "\(registry.address)/x")
                }
                #expect(error?.kind == kind, "\(link)")
                #expect(registry.questions.count == (kind == .tooLarge ? 5 : 1))
            }
        }
        try await StubRegistry.with({ question, registry in
            let isFirst = question.line.hasSuffix("n=1000")
            let link = "<http://\(registry.address)/v2/x/tags/list?last=a>; rel=\"next\""
            return .init(
                headers: isFirst ? ["Link": link] : [:], body: isFirst ? #"{"tags":["a"]}"# : #"{"tags":null}"#)
        }) { registry in
            let tags = try await client().tags(of: "\(registry.address)/x")
            #expect(tags == ["a"])
        }
    }

    @Test func `lists have a limit, and what is no tag is left out`() async throws {
        try await StubRegistry.with({ _, _ in .init(body: #"{"tags":["a","-b","c/d","e f","","v1.0_x"]}"#) }) {
            registry in
            let name = "\(registry.address)/x"
            let tags = try await client().tags(of: name)
            #expect(tags == ["a", "v1.0_x"])
            let many = await failure { () throws(RegistryError) in
                _ = try await client { $0.maxTags = 1 }.tags(of: name)
            }
            #expect(many?.kind == .tooLarge)
            let large = await failure { () throws(RegistryError) in
                _ = try await client { $0.maxResponseBytes = 10 }.tags(of: name)
            }
            #expect(large?.kind == .tooLarge)
        }
        for body in ["", "[]", "{}", #"{"tags":"a"}"#, "{"] {
            try await StubRegistry.with({ _, _ in .init(body: body) }) { registry in
                let error = await failure { () throws(RegistryError) in
                    _ = try await client().tags(of: "\(registry.address)/x")
                }
                #expect(error?.kind == .refused, "\(body)")
            }
        }
    }

    @Test func `a registry that says nothing is waited for only so long, and one that is not there is unreachable`()
        async throws
    {
        try await StubRegistry.with({ _, _ in .init(isSilent: true) }) { registry in
            let error = await failure { () throws(RegistryError) in
                _ = try await client { $0.requestTimeout = .milliseconds(100) }.tags(of: "\(registry.address)/x")
            }
            #expect(error?.kind == .unreachable)
        }
        let error = await failure { () throws(RegistryError) in _ = try await client().tags(of: "127.0.0.1:1/x") }
        #expect(error?.kind == .unreachable)
    }

    @Test func `a digest that is none is not believed`() async throws {
        for digest in [nil, "", "sha256:12", "md5:" + String(repeating: "0", count: 64), Self.digest.uppercased()] {
            try await StubRegistry.with({ _, _ in
                .init(headers: digest.map { ["Docker-Content-Digest": $0] } ?? [:])
            }) { registry in
                let error = await failure { () throws(RegistryError) in
                    _ = try await client().digest(of: "\(registry.address)/x", tag: "1")
                }
                #expect(error?.kind == .refused, "\(digest ?? "none")")
                let tag = await failure { () throws(RegistryError) in
                    _ = try await client().digest(of: "\(registry.address)/x", tag: "../1")
                }
                #expect(tag?.kind == .refused && registry.questions.count == 1)
            }
        }
    }
}
