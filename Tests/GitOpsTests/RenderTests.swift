import GitClient
import InfraAPI
import JSON
import Testing

@testable import GitOps

@Suite struct `Rendering` {
    private static let commit = "0123456789abcdef0123456789abcdef01234567"

    private static func render(_ files: [GitFile], path: String = ".") -> Result<[RenderedObject], SyncProblem> {
        guard let id = GitCommitID(commit) else { fatalError("no commit") }
        do throws(SyncProblem) {
            return .success(try CommitRenderer(commit: id, path: path, namespace: "default").render(files))
        } catch { return .failure(error) }
    }

    private static func file(_ path: String, _ text: String, _ kind: GitFile.Kind = .regular) -> GitFile {
        GitFile(path: path, kind: kind, bytes: Array(text.utf8))
    }

    struct Refusal: Sendable, CustomTestStringConvertible {
        let name: String
        let files: [GitFile]
        var path = "."
        let reason: SyncReason
        let says: String
        var testDescription: String { name }
    }

    static let refusals: [Refusal] = [
        Refusal(name: "nothing", files: [], reason: .emptyRender, says: "\(commit):.: no manifest"),
        Refusal(name: "no manifest", files: [file("a.txt", "x")], reason: .emptyRender, says: "no manifest"),
        Refusal(
            name: "link to /etc/passwd", files: [file("a.yaml", "/etc/passwd", .link)], reason: .linkRefused,
            says: "\(commit):a.yaml: a link that leads out"),
        Refusal(
            name: "link out of the path", files: [file("app/a.txt", "../secret.txt", .link)], path: "app",
            reason: .linkRefused,
            says: "leads out of the path app"),
        Refusal(
            name: "link by its way out", files: [file("app/a", "../../app/b", .link)], path: "app",
            reason: .linkRefused,
            says: "leads out"),
        Refusal(
            name: "link to a manifest", files: [file("b.yaml", Files.set("a")), file("a.yaml", "b.yaml", .link)],
            reason: .linkRefused, says: "a.yaml: a link, which is never followed"),
        Refusal(
            name: "link to a directory", files: [file("v1/b.yaml", Files.set("a")), file("current", "v1", .link)],
            reason: .linkRefused, says: "current: a link, which is never followed"),
        Refusal(
            name: "submodule", files: [file("lib", "", .submodule), file("a.yaml", Files.set("a"))],
            reason: .submoduleRefused,
            says: "\(commit):lib: a submodule"),
        Refusal(
            name: "unknown field", files: [file("a.yaml", Files.set("a").replacing("image:", with: "imge:"))],
            reason: .manifestInvalid, says: "\(commit):a.yaml:8:7: unknown field"),
        Refusal(
            name: "broken YAML", files: [file("a.yaml", "a: [")], reason: .manifestInvalid, says: "\(commit):a.yaml:"),
        Refusal(
            name: "the same object twice",
            files: [file("a.yaml", Files.set("a")), file("b.yml", Files.set("a", namespace: "default"))],
            reason: .manifestInvalid, says: "named twice"),
        Refusal(
            name: "an Instance", files: [file("a.json", #"{"apiVersion":"imm.dev/v1alpha1","kind":"Instance"}"#)],
            reason: .manifestInvalid, says: "a.json:1:"),
        Refusal(
            name: "an approval",
            files: [
                file(
                    "a.yaml",
                    """
                    apiVersion: imm.dev/v1alpha1
                    kind: PruneApproval
                    metadata: {name: a}
                    spec: {source: a, commit: \(commit), reason: x, objects: [{apiVersion: v1, kind: Secret, name: a, uid: b}]}
                    """)
            ], reason: .manifestInvalid, says: "a.yaml:2:1: a PruneApproval is no desired state"),
        Refusal(
            name: "an Event",
            files: [file("a.yaml", "{apiVersion: v1, kind: Event, metadata: {name: a}, involvedObject: {}}")],
            reason: .manifestInvalid, says: "an Event is no desired state".replacing("an Event", with: "a Event")),
        Refusal(
            name: "generateName",
            files: [file("a.yaml", Files.secret("a").replacing("{name: a}", with: "{generateName: a}"))],
            reason: .manifestInvalid, says: "metadata.name is missing"),
        Refusal(
            name: "a wave that is none", files: [file("a.yaml", Files.set("a", annotations: ["imm.dev/wave": "one"]))],
            reason: .manifestInvalid, says: "a wave is a whole number"),
        Refusal(
            name: "an object before its namespace",
            files: [
                file("a.yaml", Files.set("a", namespace: "shop")),
                file(
                    "n.yaml",
                    "{apiVersion: v1, kind: Namespace, metadata: {name: shop, annotations: {imm.dev/wave: \"1\"}}}"),
            ], reason: .manifestInvalid, says: "InstanceSet a is in an earlier wave than its Namespace"),
        Refusal(
            name: "a name with a line break", files: [file("a\nb.yaml", "a: [")], reason: .manifestInvalid,
            says: #"\#(commit):"a\nb.yaml":"#),
        Refusal(
            name: "too many objects",
            files: [file("a.yaml", (0...2000).map { Files.secret("s\($0)") }.joined(separator: "---\n"))],
            reason: .tooManyObjects,
            says: "2001 objects"),
    ]

    @Test(arguments: refusals) func `refuses, with the place`(_ refusal: Refusal) {
        switch Self.render(refusal.files, path: refusal.path) {
        case .success(let objects): Issue.record("rendered \(objects.map(\.id))")
        case .failure(let problem):
            #expect(problem.reason == refusal.reason, "\(problem.message)")
            #expect(problem.message.contains(refusal.says), "\(problem.message)")
        }
    }

    @Test func `takes every manifest below the path, in its namespace, wave by wave`() throws {
        let objects = try Self.render([
            Self.file("deep/er/a.json", #"{"apiVersion":"v1","kind":"Secret","metadata":{"name":"json"}}"#),
            Self.file(
                "b.yml",
                Files.set("late", annotations: ["imm.dev/wave": "1"]) + "---\n" + Files.set("b", namespace: "shop")),
            Self.file("n.yaml", "{apiVersion: v1, kind: Namespace, metadata: {name: shop}}"),
            Self.file("notes.md", "x"),
            Self.file("LICENSE", "notes.md", .link),
        ]).get()
        guard let id = GitCommitID(Self.commit) else { return }
        let commit = RenderedCommit(
            commit: GitCommit(id: id, subject: "", author: ""), signature: nil, objects: objects)
        #expect(
            commit.waves.map { $0.map(\.id.description) }
                == [["Namespace shop", "Secret default/json", "InstanceSet shop/b"], ["InstanceSet default/late"]])
        #expect(commit.objects.map(\.place).last == "\(Self.commit):b.yml:1:1")
        #expect(commit.objects.last?.value["metadata"]?["namespace"]?.stringValue == "default")
    }

    @Test func `every kind is desired state or is not, on purpose`() {
        let refused = ["Revision", "Instance", "SlotSnapshot", "VolumeForceDetach", "PruneApproval", "Event", "Lease"]
        let known = Set(ObjectMirror.types.map(\.kind) + refused)
        for type in ResourceTypes.all where type.writtenBy != .controller {
            #expect(known.contains(type.kind), "may a repository hold a \(type.kind)? Add it to ObjectMirror, or here")
        }
    }
}
