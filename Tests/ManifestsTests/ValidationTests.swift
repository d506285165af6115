import InfraAPI
import JSON
import Manifests
import Testing

@Suite struct ValidationTests {
    /// Loads and validates; the text must be sound YAML.
    private func validate(_ text: String) -> (resources: [ManifestResource], diagnostics: [String]) {
        let loaded = load(text)
        #expect(loaded.diagnostics == [])
        let (resources, diagnostics) = validateManifests(loaded.documents)
        return (resources, diagnostics.map(\.description))
    }

    @Test func `a valid manifest becomes a resource of its kind`() {
        let (resources, diagnostics) = validate(instanceSet(name: "web") + "---\n" + instanceSet(name: "api"))
        #expect(diagnostics == [])
        #expect(resources.map(\.name) == ["web", "api"])
        #expect(resources.map(\.namespace) == ["default", "default"])
        #expect(resources.allSatisfy { $0.type == InstanceSet.resourceType })
        #expect(resources.first?.value["spec"]?["replicas"] == 3)
        #expect(resources.first?.value["spec"]?["paused"] == nil)
    }

    @Test func `faults of the schema stand at their fields`() {
        let text = instanceSet(name: "web").replacing("  replicas: 3\n", with: "  replcas: 3\n")
        #expect(
            validate(text).diagnostics == ["t.yaml:10:3: unknown field \"spec.replcas\" (did you mean \"replicas\"?)"])
        let several = instanceSet(name: "web").replacing("replicas: 3", with: "replicas: -1")
            .replacing("containerPort: 8080", with: "containerPort: http")
            .replacing("type: RollingReplace", with: "type: RollingReplac")
        let (resources, diagnostics) = validate(several)
        #expect(resources.isEmpty)
        #expect(diagnostics.count == 3)
        #expect(
            diagnostics.first
                == "t.yaml:10:3: spec.replicas: Invalid value: -1: must be greater than or equal to 0")
        #expect(
            diagnostics.dropFirst().first
                == "t.yaml:27:9: spec.template.spec.ports[0].containerPort: Invalid value: \"http\": "
                + "must be of type integer, not string")
        #expect(diagnostics[2].hasPrefix("t.yaml:39:5: spec.strategy.type: Unsupported value"))
        #expect(diagnostics.last?.hasSuffix("(did you mean \"RollingReplace\"?)") == true)
    }

    @Test func `a missing field stands at the nearest node`() {
        let text = instanceSet(name: "web").replacing("      image: registry.example.com/team/web:1.4.2\n", with: "")
        #expect(validate(text).diagnostics == ["t.yaml:16:5: spec.template.spec.image: Required value"])
    }

    @Test(
        arguments: [
            (
                "apiVersion: imm.dev/v1alpha1\nkind: InstancSet\n",
                "t.yaml:2:1: unknown kind \"InstancSet\" in \"imm.dev/v1alpha1\" (did you mean \"InstanceSet\"?)"
            ),
            (
                "kind: InstanceSet\napiVersion: imm.dev/v1\n",
                "t.yaml:2:1: unknown apiVersion \"imm.dev/v1\" for kind \"InstanceSet\" (did you mean \"imm.dev/v1alpha1\"?)"
            ),
            (
                "apiVersion: im.dev/v1alpha1\nkind: instanceset\n",
                "t.yaml:1:1: unknown apiVersion \"im.dev/v1alpha1\", kind \"instanceset\" "
                    + "(did you mean apiVersion \"imm.dev/v1alpha1\", kind \"InstanceSet\"?)"
            ),
            (
                "apiVersion: apps/v1\nkind: Deployment\n",
                "t.yaml:1:1: unknown apiVersion \"apps/v1\", kind \"Deployment\""
            ),
            ("kind: InstanceSet\n", "t.yaml:1:1: apiVersion is missing (such as apiVersion: imm.dev/v1alpha1)"),
            (
                "apiversion: imm.dev/v1alpha1\nkind: InstanceSet\n",
                "t.yaml:1:1: apiVersion is missing (did you mean \"apiVersion\" instead of \"apiversion\"?)"
            ),
            (
                "apiVersion: imm.dev/v1alpha1\nkind: 7\n",
                "t.yaml:2:1: kind must be a string that is not empty (such as kind: InstanceSet)"
            ),
        ] as [(String, String)])
    func `an unknown kind is met with a hint`(text: String, diagnostic: String) {
        #expect(validate(text).diagnostics == [diagnostic])
    }

    @Test func `two manifests of one object are refused with both places`() {
        let first = load(instanceSet(name: "web")).documents
        let other = instanceSet(name: "web").replacing("  namespace: default\n", with: "")
        let second = loadManifests([.text(name: "b.yaml", bytes: Array("---\n\(other)".utf8))]).documents
        let (resources, diagnostics) = validateManifests(first + second)
        #expect(resources.count == 1)
        #expect(
            diagnostics.map(\.description) == [
                "b.yaml:5:3: InstanceSet \"web\" in namespace \"default\" is named twice (first at t.yaml:1:1; remove one)"
            ])
        // Another namespace is another object.
        let apart = validateManifests(first + second, defaultNamespace: "other")
        #expect(apart.resources.count == 2 && apart.diagnostics.isEmpty)
    }

    @Test func `a thousand manifests are validated`() {
        var text = ""
        for index in 0..<1000 { text += "---\n" + instanceSet(name: "set-\(index)") }
        let (resources, diagnostics) = validate(text)
        #expect(diagnostics == [])
        #expect(resources.count == 1000)
    }
}
