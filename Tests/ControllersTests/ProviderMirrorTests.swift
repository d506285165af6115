import Planning
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

    @Test func `an end is its own only if it was watched from life to death`() {
        let mirror = ProviderMirror()
        _ = mirror.take(list([instance("a"), instance("b"), instance("d")]), begunAt: mirror.beginObservation())
        mirror.take(instance("d", .exited(code: 1)), uid: "d")
        #expect(mirror.endCause("d") == .unwatched, "the list may be older than the connection")
        mirror.noteEnd("a")
        mirror.take(instance("a", .exited(code: 1)), uid: "a")
        #expect(mirror.endCause("a") == .own, "an event told of it")
        mirror.take(instance("a", .exited(code: 1)), uid: "a")
        #expect(mirror.endCause("a") == .own, "it is read once more")
        // The connection breaks, and comes back.
        mirror.forget()
        _ = mirror.take(list([instance("b", .exited(code: 255))]), begunAt: mirror.beginObservation())
        #expect(mirror.endCause("b") == .unwatched)
        mirror.take(instance("c", .created), uid: "c")
        mirror.take(instance("c", .exited(code: 0)), uid: "c")
        #expect(mirror.endCause("c") == .own, "it was made under our eyes")
        #expect(mirror.endCause("nobody") == .unwatched)
        // An answer that was asked for before a break comes after it.
        let before = mirror.connection
        mirror.forget()
        mirror.take(instance("e"), uid: "e", on: before)
        #expect(mirror.entry("e") == nil)
    }

    @Test func `that one is alive is news after a list alone has said so`() {
        let mirror = ProviderMirror()
        _ = mirror.take(list([instance("a")]), begunAt: mirror.beginObservation())
        #expect(!mirror.wasSeenAlive("a"))
        #expect(mirror.take(instance("a"), uid: "a"))
        #expect(mirror.wasSeenAlive("a"))
        #expect(!mirror.take(instance("a"), uid: "a"))
    }

    @Test func `an answer that comes late brings nothing back that is gone`() {
        let mirror = ProviderMirror()
        mirror.take(instance("a", .created), uid: "a")
        mirror.take(nil, uid: "a")
        #expect(!mirror.take(instance("a"), uid: "a"), "the start that was asked for before it was removed")
        #expect(mirror.entry("a") == .some(nil))
        mirror.take(instance("b"), uid: "b")
        mirror.take(instance("b", .exited(code: 1)), uid: "b")
        #expect(!mirror.take(instance("b"), uid: "b"))
        // Another object of that uid: a create that landed after its caller had given up.
        var twin = instance("a", .created)
        twin.providerID = "id-twin"
        #expect(mirror.take(twin, uid: "a"))
    }

    @Test func `a signal and a lack of memory are told apart from an end of its own`() {
        let mirror = ProviderMirror()
        for uid in ["a", "b", "c"] { mirror.take(instance(uid), uid: uid) }
        mirror.noteSignal("a")
        mirror.take(instance("a", .exited(code: 0)), uid: "a")
        #expect(mirror.endCause("a") == .signalled)
        var exhausted = instance("b", .exited(code: 137))
        exhausted.ranOutOfMemory = true
        mirror.take(exhausted, uid: "b")
        #expect(mirror.endCause("b") == .outOfMemory)
        // The signal was for another object of that uid.
        mirror.noteSignal("c")
        var other = instance("c")
        other.providerID = "id-other"
        mirror.take(other, uid: "c")
        other.state = .exited(code: 2)
        mirror.take(other, uid: "c")
        #expect(mirror.endCause("c") == .own)
    }
}
