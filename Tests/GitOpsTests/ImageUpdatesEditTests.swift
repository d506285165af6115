import GitClient
import InfraAPI
import Testing

@testable import GitOps

@Suite struct ImageUpdatesEditTests {
    private static let digest = "sha256:" + String(repeating: "0a", count: 32)
    private static let wanted = "registry/web:2.0.0@" + digest

    private func newest(_ image: String = "registry/web") -> [ImageChange.Newest] {
        var policy = GitImagePolicy()
        (policy.image, policy.semver) = (image, "*")
        return [ImageChange.Newest(policy: policy, tag: "2.0.0", digest: Self.digest)]
    }

    private func change(_ text: String, name: String = "web.yaml", image: String = "registry/web") -> ImageChange {
        ImageChange(files: [GitFile(path: name, bytes: Array(text.utf8))], newest: newest(image))
    }

    private func changed(_ text: String, name: String = "web.yaml", image: String = "registry/web") -> String? {
        change(text, name: name, image: image).contents[name].map { String(decoding: $0, as: UTF8.self) }
    }

    /// A set whose image is written as `image`.
    private static func set(_ image: String, name: String = "web") -> String {
        """
        # The shop's front.
        apiVersion: imm.dev/v1alpha1
        kind: InstanceSet
        metadata: {name: \(name)}   # keep this name
        spec:
            replicas: 3

            template:
              spec:
                   image: \(image)
                   env: [ {name: A,   value: 'registry/web:1.0.0'} ]
        """
    }

    @Test(arguments: [
        ("registry/web:1.0.0", "IMAGE"), ("\"registry/web:1.0.0\"", "\"IMAGE\""), ("'registry/web:1.0.0'", "'IMAGE'"),
        ("registry/web:1.0.0   # newest", "IMAGE   # newest"),
        ("\"registry/web:1.0.0\" # a \"quote\"", "\"IMAGE\" # a \"quote\""),
        ("registry/web", "IMAGE"), ("registry/web:2.0.0", "IMAGE"), ("registry/web@" + digest, "IMAGE"),
        ("registry/web:2.0.0@sha256:" + String(repeating: "00", count: 32), "IMAGE"),
        ("\n                     registry/web:1.0.0", "\n                     IMAGE"),
    ]) func `exactly the scalar is replaced, and everything else stays byte for byte`(old: String, new: String) {
        for end in ["", "\n", "\r\n"] {
            let text = Self.set(old).replacing("\n", with: end == "\r\n" ? "\r\n" : "\n") + end
            let expected =
                Self.set(new.replacing("IMAGE", with: Self.wanted))
                .replacing("\n", with: end == "\r\n" ? "\r\n" : "\n") + end
            #expect(changed(text) == expected)
            #expect(change(expected).isEmpty && change(expected).left.isEmpty, "the second time there is nothing to do")
        }
    }

    @Test(arguments: [
        "&img registry/web:1.0.0", "!!str registry/web:1.0.0", "|-\n                     registry/web:1.0.0",
        "\"registry\\/web:1.0.0\"", ">-\n                     registry/web:1.0.0",
    ]) func `what is not written plainly is left alone and told`(image: String) {
        let change = change(Self.set(image))
        #expect(change.isEmpty && change.images.isEmpty)
        #expect(change.left.count == 1 && change.left[0].hasPrefix("web.yaml:10:"), "\(change.left)")
    }

    @Test func `an anchor that others use is not changed for one of them`() {
        let text = Self.set("*img").replacing(
            "metadata: {name: web}", with: "metadata: {name: web, annotations: {a: &img 'registry/web:1.0.0'}}")
        let shared = change(text)
        #expect(shared.isEmpty && shared.left.count == 1)
        let merged = """
            apiVersion: imm.dev/v1alpha1
            kind: InstanceSet
            metadata: {name: web, annotations: &base {image: 'registry/web:1.0.0'}}
            spec: {template: {spec: *base}}
            """
        #expect(change(merged).isEmpty && change(merged).left.count == 1)
    }

    @Test func `each set of a file is found, by any name of its repository, and no other object`() {
        let text = [
            Self.set("nginx:1.0.0", name: "a"), Self.set("docker.io/library/nginx:1.0.0", name: "b"),
            Self.set("nginx-extra:1.0.0", name: "c"), Self.set("ghcr.io/nginx:1.0.0", name: "d"),
            Self.set("nginx:1.0.0", name: "e").replacing("kind: InstanceSet", with: "kind: Revision"),
            Self.set("nginx:3.0.0", name: "f"),
        ].joined(separator: "\n---\n")
        let change = change(text, image: "nginx")
        let expected = text.replacing(
            "image: nginx:1.0.0", with: "image: nginx:2.0.0@\(Self.digest)", maxReplacements: 1
        )
        .replacing(
            "image: docker.io/library/nginx:1.0.0", with: "image: docker.io/library/nginx:2.0.0@\(Self.digest)")
        #expect(change.contents["web.yaml"].map { String(decoding: $0, as: UTF8.self) } == expected)
        #expect(change.images == ["docker.io/library/nginx:2.0.0@\(Self.digest)", "nginx:2.0.0@\(Self.digest)"])
        #expect(change.lines.count == 2 && change.lines[0].hasPrefix("web.yaml:10:"))
        #expect(change.lines[1].contains(": b: docker.io/library/nginx:1.0.0 -> docker.io/library/nginx:2.0.0@"))
    }

    @Test func `JSON, lists, flow style, marks and other letters are no hindrance`() {
        let json =
            #"{"apiVersion":"imm.dev/v1alpha1","kind":"InstanceSet","metadata":{"name":"web"},"spec":{"template":{"spec":{"image":"registry/web:1.0.0"}}}}"#
        #expect(changed(json, name: "web.json") == json.replacing("registry/web:1.0.0", with: Self.wanted))
        let flow =
            "\u{FEFF}# \u{1F40B} Grüße\n"
            + json.replacing("\"", with: "").replacing(":", with: ": ")
            .replacing("registry/web: 1.0.0", with: "registry/web:1.0.0")
        #expect(changed(flow) == flow.replacing("registry/web:1.0.0", with: Self.wanted))
        let list = "kind: List\napiVersion: v1\nitems:\n- \(json)\n- \(json.replacing("\"web\"", with: "\"wäb\""))\n"
        #expect(changed(list) == list.replacing("registry/web:1.0.0", with: Self.wanted))
    }

    @Test func `files that are no manifests, links and broken ones are passed over`() {
        let text = Array(Self.set("registry/web:1.0.0").utf8)
        let files = [
            GitFile(path: "README.md", bytes: text), GitFile(path: "link.yaml", kind: .link, bytes: text),
            GitFile(path: "broken.yaml", bytes: text + Array("\n  : [".utf8)), GitFile(path: "empty.yaml", bytes: []),
            GitFile(path: "binary.yaml", bytes: [0, 1, 2, 0xFF]),
        ]
        #expect(ImageChange(files: files, newest: newest()).isEmpty)
    }

    @Test func `the message names each place and what changes there`() {
        let message = change(Self.set("registry/web:1.0.0")).message("shop/fleet")
        #expect(message.hasPrefix("Update registry/web:2.0.0\n\nweb.yaml:10:"))
        #expect(message.contains(": web: registry/web:1.0.0 -> \(Self.wanted)\n"))
        #expect(message.contains("GitSource shop/fleet"))
    }
}
