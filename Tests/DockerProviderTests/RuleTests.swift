import DockerEngine
import ProviderInterface
import Testing

@testable import DockerProvider

struct RuleTests {
    @Test(
        arguments: [
            ("nginx", "nginx", nil, nil, "docker.io/library/nginx"),
            ("nginx:1.27", "nginx", "1.27", nil, "docker.io/library/nginx"),
            ("me/app@sha256:ab", "me/app", nil, "sha256:ab", "docker.io/me/app"),
            ("localhost:5000/a/b:c", "localhost:5000/a/b", "c", nil, "localhost:5000/a/b"),
            (
                "docker.io/library/nginx:x@sha256:ab", "docker.io/library/nginx", "x", "sha256:ab",
                "docker.io/library/nginx"
            ),
        ] as [(String, String, String?, String?, String)])
    func `references are taken apart as the engine does`(
        text: String, repository: String, tag: String?, digest: String?, canonical: String
    ) {
        let reference = ImageReference(text)
        #expect(reference.repository == repository)
        #expect(reference.tag == tag)
        #expect(reference.digest == digest)
        #expect(reference.canonicalRepository == canonical)
        #expect(!reference.isID)
    }

    @Test func `an image id is no name`() {
        let reference = ImageReference("sha256:" + String(repeating: "a", count: 64))
        #expect(reference.isID)
        #expect(reference.digest == nil)
    }

    @Test(arguments: [
        (
            "driver failed programming external connectivity: Bind for 127.0.0.1:80 failed: port is already allocated",
            ProviderError.Code.portTaken
        ),
        ("Error starting userland proxy: listen tcp4 127.0.0.1:80: bind: address already in use", .portTaken),
        ("OCI runtime create failed: exec: \"nope\": executable file not found in $PATH: unknown", .startRefused),
        ("OCI runtime create failed: exec: \"/x\": permission denied: unknown", .startRefused),
        ("exec user process caused: exec format error", .startRefused),
        ("error mounting \"/f/0\" to rootfs at \"/etc/passwd/x\": not a directory", .startRefused),
        ("unable to find user nobody: no matching entries in passwd file", .startRefused),
        ("write /data/x: no space left on device", .quota),
        ("Range of CPUs is from 0.01 to 2.00, as there are only 2 CPUs available", .quota),
        ("invalid mount config for type \"bind\": bind source path does not exist: /f/0", .engineFailed),
        ("network web not found", .engineFailed),
        ("something that nobody has seen before", .engineFailed),
    ])
    func `refusals are sorted by whom they blame`(words: String, code: ProviderError.Code) {
        let error = DockerError(kind: .serverError, statusCode: 500, engineMessage: words, call: "POST /x")
        #expect(EngineRefusal.code(error) == code)
        #expect(EngineRefusal.code(DockerError(kind: .unknownOutcome, engineMessage: words, call: "POST /x")) == nil)
    }
}
