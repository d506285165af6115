import InfraAPI
import JSON
import Testing

struct GitSourceValidationTests {
    private func problems(_ change: (inout GitSource) -> Void) -> [String] {
        var source = GitSource()
        source.metadata = ObjectMeta(name: "fleet", namespace: "shop")
        source.spec.url = "https://git.example/fleet.git"
        change(&source)
        return GitSource.resourceType.validate(source.json).map(\.path.description)
    }

    @Test func `a source needs nothing but a url`() throws {
        #expect(problems { _ in } == [])
        let stored = GitSource.resourceType.defaulted(["spec": ["url": "https://git.example/a.git"]])
        let source = try GitSource(json: stored)
        #expect(source.spec.intervalSeconds == 60 && source.spec.prune.enabled && source.spec.drift == .revert)
        #expect(source.spec.prune.maxDeletions == .string("25%"))
    }

    @Test func `one thing is followed`() {
        func reference(_ change: (inout GitReference) -> Void) -> [String] {
            problems { source in
                var reference = GitReference()
                change(&reference)
                source.spec.ref = reference
            }
        }
        #expect(reference { _ in } == ["spec.ref"])
        #expect(reference { $0.branch = "main" } == [])
        #expect(reference { ($0.branch, $0.tag) = ("main", "v1") } == ["spec.ref"])
        #expect(reference { $0.semver = ">=1 <2" } == [])
        #expect(reference { $0.semver = "newest" } == ["spec.ref.semver"])
        #expect(reference { $0.branch = "--upload-pack=touch" } == ["spec.ref.branch"])
        #expect(reference { $0.commit = "abc" } == ["spec.ref.commit"])
    }

    @Test func `a password goes nowhere in the open`() {
        for (url, isFine) in [
            ("https://h/a", true), ("ssh://git@h/a", true), ("http://h/a", false), ("git://h/a", false),
            ("file:///a", false),
        ] {
            let found = problems {
                $0.spec.url = url
                $0.spec.credentials = GitCredentials()
                $0.spec.credentials?.secretRef.name = "git"
            }
            #expect(found == (isFine ? [] : ["spec.credentials"]), "\(url)")
        }
    }

    @Test func `proposals go to a branch of their own, for images that are named alone`() {
        func updates(_ image: String, semver: String? = nil, pattern: String? = nil, branch: String = "updates")
            -> [String]
        {
            problems { source in
                var policy = GitImagePolicy()
                (policy.image, policy.semver, policy.pattern) = (image, semver, pattern)
                var updates = GitImageUpdates()
                (updates.branch, updates.images) = (branch, [policy])
                source.spec.imageUpdates = updates
                source.spec.ref = GitReference()
                source.spec.ref?.branch = "main"
            }
        }
        #expect(updates("registry:5000/app", semver: "^1") == [])
        #expect(updates("app", pattern: "build-*") == [])
        #expect(updates("app:1", semver: "^1") == ["spec.imageUpdates.images[0].image"])
        #expect(updates("app") == ["spec.imageUpdates.images[0]"])
        #expect(updates("app", semver: "^1", pattern: "*") == ["spec.imageUpdates.images[0]"])
        #expect(updates("app", pattern: "build-") == ["spec.imageUpdates.images[0].pattern"])
        #expect(updates("app", semver: "^1", branch: "main") == ["spec.imageUpdates.branch"])
    }
}
