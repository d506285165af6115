import InfraAPI
import JSON
import Testing

struct StrategyValidationTests {
    private static let surge = "spec.strategy.maxSurge"
    private static let unavailable = "spec.strategy.maxUnavailable"
    private static let volumeHolds =
        "its volume is attached when an instance is made, and the outgoing instance holds it until then"
    private static let portHolds = "its host port belongs to the outgoing instance until that is gone"

    @Test(arguments: [
        WrongSet(
            "no budget at all", Samples.web,
            errors: [
                "\(unavailable): Invalid value: 0: may not be 0 while maxSurge is 0: no replacement could ever begin; set"
                    + " one of them to at least 1"
            ]
        ) {
            $0.spec.strategy.maxSurge = .string("0%")
            $0.spec.strategy.maxUnavailable = .int(0)
        },
        WrongSet("surge alone", Samples.web) { $0.spec.strategy.maxUnavailable = .int(0) },
        WrongSet("no surge, the rest is the planner's", Samples.web) { $0.spec.strategy.maxSurge = .int(0) },
        WrongSet("percentages that round to nothing are the planner's", Samples.web) {
            $0.spec.strategy.maxSurge = .int(0)
            $0.spec.strategy.maxUnavailable = .string("1%")
        },
        WrongSet(
            "volumes without unavailability", Samples.database,
            errors: [
                "\(unavailable): Invalid value: \"0%\": may not be 0 in a set with volumes: a volume has one writer, so"
                    + " its slot is unavailable while it is handed over; remove maxUnavailable or set it to at least 1"
            ]
        ) { $0.spec.strategy.maxUnavailable = .string("0%") },
        WrongSet(
            "surge with volumes", Samples.database,
            errors: [
                "\(surge): Invalid value: 1: a slot of this set cannot surge: \(volumeHolds); remove maxSurge or set it"
                    + " to 0"
            ]
        ) { $0.spec.strategy.maxSurge = .int(1) },
        WrongSet("no surge with volumes", Samples.database) { $0.spec.strategy.maxSurge = .int(0) },
        WrongSet(
            "a host port without unavailability", Samples.minimal,
            errors: [
                "\(unavailable): Invalid value: 0: may not be 0: a slot of this set cannot surge, because \(portHolds);"
                    + " remove maxUnavailable or set it to at least 1"
            ]
        ) {
            $0.spec.strategy.maxUnavailable = .int(0)
            $0.spec.template.spec.ports = [Samples.port("http", 80, host: 80)]
        },
        WrongSet(
            "surge with a host port", Samples.minimal,
            errors: [
                "\(surge): Invalid value: \"25%\": a slot of this set cannot surge: \(portHolds); remove maxSurge or set"
                    + " it to 0"
            ]
        ) {
            $0.spec.strategy.maxSurge = .string("25%")
            $0.spec.template.spec.ports = [Samples.port("http", 80, host: 80)]
        },
        WrongSet(
            "ports under network host without unavailability", Samples.minimal,
            errors: [
                "\(unavailable): Invalid value: 0: may not be 0: a slot of this set cannot surge, because under network"
                    + " host its ports belong to the outgoing instance until that is gone; remove maxUnavailable or set"
                    + " it to at least 1"
            ]
        ) {
            $0.spec.strategy.maxUnavailable = .int(0)
            $0.spec.template.spec.network = "host"
            $0.spec.template.spec.ports = [Samples.port("http", 80)]
        },
        WrongSet(
            "one host port for three replicas", Samples.web,
            errors: [
                "spec.template.spec.ports[0].hostPort: Invalid value: 80: one host port cannot serve 3 replicas on one"
                    + " host; remove hostPort, so that the provider chooses ports, or set replicas to 1"
            ]
        ) { $0.spec.template.spec.ports[0].hostPort = 80 },
        WrongSet(
            "network host for three replicas", Samples.web,
            errors: [
                "spec.template.spec.ports[0].containerPort: Invalid value: 8080: under network host, one port cannot"
                    + " serve 3 replicas on one host; use another network, or set replicas to 1",
                "spec.template.spec.ports[1].containerPort: Invalid value: 9090: under network host, one port cannot"
                    + " serve 3 replicas on one host; use another network, or set replicas to 1",
            ]
        ) { $0.spec.template.spec.network = "host" },
        WrongSet(
            "a budget for Recreate", Samples.web,
            errors: [surge, unavailable].map {
                "\($0): Forbidden: Recreate replaces all instances at once, so it has no budget; remove this field, or"
                    + " use RollingReplace"
            }
        ) {
            $0.spec.strategy.type = .recreate
            $0.spec.strategy.maxSurge = .int(1)
            $0.spec.strategy.maxUnavailable = .int(1)
        },
        WrongSet("Recreate with volumes", Samples.database) { $0.spec.strategy.type = .recreate },
    ]) func `a budget that no step could begin under is refused with the reason`(wrong: WrongSet) {
        #expect(InstanceSet.resourceType.validate(wrong.set.json).map(\.description) == wrong.errors)
    }

    @Test func `volumes that are plugged into running instances can surge`() {
        var set = Samples.database
        set.spec.strategy.maxSurge = .int(1)
        #expect(InstanceSetValidation.validate(set, attachMode: .hotPlug).isEmpty)
        set.spec.strategy.maxUnavailable = .int(0)
        #expect(InstanceSetValidation.validate(set, attachMode: .hotPlug).count == 1)
    }
}
