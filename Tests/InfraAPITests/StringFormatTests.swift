import Ambient
import InfraAPI
import Testing

struct StringFormatTests {
    private static let samples: [(StringFormat, good: [String], bad: [String])] = [
        (.dns1123Label, ["a", "web-1", "0a"], ["", "A", "-a", "a-", "a.b", "a_b", "ä"]),
        (.dns1123Subdomain, ["a", "a.b-c.d"], ["", ".", "a..b", "a.", "A.b", "a.-b"]),
        (.portName, ["http", "a-1", "x"], ["", "1", "1-2", "a--b", "-a", "a-", "HTTP"]),
        (.labelKey, ["app", "imm.dev/set", "A_b.C"], ["", "/a", "a/", "a/b/c", "-a", "A.dev/x", "ä"]),
        (.labelValue, ["", "a", "A_b.c-d"], ["-", "a-", " ", "a b"]),
        (.envName, ["PATH", "_x", "a.b-c"], ["", "1A", "A=B", "A B"]),
        (.cIdentifier, ["a_1", "_"], ["", "1a", "a-b", "a.b"]),
        (.secretKey, ["tls.key", "a", "-"], ["", "a/b", "a b"]),
        (.absolutePath, ["/", "/a", "/a/b.c", "/..a"], ["", "a", "/a/", "//", "/a//b", "/a/../b", "/.", "/.."]),
        (.absolutePathBelowRoot, ["/a", "/a/..b/c"], ["", "/", "a", "/a/", "/./a"]),
        (.urlPath, ["/", "/a?b=c#d", "/a//b/"], ["", "a", "/a b", "/ä"]),
        (
            .imageReference,
            [
                "nginx", "nginx:1.27", "library/nginx", "localhost/app", "registry:5000/a/b:v1", "Registry.example/app",
                "a__b/c-d.e", "sha256:abc", "sha256:" + String(repeating: "a", count: 64),
                "nginx:1.27@sha256:" + String(repeating: "0", count: 64),
            ],
            [
                "", "Nginx", "nginx:", "nginx@", "nginx:a b", "a//b", "/a", "a/", "a___b", ":1", "a:b:c",
                "nginx@sha256:zz", "nginx@sha256:" + String(repeating: "0", count: 65) + "g",
            ]
        ),
        (.user, ["1000", "app", "1000:1000", "app:grp"], ["", ":", "a:", ":b", "a:b:c", "-a"]),
        (.networkName, ["bridge", "none", "my_net.1"], ["", "-a", "a b"]),
        (.percentage, ["0%", "25%", "100%"], ["", "%", "25", "101%", "025%", "-1%", "1.5%", "00%"]),
        (.octalMode, ["0444", "644", "0", "7", "00"], ["", "8", "0888", "07777", "0o444", "-1"]),
        (.base64, ["", "QQ==", "QUI=", "QUJD"], ["Q", "QQ", "QQ=", "Q===", "QQ==QQ==", "Q Q=", "===="]),
        (
            .engineURL, ["unix:///run/docker.sock", "tcp://127.0.0.1:2376", "tcp://a-b.example:1", "tcp://[::1]:2376"],
            [
                "", "unix://", "unix:///", "unix://a", "/run/x", "tcp://a", "unix:///a/", "tcp://:1", "tcp://a:",
                "tcp://a:1/b",
                "tcp://a:123456", "tcp://[]:1", "tcp://[g]:1", "tcp://-a:1", "http://a:1", "tcp://u@a:1",
            ]
        ),
        (
            .gitURL,
            [
                "https://git.example/team/fleet.git", "http://127.0.0.1:8080/a", "git://host/a", "ssh://git@host:22/a",
                "ssh://host/~a/b", "file:///srv/git/a.git", "https://[::1]:1/a",
            ],
            [
                "", "https://", "https://host", "https://host/", "https://user:secret@host/a", "ext::sh -c id",
                "git@host:a",
                "--upload-pack=x", "ssh://-oProxyCommand=x/a", "ssh://git@-o/a", "ssh://-u@host/a", "file://host/a",
                "/a",
                "https://host/a b", "https://host/a\n", "ftp://host/a", "file:///", "HTTPS://host/a",
            ]
        ),
        (
            .gitCommit, [String(repeating: "a", count: 40), String(repeating: "0", count: 64)],
            ["", "HEAD", String(repeating: "a", count: 41), String(repeating: "A", count: 40)]
        ),
        (
            .relativePath, [".", "a", "a/b", "..a/b..", "a b", ".git/x"],
            ["", "/", "/a", "a/", "a//b", "..", "../a", "a/..", "a/../b", "./a", "a/.", "a\nb"]
        ),
    ]

    @Test func `names of branches and tags follow git's own rules, and are never options`() {
        for name in ["main", "release/1.2", "v1.0", "feature@x", "ä"] { #expect(StringFormat.gitRefName.matches(name)) }
        for name in [
            "", "-x", "--upload-pack=x", "a..b", "a/", "/a", "a//b", ".a", "a/.b", "a.lock", "a.lock/b", "a.", "@",
            "a@{1}",
            "a b", "a~1", "a^", "a:b", "a?", "a*", "[a", "a\\b", "a\nb",
        ] {
            #expect(!StringFormat.gitRefName.matches(name), "\(name)")
        }
    }

    @Test func `every format accepts and refuses what it says, and its pattern agrees`() throws {
        for (format, good, bad) in StringFormatTests.samples {
            let pattern = try #require(format.pattern, "\(format)")
            let regex = try Regex(pattern)
            for text in good {
                #expect(format.matches(text), "\(format) should accept \"\(text)\"")
                #expect(text.wholeMatch(of: regex) != nil, "pattern of \(format) should accept \"\(text)\"")
            }
            for text in bad {
                #expect(!format.matches(text), "\(format) should refuse \"\(text)\"")
                #expect(text.wholeMatch(of: regex) == nil, "pattern of \(format) should refuse \"\(text)\"")
            }
        }
        let tested = Set(StringFormatTests.samples.map(\.0))
        #expect(StringFormat.allCases.filter { !tested.contains($0) } == [.text, .dateTime, .gitRefName])
    }

    @Test func `lengths of names are bounded`() {
        let label = String(repeating: "a", count: 63)
        #expect(StringFormat.dns1123Label.matches(label))
        #expect(!StringFormat.dns1123Label.matches(label + "a"))
        #expect(!StringFormat.labelValue.matches(label + "a"))
        #expect(!StringFormat.portName.matches(String(repeating: "a", count: 16)))
        let long = Array(repeating: label, count: 4).joined(separator: ".")
        #expect(!StringFormat.dns1123Subdomain.matches(long))
        #expect(!StringFormat.imageReference.matches(String(repeating: "a", count: 256)))
    }

    @Test func `times follow RFC 3339`() {
        #expect(StringFormat.dateTime.matches("2026-01-31T12:00:00.123456Z"))
        #expect(StringFormat.dateTime.matches("2026-01-31T12:00:00+02:00"))
        #expect(!StringFormat.dateTime.matches("2026-01-31"))
    }

    @Test func `an image reference is taken apart`() throws {
        let digest = "sha256:" + String(repeating: "0", count: 64)
        let full = try #require(ImageReference("registry:5000/a/b:v1@\(digest)"))
        #expect(full.repository == "registry:5000/a/b")
        #expect(full.tag == "v1")
        #expect(full.digest == digest)
        let identifier = try #require(ImageReference(digest))
        #expect(identifier.repository == "" && identifier.digest == digest && identifier.tag == nil)
        let plain = try #require(ImageReference("nginx"))
        #expect(plain.repository == "nginx" && plain.digest == nil && plain.tag == nil)
    }

    @Test func `base64 is read back to the same bytes`() {
        var random = Seeded(seed: 3)
        for length in 0..<100 {
            let bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
            #expect(Base64.decode(Base64.encode(bytes)) == bytes)
        }
        #expect(Base64.encode(Array("Man".utf8)) == "TWFu")
        #expect(Base64.encode(Array("Ma".utf8)) == "TWE=")
        #expect(Base64.decode("TWF=") == nil, "bits that carry nothing must be zero")
    }
}
