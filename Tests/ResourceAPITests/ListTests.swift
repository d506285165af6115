import InfraAPI
import JSON
import ObjectStore
import ResourceAPI
import Testing

@Suite struct ListTests {
    private let secrets = Secret.resourceType

    private func filled(_ count: Int) async throws -> Fixture {
        let fixture = try await Fixture.make()
        for index in 0..<count {
            let parity: JSONValue = ["parity": index % 2 == 0 ? "even" : "odd"]
            let namespace = index % 3 == 0 ? "other" : "default"
            _ = try await fixture.client.create(
                Fixture.secret("s\(index + 10)", labels: parity, namespace: namespace), WriteOptions())
        }
        return fixture
    }

    private func names(_ list: ObjectList) -> [String] {
        list.items.compactMap { $0["metadata"]?["name"]?.stringValue }
    }

    @Test func `lists are by namespace, in the order of names, with the version of the snapshot`() async throws {
        let fixture = try await filled(6)
        let client = fixture.client
        let all = try await client.list(secrets, in: nil, ListOptions())
        #expect(names(all) == ["s11", "s12", "s14", "s15", "s10", "s13"])
        #expect(all.resourceVersion == (try await fixture.version()).description)
        #expect(names(try await client.list(secrets, in: "other", ListOptions())) == ["s10", "s13"])
        #expect(names(try await client.list(secrets, in: "", ListOptions())).count == 6)
        let even = ListOptions(labelSelector: "parity=even", fieldSelector: "metadata.namespace=default")
        #expect(names(try await client.list(secrets, in: nil, even)) == ["s12", "s14"])
    }

    @Test(arguments: [(nil, [3, 3, 1]), ("parity=even", [3, 1])])
    func `pages show one snapshot, whatever is written between them`(
        _ selector: String?, _ sizes: [Int]
    ) async throws {
        let fixture = try await filled(7)
        var options = ListOptions(labelSelector: selector, limit: 3)
        var seen: [String] = []
        var pages: [Int] = []
        var versions: Set<String> = []
        repeat {
            let page = try await fixture.client.list(secrets, in: nil, options)
            seen += names(page)
            pages.append(page.items.count)
            versions.insert(page.resourceVersion)
            options.continuation = page.continuation
            if pages.count == 1 {
                #expect(page.remainingItemCount == (selector == nil ? 4 : nil))
                _ = try await fixture.client.create(
                    Fixture.secret("s99", labels: ["parity": "even"]), WriteOptions())
            }
        } while options.continuation != nil
        #expect(pages == sizes)
        #expect(versions.count == 1)
        #expect(!seen.contains("s99") && Set(seen).count == seen.count)
    }

    @Test func `a token that is none is 400, one of a compacted snapshot 410`() async throws {
        let fixture = try await filled(4)
        let status = try await failure {
            _ = try await fixture.client.list(secrets, in: nil, ListOptions(limit: 1, continuation: "!!"))
        }
        #expect(status.code == 400 && status.message.hasPrefix("continue key is not valid"))
        let token = try await fixture.client.list(secrets, in: nil, ListOptions(limit: 1)).continuation
        try await fixture.createSet()
        try await fixture.store.compact(through: try await fixture.version())
        let old = try await failure {
            _ = try await fixture.client.list(secrets, in: nil, ListOptions(limit: 1, continuation: token))
        }
        #expect(old.code == 410 && old.reason == .expired)
        #expect(old.message.hasPrefix("The provided continue parameter is too old"))
    }

    @Test func `a list by name is one object or none`() async throws {
        let fixture = try await filled(3)
        let one = ListOptions(fieldSelector: "metadata.name=s11")
        #expect(names(try await fixture.client.list(secrets, in: "default", one)) == ["s11"])
        #expect(names(try await fixture.client.list(secrets, in: nil, one)) == ["s11"])
        let none = ListOptions(labelSelector: "parity=even", fieldSelector: "metadata.name=s11")
        #expect(try await fixture.client.list(secrets, in: "default", none).items.isEmpty)
        let namespace = ListOptions(fieldSelector: "metadata.name=other")
        #expect(names(try await fixture.client.list(Namespace.resourceType, in: nil, namespace)) == ["other"])
    }
}
