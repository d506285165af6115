import InfraAPI
import JSON
import ObjectStore
import ResourceAPI
import SampleKinds

/// Input: two objects of one kind. One manager applies the first, another takes the second over it.
///
/// Applying the same again changes nothing, not even the version; who owns what can be read again; the second
/// manager's fields stand there.
func checkApply(_ input: [UInt8]) {
    let parts = InputParts.split(input, into: 2)
    guard let first = try? JSONValue(parsing: parts[0]), let second = try? JSONValue(parsing: parts[1]),
        first.objectValue != nil, second.objectValue != nil
    else { return }
    BlockingRun.value {
        let client = LocalResourceClient(
            store: MemoryObjectStore(surroundings: FixedSurroundings.surroundings),
            surroundings: FixedSurroundings.surroundings, types: [Thing.type] + ResourceTypes.all)
        let run = ApplyRun(client: client)
        _ = await run.apply(first, by: "a", force: false)
        // Refused when the managers want different values, and then nothing changes.
        _ = await run.apply(second, by: "b", force: false)
        if let result = await run.apply(second, by: "b", force: true) {
            run.checkNamed(second["spec"], in: result["spec"])
        }
        _ = await run.apply(first, by: "a", force: true)
    }
}

private struct ApplyRun {
    let client: LocalResourceClient

    /// nil when it is refused.
    func apply(_ object: JSONValue, by manager: String, force: Bool) async -> JSONValue? {
        let body = addressed(object)
        let reference = ObjectReference(type(of: body), namespace: text(body, "namespace"), name: text(body, "name"))
        let options = WriteOptions(fieldManager: manager, force: force)
        let before = try? await client.get(reference)
        guard let result = try? await client.apply(body, options) else {
            let after = try? await client.get(reference)
            require(after == before, "what is refused changes nothing")
            return nil
        }
        require(reparsed(result.encoded(), "applied") == result, "what apply makes can be read again")
        // An empty list is owned by nobody (structured-merge-diff says so). An object with no managers at all gets the
        // manager "before-first-apply" when it is applied again, as in Kubernetes.
        if result["metadata"]?["managedFields"] == nil { return result }
        do throws(APIStatus) {
            let again = try await client.apply(body, options)
            require(
                again == result, "applying again changes nothing:\n\(result.prettyString())\n\(again.prettyString())")
        } catch {
            require(false, "what was applied can be applied again: \(error)")
        }
        return result
    }

    /// What the configuration says in scalars and atomic lists is what stands there.
    func checkNamed(_ configuration: JSONValue?, in result: JSONValue?) {
        for name in ["name", "number", "flag", "atomic", "mode"] {
            guard let wanted = configuration?[name], !wanted.isNull else { continue }
            require(result?[name] == wanted, "the applied \(name) stands there")
        }
    }

    private func type(of body: JSONValue) -> ResourceType {
        ResourceTypes.all.first {
            $0.kind == body["kind"]?.stringValue && $0.apiVersion == body["apiVersion"]?.stringValue
        } ?? Thing.type
    }

    private func text(_ body: JSONValue, _ name: String) -> String { body["metadata"]?[name]?.stringValue ?? "" }

    /// A Thing called t unless the object says something else.
    private func addressed(_ object: JSONValue) -> JSONValue {
        var body = object
        if body["kind"] == nil {
            body["kind"] = "Thing"
            body["apiVersion"] = "test.dev/v1"
        }
        if body["metadata"] == nil { body["metadata"] = ["name": "t"] }
        return body
    }
}
