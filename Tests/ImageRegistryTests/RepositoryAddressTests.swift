import Testing

@testable import ImageRegistry

@Suite struct RepositoryAddressTests {
    @Test(arguments: [
        ("nginx", "docker.io", "library/nginx", "https://registry-1.docker.io"),
        ("team/app", "docker.io", "team/app", "https://registry-1.docker.io"),
        ("docker.io/nginx", "docker.io", "library/nginx", "https://registry-1.docker.io"),
        ("index.docker.io/team/app", "docker.io", "team/app", "https://registry-1.docker.io"),
        ("ghcr.io/team/app", "ghcr.io", "team/app", "https://ghcr.io"),
        ("registry.example:5000/a/b/c", "registry.example:5000", "a/b/c", "https://registry.example:5000"),
        ("localhost/app", "localhost", "app", "http://localhost"),
        ("localhost:5000/app", "localhost:5000", "app", "http://localhost:5000"),
        ("127.0.0.1:5000/app", "127.0.0.1:5000", "app", "http://127.0.0.1:5000"),
        ("127.255.0.9/app", "127.255.0.9", "app", "http://127.255.0.9"),
        ("127.example.com/app", "127.example.com", "app", "https://127.example.com"),
        ("127.0.0.1.example.com/app", "127.0.0.1.example.com", "app", "https://127.0.0.1.example.com"),
        ("localhost.example.com/app", "localhost.example.com", "app", "https://localhost.example.com"),
        ("Registry/app", "Registry", "app", "https://Registry"),
        ("10.0.0.1:5000/app", "10.0.0.1:5000", "app", "https://10.0.0.1:5000"),
    ])
    func `a name is read as Docker reads it, and only this machine is asked in the clear`(
        name: String, registry: String, path: String, base: String
    ) {
        let address = RepositoryAddress(name)
        #expect(address.registry == registry && address.path == path && address.origin.base == base)
    }

    @Test func `loopback is an address, not the beginning of a name`() {
        for host in ["[::1]", "[::1]:5000", "localhost:1", "127.0.0.1"] { #expect(RegistryOrigin.isLoopback(host)) }
        for host in ["[::1]x", "[::2]", "127.0.0", "127.0.0.256", "127.0.0.1a", "localhosts", ""] {
            #expect(!RegistryOrigin.isLoopback(host), "\(host)")
        }
    }
}

@Suite struct BearerChallengeTests {
    @Test(
        arguments: [
            (
                #"Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:a:pull""#,
                "https://auth.docker.io/token", "registry.docker.io"
            ),
            (#"bearer service=x , realm="https://a/\"t\"""#, #"https://a/"t""#, "x"),
            (#"Basic realm="a, Bearer b", Bearer realm="https://t/""#, "https://t/", nil),
            (#"Negotiate, Bearer realm="https://t/""#, "https://t/", nil),
            (#"Basic realm="x""#, nil, nil), ("", nil, nil), ("Bearer", nil, nil), (#"Bearer scope="a""#, nil, nil),
            (#"Bearer realm="https://unclosed"#, "https://unclosed", nil),
        ] as [(String, String?, String?)])
    func `a challenge is found among others`(header: String, realm: String?, service: String?) {
        let challenge = BearerChallenge(header)
        #expect(challenge?.realm == realm && challenge?.service == service)
    }

    @Test(
        arguments: [
            ("https://auth.example/token?a=b", "https://auth.example", "/token?a=b"),
            ("https://auth.example", "https://auth.example", "/"),
            ("https://auth.example:8443?x=y", "https://auth.example:8443", "/?x=y"),
            ("http://127.0.0.1:5000/token", "http://127.0.0.1:5000", "/token"),
            ("http://127.0.0.1:5001/token", nil, nil), ("http://auth.example/token", nil, nil),
            ("https://user:pw@auth.example/", nil, nil), ("https:///token", nil, nil),
            ("ftp://auth.example/", nil, nil),
            ("file:///etc/passwd", nil, nil), ("https://auth.example/\u{7F}", nil, nil), ("https://a#b", nil, nil),
            ("https://auth.example\\@evil/", nil, nil), ("/token", nil, nil),
        ] as [(String, String?, String?)])
    func `a token is fetched by https, or from the registry itself`(realm: String, base: String?, path: String?) throws
    {
        let challenge = try #require(BearerChallenge("Bearer realm=\"\(realm.replacing("\\", with: "\\\\"))\""))
        let registry = RegistryOrigin(isEncrypted: false, host: "127.0.0.1:5000")
        let place = challenge.place(askedBy: registry)
        #expect(place?.origin.base == base && place?.path == path)
    }
}
