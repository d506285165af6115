import ProviderInterface
import Testing

@testable import Controllers

@Suite struct ProviderMirrorTests {
    private func instance(_ uid: String, _ state: ObservedInstance.State = .running) -> ObservedInstance {
        ObservedInstance(
            uid: uid, providerID: "id-\(uid)", name: uid, state: state, epoch: 0, set: "default/web", slot: 0,
            revision: "web-1")
    }

    private func list(_ instances: [ObservedInstance]) -> ProviderObservation {
        ProviderObservation(identity: "marker", instances: instances, volumes: [])
    }

    @Test func `a list that began before an effect ended does not undo it`() {
        let mirror = ProviderMirror()
        let begun = mirror.beginObservation()
        mirror.take(instance("a"), uid: "a")
        #expect(mirror.take(list([instance("a", .created)]), begunAt: begun).isEmpty)
        #expect(mirror.entry("a") == .some(instance("a")))
    }

    @Test func `an instance that a list does not show is not gone, but to be read`() {
        let mirror = ProviderMirror()
        _ = mirror.take(list([instance("a"), instance("b")]), begunAt: mirror.beginObservation())
        let missing = mirror.take(list([instance("b")]), begunAt: mirror.beginObservation())
        #expect(missing.map(\.uid) == ["a"])
        #expect(mirror.entry("a") == .some(instance("a")))
        mirror.take(nil, uid: "a")
        #expect(mirror.entry("a") == .some(nil))
    }

    @Test func `after the connection is lost nothing is known`() {
        let mirror = ProviderMirror()
        _ = mirror.take(list([instance("a")]), begunAt: mirror.beginObservation())
        #expect(mirror.isSynced)
        mirror.forget()
        #expect(!mirror.isSynced)
        #expect(mirror.entry("a") == nil)
    }
}
