import Ambient
import JSON
import Testing

@testable import ImmctlCommands

@Suite struct AuthTests {
    private static let access = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"

    static let questions: [(String, JSONValue)] = [
        (
            "delete iset -n shop",
            ["verb": "delete", "group": "imm.dev", "resource": "instancesets", "namespace": "shop"]
        ),
        (
            "get instance/web-0 --subresource log",
            [
                "verb": "get", "group": "imm.dev", "resource": "instances", "namespace": "default", "name": "web-0",
                "subresource": "log",
            ]
        ), ("create secrets -A", ["verb": "create", "group": "", "resource": "secrets"]),
        ("get providers", ["verb": "get", "group": "imm.dev", "resource": "providers"]),
        ("* *", ["verb": "*", "group": "*", "resource": "*", "namespace": "default"]),
    ]

    @Test(arguments: questions) func `can-i asks about one thing`(words: String, expected: JSONValue) async throws {
        let bench = try await Bench()
        bench.answers.withLock { $0[AuthTests.access] = ["status": ["allowed": true]] }
        let result = await bench.run("auth can-i \(words)")
        #expect(result.status == .success && result.output == "yes\n", "\(result.errors)")
        let asked = bench.asked.withLock { $0.last?.body }
        #expect(
            asked?[path: ["spec", "resourceAttributes"]] == expected && asked?["kind"] == "SelfSubjectAccessReview")
    }

    @Test func `no is exit status 1, with the reason`() async throws {
        let bench = try await Bench()
        bench.answers.withLock { $0[AuthTests.access] = ["status": ["allowed": false, "reason": "no role"]] }
        let result = await bench.run("auth can-i delete iset")
        #expect(result.status.rawValue == 1 && result.output == "no - no role\n")
        #expect(await bench.run("auth can-i delete iset -q").output.isEmpty)
        #expect(await bench.run("auth can-i get /metrics").status == .failed)
        #expect(bench.asked.withLock { $0.last?.body?[path: ["spec", "nonResourceAttributes", "path"]] } == "/metrics")
        #expect(await bench.run("auth can-i delete nonsense").status == .usage)
        bench.answers.withLock { $0[AuthTests.access] = [:] }
        #expect(await bench.run("auth can-i delete iset").errors.contains("status.allowed"))
    }

    @Test func `can-i --list shows each resource once, and the paths`() async throws {
        let bench = try await Bench()
        bench.answers.withLock {
            $0["/apis/authorization.k8s.io/v1/selfsubjectrulesreviews"] = [
                "status": [
                    "resourceRules": [
                        [
                            "verbs": ["get", "list"], "apiGroups": ["imm.dev"],
                            "resources": ["volumes", "instancesets"],
                        ],
                        ["verbs": ["list", "create"], "apiGroups": ["imm.dev"], "resources": ["instancesets"]],
                        ["verbs": ["get"], "apiGroups": [""], "resources": ["events"]],
                    ], "nonResourceRules": [["verbs": ["get"], "nonResourceURLs": ["/version", "/api"]]],
                ]
            ]
        }
        let result = await bench.run("auth can-i --list -n shop")
        #expect(result.status == .success, "\(result.errors)")
        #expect(
            result.lines == [
                "RESOURCES              NON-RESOURCE URLS   RESOURCE NAMES   VERBS",
                "events                 []                  []               [get]",
                "instancesets.imm.dev   []                  []               [get list create]",
                "volumes.imm.dev        []                  []               [get list]",
                "                       [/api]              []               [get]",
                "                       [/version]          []               [get]",
            ], "\(result.output)")
        #expect(bench.asked.withLock { $0.last?.body?[path: ["spec", "namespace"]] } == "shop")
        #expect(await bench.run("auth can-i --list -A").status == .usage)
        #expect(await bench.run("auth can-i get").status == .usage)
    }

    @Test func `cluster-info tells where the server is, by what, and whether it is ready`() async throws {
        let bench = try await Bench()
        let result = await bench.run("cluster-info")
        #expect(result.status == .success, "\(result.errors)")
        #expect(
            result.lines == ["imm is running at unix:///nowhere.sock (IMM_SOCKET)", "Version: v9.9.9", "Ready: yes"])
        let info = try await bench.run("cluster-info -o json").json
        #expect(info["ready"] == true && info["foundBy"] == "IMM_SOCKET")
    }

    @Test func `whoami names the user and the groups`() async throws {
        let bench = try await Bench()
        bench.answers.withLock {
            $0["/apis/authentication.k8s.io/v1/selfsubjectreviews"] = [
                "status": ["userInfo": ["username": "ann", "groups": ["a", "b"]]]
            ]
        }
        #expect(await bench.run("auth whoami").lines == ["ATTRIBUTE   VALUE", "Username    ann", "Groups      [a b]"])
        #expect(await bench.run(["auth", "whoami", "-o", "jsonpath={.status.userInfo.username}"]).output == "ann")
    }

    @Test func `api-versions lists what discovery tells`() async throws {
        let bench = try await Bench()
        bench.answers.withLock {
            $0["/api"] = ["versions": ["v1"]]
            $0["/apis"] = ["groups": [["name": "imm.dev", "versions": [["groupVersion": "imm.dev/v1alpha1"]]]]]
        }
        #expect(await bench.run("api-versions").lines == ["imm.dev/v1alpha1", "v1"])
        bench.answers.withLock { $0 = [:] }
        #expect(await bench.run("api-versions").errors.contains("not JSON"))
    }
}
