import Ambient
import InfraAPI
import Testing

@Suite struct InstanceNameTests {
    private static func spec(slot: Int = 0, epoch: Int = 0) -> InstanceSpec {
        var spec = InstanceSpec()
        spec.set = "web"
        spec.slot = slot
        spec.revisionHash = "v1-00"
        spec.epoch = epoch
        return spec
    }

    private static func name(
        _ spec: InstanceSpec = spec(), uid: String = "u", occupants: [String] = [], failure: SlotFailure? = nil
    ) -> String { InstanceName.make(spec, setUID: uid, occupants: occupants, after: failure) }

    @Test func `the same decision gives the same name`() {
        #expect(Self.name(occupants: ["web-0-b", "web-0-a"]) == Self.name(occupants: ["web-0-a", "web-0-b"]))
        #expect(Self.name().wholeMatch(of: /web-0-[bcdfghjklmnpqrstvwxz2456789]{5}/) != nil)
    }

    @Test func `another decision gives another name`() {
        var failure = SlotFailure()
        failure.count = 1
        let names = [
            Self.name(), Self.name(Self.spec(slot: 1)), Self.name(Self.spec(epoch: 1)), Self.name(uid: "v"),
            Self.name(occupants: ["web-0-a"]), Self.name(failure: failure),
        ]
        #expect(Set(names).count == names.count)
    }
}
