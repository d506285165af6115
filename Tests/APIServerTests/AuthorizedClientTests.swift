import InfraAPI
import JSON
import ResourceAPI
import Testing

@testable import APIServer

/// What a GitSource may do in its own name: what RoleBindings give it, and nothing of what the controllers may.
@Suite struct AuthorizedClientTests {
    private static func set(_ name: String, in namespace: String = "default") -> JSONValue {
        [
            "apiVersion": "imm.dev/v1alpha1", "kind": "InstanceSet",
            "metadata": ["name": .string(name), "namespace": .string(namespace)],
            "spec": ["template": ["spec": ["image": "app:v1"]]],
        ]
    }

    private static func reference(_ name: String, in namespace: String = "default") -> ObjectReference {
        ObjectReference(InstanceSet.resourceType, namespace: namespace, name: name)
    }

    private func bind(
        _ fixture: SecureFixture, _ role: RoleBindingSpec.Role, in namespace: String = "default",
        of source: String? = nil
    ) async throws {
        var binding = RoleBinding()
        binding.metadata = ObjectMeta(name: "fleet", namespace: namespace)
        binding.spec.subject.kind = .gitSource
        binding.spec.subject.name = "fleet"
        binding.spec.subject.namespace = source
        binding.spec.role = role
        _ = try await fixture.local.create(binding.json, WriteOptions())
    }

    private var options: WriteOptions { WriteOptions(fieldManager: "imm-gitops-fleet") }

    @Test func `a source without a role may do nothing, and is told in whose name`() async throws {
        try await SecureFixture.run { fixture in
            let acting = AuthorizedClient(fixture.local, asGitSource: "fleet", in: "default")
            let error = await #expect(throws: APIStatus.self) {
                _ = try await acting.apply(AuthorizedClientTests.set("web"), options)
            }
            #expect(error?.code == 403 && error?.message.contains("imm:gitsource:default:fleet") == true)
            await #expect(throws: APIStatus.self) { _ = try await acting.get(AuthorizedClientTests.reference("web")) }
            await #expect(throws: APIStatus.self) {
                _ = try await acting.delete(AuthorizedClientTests.reference("web"), DeleteOptions())
            }
        }
    }

    @Test func `a role counts for each verb, in its namespace`() async throws {
        try await SecureFixture.run { fixture in
            try await bind(fixture, .edit)
            let acting = AuthorizedClient(fixture.local, asGitSource: "fleet", in: "default")
            _ = try await acting.apply(AuthorizedClientTests.set("web"), options)
            _ = try await acting.list(InstanceSet.resourceType, in: "default", ListOptions())
            await #expect(throws: APIStatus.self) {
                _ = try await acting.list(InstanceSet.resourceType, in: nil, ListOptions())
            }
            var provider = ProviderObject()
            provider.metadata.name = "mine"
            await #expect(throws: APIStatus.self) { _ = try await acting.create(provider.json, options) }
            var binding = RoleBinding()
            binding.metadata = ObjectMeta(name: "more", namespace: "default")
            binding.spec.subject.name = "mallory"
            await #expect(throws: APIStatus.self) { _ = try await acting.create(binding.json, options) }
            _ = try await acting.delete(AuthorizedClientTests.reference("web"), DeleteOptions())
        }
    }

    @Test func `another namespace lets it in by a binding that names where it comes from`() async throws {
        try await SecureFixture.run { fixture in
            // Of a source of that name in `other`, which is another one.
            try await bind(fixture, .edit, in: "other")
            let acting = AuthorizedClient(fixture.local, asGitSource: "fleet", in: "default")
            await #expect(throws: APIStatus.self) {
                _ = try await acting.apply(AuthorizedClientTests.set("web", in: "other"), options)
            }
            _ = try await fixture.local.delete(
                ObjectReference(RoleBinding.resourceType, namespace: "other", name: "fleet"), DeleteOptions())
            try await bind(fixture, .edit, in: "other", of: "default")
            _ = try await acting.apply(AuthorizedClientTests.set("web", in: "other"), options)
        }
    }
}
